"""Uploads: declared, sent, followed, closed."""
