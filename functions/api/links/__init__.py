"""Share links: some sessions of a project for whoever has the link, for a while, to read."""
