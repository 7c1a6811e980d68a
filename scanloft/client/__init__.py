"""The `scanloft` command and the Python client of the archive."""
