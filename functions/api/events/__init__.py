"""What changed in a project: the feed, and the webhooks that are told of it."""
