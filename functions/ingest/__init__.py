"""Indexing: what appeared in the archive bucket becomes rows that can be searched."""
