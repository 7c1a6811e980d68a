"""How long what was deleted can be brought back."""

from datetime import UTC, datetime, timedelta

KEPT = timedelta(days=30)
"""From deletion to the day on which the sweep may remove it for good."""
GRACE = timedelta(hours=1)
"""So much later the sweep comes: clocks differ, and who brings it back must have finished."""


def kept_until(deleted_at: str) -> str:
    """The time until which what was deleted at a time (ISO 8601) can be brought back."""
    return _text(datetime.fromisoformat(deleted_at) + KEPT)


def is_kept(until: str, *, now: datetime) -> bool:
    """Whether it can still be brought back."""
    return _text(now) < until


def is_due(until: str, *, now: datetime) -> bool:
    """Whether it may be removed for good."""
    return until < _text(now - GRACE)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
