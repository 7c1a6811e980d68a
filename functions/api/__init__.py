"""The REST API: projects, members, uploads, quarantine, search, downloads and tokens."""
