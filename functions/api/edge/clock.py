"""Times as the API writes them: ISO 8601, UTC, to the second."""

from datetime import UTC, datetime


def timestamp(moment: datetime) -> str:
    """The moment as "2026-01-31T23:59:59Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
