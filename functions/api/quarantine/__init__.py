"""What waits in quarantine, and what becomes of it."""
