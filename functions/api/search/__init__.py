"""Search in what projects hold."""
