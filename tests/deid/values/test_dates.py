from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.deid.values.dates import shift_value

DAYS = st.integers(-3650, -1)
DATES = st.dates(min_value=date(1011, 1, 1), max_value=date(9999, 12, 31))
TIMES = st.sampled_from(["", "00", "0230", "235959", "235960.123456", "120000.5"])
OFFSETS = st.sampled_from(["", "+0000", "-1200", "+1400"])


def shifted(value: str, vr: str, days: int) -> str:
    result = shift_value(value.encode(), vr=vr, days=days)
    assert result is not None
    return result.decode()


@given(DATES, DATES, DAYS)
def test_intervals_between_dates_are_kept(first: date, second: date, days: int) -> None:
    moved = [
        datetime.strptime(shifted(f"{day:%Y%m%d}".rjust(8, "0"), "DA", days), "%Y%m%d").date()  # noqa: DTZ007
        for day in (first, second)
    ]
    assert moved[1] - moved[0] == second - first
    assert moved[0] == first + timedelta(days=days)


@given(DATES, DAYS)
def test_shifting_back_gives_the_same_date(day: date, days: int) -> None:
    text = f"{day:%Y%m%d}".rjust(8, "0")
    assert shifted(shifted(text, "DA", days), "DA", -days) == text


@given(DATES, TIMES, OFFSETS, DAYS)
def test_time_and_offset_of_a_date_time_stay(day: date, time: str, offset: str, days: int) -> None:
    text = f"{day:%Y%m%d}".rjust(8, "0")
    assert shifted(text + time + offset, "DT", days) == shifted(text, "DA", days) + time + offset


@given(st.integers(1100, 9999), st.integers(1, 12), OFFSETS, DAYS)
def test_partial_date_times_keep_their_precision(
    year: int, month: int, offset: str, days: int
) -> None:
    assert len(shifted(f"{year:04}{offset}", "DT", days)) == 4 + len(offset)
    assert len(shifted(f"{year:04}{month:02}{offset}", "DT", days)) == 6 + len(offset)


@given(st.binary(max_size=30), st.sampled_from(["DA", "DT"]), DAYS)
def test_no_bytes_make_it_fail(value: bytes, vr: str, days: int) -> None:
    shift_value(value, vr=vr, days=days)


@pytest.mark.parametrize(
    ("value", "vr", "days", "expected"),
    [
        ("20200229", "DA", -365, "20190301"),
        ("20210301", "DA", -1, "20210228"),
        ("2020.03.01", "DA", -1, "2020.02.29"),
        ("", "DA", -1, ""),
        ("20200102\\20200103 ", "DA", -1, "20200101\\20200102"),
        ("\\20200103", "DA", -1, "\\20200102"),
        ("20200329023000+0100", "DT", -1, "20200328023000+0100"),
        ("10000101", "DA", -1, "09991231"),
    ],
)
def test_known_dates_move_as_the_calendar_says(
    value: str, vr: str, days: int, expected: str
) -> None:
    assert shifted(value, vr, days) == expected


@pytest.mark.parametrize(
    ("value", "vr"),
    [
        ("870101", "DA"),
        ("20210229", "DA"),
        ("20200101-20200202", "DA"),
        ("today", "DA"),
        ("20200101\\x", "DA"),
        ("00010102", "DA"),
        ("2020011", "DT"),
        ("20201301", "DT"),
        ("20200101 1200", "DT"),
    ],
)
def test_what_is_no_single_date_is_not_guessed(value: str, vr: str) -> None:
    assert shift_value(value.encode(), vr=vr, days=-400) is None


@pytest.mark.parametrize(
    ("vr", "value"),
    [
        ("TM", b"10"), ("TM", b"1011 "), ("TM", b"101112.123456"), ("TM", b"10:11:12"),
        ("TM", b"235960\\10"), ("TM", b""), ("SH", b"+0130 "), ("SH", b"-1200"),
    ],
)  # fmt: skip
def test_times_of_day_and_offsets_stay(vr: str, value: bytes) -> None:
    assert shift_value(value, vr=vr, days=-7) == value


@pytest.mark.parametrize(
    ("vr", "value"),
    [
        ("TM", b"20200131"), ("TM", b"2500"), ("TM", b"10:1112"), ("TM", b"10\\Doe"),
        ("TM", b"31.01."), ("SH", b"0130"), ("SH", b"+2500"), ("SH", b"Doe"),
    ],
)  # fmt: skip
def test_what_is_no_time_is_not_understood(vr: str, value: bytes) -> None:
    assert shift_value(value, vr=vr, days=-7) is None
