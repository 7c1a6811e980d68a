"""Recomputing what is derived of a changed series: its row, its study's row, its metadata."""
