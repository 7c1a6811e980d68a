"""The authoriser of the HTTP API: who calls, by a sign-in or by a personal access token."""
