"""Who did what: the audit log of a project and of the archive, to read and to keep elsewhere."""
