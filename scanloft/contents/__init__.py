"""What a selection holds: its files in one order, and what they are called outside the archive."""
