"""Subjects, sessions and scans: what there is, what people say of it, and where it belongs."""
