"""Putting the files of an export into one zip in the archive bucket, whatever interrupts it."""
