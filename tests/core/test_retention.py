from datetime import UTC, datetime, timedelta

import pytest

from scanloft.core.retention import GRACE, KEPT, is_due, is_kept, kept_until

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00"])
def test_it_is_kept_for_thirty_days_however_the_time_is_written(text: str) -> None:
    assert kept_until(text) == "2026-03-02T12:00:00Z"


@pytest.mark.parametrize(
    ("later", "kept", "due"),
    [
        (timedelta(), True, False),
        (KEPT - timedelta(seconds=1), True, False),
        (KEPT, False, False),
        (KEPT + GRACE, False, False),
        (KEPT + GRACE + timedelta(seconds=1), False, True),
    ],
)
def test_it_is_never_due_while_it_can_be_brought_back(
    later: timedelta, kept: bool, due: bool
) -> None:
    until = kept_until(MOMENT.isoformat())
    assert (is_kept(until, now=MOMENT + later), is_due(until, now=MOMENT + later)) == (kept, due)
