"""Dates and times of DICOM on one line of moments, and ranges of them (PS3.5 6.2, PS3.4 C.2.2.2.5).

A value of less precision than a moment stands for the whole time that it spans.
"""

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

Moment = tuple[int, int]
"""Seconds since 1970 (of the day, for a TM), and microseconds."""
Bounds = tuple[Moment, Moment]
"""The first and the last moment that a value stands for."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of moments, both ends included; open at an end that is None."""

    low: Moment | None
    high: Moment | None

    def meets(self, bounds: Bounds) -> bool:
        """Whether any moment of a value is within the range."""
        first, last = bounds
        return (self.low is None or last >= self.low) and (self.high is None or first <= self.high)


def parse_span(vr: str, text: str) -> Span:
    """The range that a DA, TM or DT to match means, or the time of a single value.

    Raises:
        ValueError: the VR does not allow the text.
    """
    bounds = BOUNDS_BY_VR[vr]
    low, high = _ends(vr, text)
    return Span(bounds(low)[0] if low else None, bounds(high)[1] if high else None)


def parse_combined_span(date_text: str, time_text: str) -> Span:
    """A range of dates and one of times as one range of moments (PS3.4 C.2.2.2.5).

    Raises:
        ValueError: one of them is no range of its VR.
    """
    (low_date, high_date), (low_time, high_time) = _ends("DA", date_text), _ends("TM", time_text)
    return Span(
        moment_bounds(low_date, low_time)[0] if low_date else None,
        moment_bounds(high_date, high_time)[1] if high_date else None,
    )


def is_combined(date_text: str, time_text: str) -> bool:
    """Whether a range of dates and one of times are one: both closed, or open at the same end.

    Raises:
        ValueError: one of them is neither a value nor a range.
    """
    if not date_text or not time_text:
        return False
    dates, times = _ends("DA", date_text), _ends("TM", time_text)
    return [bool(end) for end in dates] == [bool(end) for end in times]


def moment_bounds(date: str, time: str) -> Bounds:
    """The first and the last moment of a DA with a TM, of the whole day where that is blank.

    Raises:
        ValueError: they are no such values.
    """
    whole_day = _date_bounds(date)
    if not time:
        return whole_day
    (first, first_micros), (last, last_micros) = _time_bounds(time)
    day = whole_day[0][0]
    return (day + first, first_micros), (day + last, last_micros)


def _ends(vr: str, text: str) -> tuple[str, str]:
    """The two ends of a range, the same twice for a single value, blank where it is open."""
    if vr == "DT":
        found = re.fullmatch(rf"({_DATE_TIME})?(?:(-)({_DATE_TIME})?)?", text)
        low, hyphen, high = found.groups() if found else (None, None, None)
        low, high = low or "", high or ""
    else:
        low, hyphen, high = (part.strip() for part in text.partition("-"))
    if not low and not high:
        raise ValueError("This is not a value and not a range.")
    return (low, high) if hyphen else (low, low)


_DATE_TIME = r"[0-9]{4}(?:[0-9]{2}){0,5}(?:\.[0-9]{1,6})?(?:[+-](?:0[0-9]|1[0-4])[0-5][0-9])?"
_DATE_TIME_PARTS = re.compile(r"([0-9]{4,14})(\.[0-9]{1,6})?(?:([+-])([0-9]{2})([0-9]{2}))?")


def _date_bounds(text: str) -> Bounds:
    """The first and the last moment of a DA, the old form with dots included (PS3.5 6.2)."""
    digits = text.replace(".", "") if re.fullmatch(r"[0-9.]{10}", text) else text
    if re.fullmatch(r"[0-9]{8}", digits) is None:
        raise ValueError("This is not a date.")
    return _bounds(digits, fraction="")


def _time_bounds(text: str) -> Bounds:
    """The first and the last moment of a TM, which may leave off seconds and minutes."""
    found = re.fullmatch(r"((?:[0-9]{2}){1,3})(\.[0-9]{1,6})?", text)
    if found is None:
        raise ValueError("This is not a time.")
    return _bounds("19700101" + found.group(1), fraction=found.group(2) or "")


def _date_time_bounds(text: str) -> Bounds:
    """The first and the last moment of a DT in UTC, which is assumed where no offset is said."""
    found = _DATE_TIME_PARTS.fullmatch(text)
    if found is None:
        raise ValueError("This is not a date and time.")
    digits, fraction, sign, hours, minutes = found.groups()
    offset = 60 * (60 * int(hours) + int(minutes)) if sign else 0
    shift = offset if sign == "-" else -offset
    low, high = _bounds(digits, fraction=fraction or "")
    return (low[0] + shift, low[1]), (high[0] + shift, high[1])


BOUNDS_BY_VR: Mapping[str, Callable[[str], Bounds]] = MappingProxyType(
    {"DA": _date_bounds, "TM": _time_bounds, "DT": _date_time_bounds}
)
"""What gives the bounds of a value, or a ValueError for what is no value of its VR."""


def _bounds(digits: str, *, fraction: str) -> Bounds:
    """The first and the last moment that YYYY[MM[DD[HH[MM[SS]]]]] and a fraction mean."""
    given = [int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, len(digits), 2))]
    if len(digits) % 2 or (fraction and len(given) < 6):
        raise ValueError("A part is missing.")
    low = given + [1, 1, 0, 0, 0][len(given) - 1 :]
    high = given + [12, 31, 23, 59, 59][len(given) - 1 :]
    if len(given) == 2:
        high[2] = calendar.monthrange(*given)[1] if 1 <= given[1] <= 12 else 0
    parts = fraction.removeprefix(".")
    micros = int(parts.ljust(6, "0")), int(parts.ljust(6, "9"))
    return (_seconds(low), micros[0]), (_seconds(high), micros[1])


def _seconds(parts: Sequence[int]) -> int:
    year, month, day, hour, minute, second = parts
    if not (1 <= month <= 12 and hour < 24 and minute < 60 and second <= 60 and year >= 1):
        raise ValueError("There is no such moment.")
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise ValueError("There is no such day.")
    return calendar.timegm((year, month, day, hour, minute, second))
