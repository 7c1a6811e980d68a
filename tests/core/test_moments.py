from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.moments import BOUNDS_BY_VR, Span, is_combined, moment_bounds, parse_span

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


def seconds(moment: datetime) -> tuple[int, int]:
    since = moment - EPOCH
    return since.days * 86400 + since.seconds, moment.microsecond


@given(MOMENTS)
def test_a_date_time_is_the_moment_that_the_calendar_says(moment: datetime) -> None:
    text = f"{moment:%m%d%H%M%S.%f}"
    low, high = BOUNDS_BY_VR["DT"](f"{moment.year:04}{text}")
    assert low == high == seconds(moment)


@given(MOMENTS, st.integers(-12 * 60, 14 * 60).filter(bool))
def test_an_offset_is_taken_off(moment: datetime, minutes: int) -> None:
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    low, _ = BOUNDS_BY_VR["DT"](f"{moment.year:04}{moment:%m%d%H%M%S.%f}{offset}")
    assert low == (seconds(moment)[0] - 60 * minutes, moment.microsecond)


@given(MOMENTS)
def test_a_date_and_a_time_are_a_moment_together(moment: datetime) -> None:
    low, high = moment_bounds(f"{moment.year:04}{moment:%m%d}", f"{moment:%H%M%S.%f}")
    assert low == high == seconds(moment)


@pytest.mark.parametrize(
    ("vr", "text", "first", "last"),
    [
        ("DA", "20200229", datetime(2020, 2, 29, tzinfo=UTC), timedelta(days=1)),
        ("DA", "2020.02.29", datetime(2020, 2, 29, tzinfo=UTC), timedelta(days=1)),
        ("TM", "10", datetime(1970, 1, 1, 10, tzinfo=UTC), timedelta(hours=1)),
        ("TM", "1030", datetime(1970, 1, 1, 10, 30, tzinfo=UTC), timedelta(minutes=1)),
        ("DT", "2020", datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=366)),
        ("DT", "202002", datetime(2020, 2, 1, tzinfo=UTC), timedelta(days=29)),
        ("DT", "2020020310", datetime(2020, 2, 3, 10, tzinfo=UTC), timedelta(hours=1)),
    ],
)
def test_less_precision_spans_a_time(vr: str, text: str, first: datetime, last: timedelta) -> None:
    end = first + last - timedelta(microseconds=1)
    assert BOUNDS_BY_VR[vr](text) == (seconds(first), seconds(end))


def test_a_fraction_spans_what_it_leaves_open() -> None:
    assert BOUNDS_BY_VR["TM"]("000001.5") == ((1, 500_000), (1, 599_999))


@pytest.mark.parametrize(
    ("vr", "text"),
    [
        ("DA", "20190229"), ("DA", "00000101"), ("DA", "202002"), ("DA", "2020-01-01"),
        ("TM", "24"), ("TM", "1060"), ("TM", "10.5"), ("TM", "1"), ("TM", "10:30"),
        ("DT", "20201301"), ("DT", "202"), ("DT", "2020010110.5"), ("DT", ""),
    ],
)  # fmt: skip
def test_what_no_calendar_has_is_refused(vr: str, text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        BOUNDS_BY_VR[vr](text)


def test_a_span_meets_what_it_overlaps_by_one_moment_at_least() -> None:
    span = Span((10, 0), (20, 0))
    assert span.meets(((0, 0), (10, 0)))
    assert span.meets(((20, 0), (30, 0)))
    assert span.meets(((0, 0), (30, 0)))
    assert not span.meets(((0, 0), (9, 999_999)))
    assert not span.meets(((20, 1), (30, 0)))
    assert Span(None, None).meets(((0, 0), (0, 0)))


def test_a_range_may_be_open_at_one_end_but_not_at_both() -> None:
    assert parse_span("DA", "20200101-").high is None
    assert parse_span("DA", "-20200101").low is None
    for text in ("-", "", " - "):
        with pytest.raises(ValueError, match="not a range"):
            parse_span("DA", text)


@pytest.mark.parametrize(
    ("dates", "times", "expected"),
    [
        ("20200101-20200103", "10-12", True),
        ("20200101-", "10-", True),
        ("20200101-", "-10", False),
        ("20200101-20200103", "10-", False),
        ("", "10-", False),
        ("20200101-", "", False),
    ],
)
def test_ranges_are_combined_where_they_have_the_same_form(
    dates: str, times: str, expected: bool
) -> None:
    assert is_combined(dates, times) is expected
