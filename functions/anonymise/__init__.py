"""The gate: raw objects of the inbox in, de-identified ones of the archive out."""
