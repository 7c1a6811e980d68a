"""The demo: a folder goes through the local archive both ways, and an account is given."""
