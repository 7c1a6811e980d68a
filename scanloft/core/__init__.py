"""The rules of the archive as plain values and functions: standard library only."""
