"""Deliveries to webhooks: in order, signed, at least once, to public addresses alone."""
