"""What is the caller's own: who they are, their personal access tokens."""
