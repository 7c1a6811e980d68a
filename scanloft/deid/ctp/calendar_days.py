"""CTP's arithmetic with dates: days added, fields replaced, days between."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

_NO_DIGIT = re.compile(r"[^0-9]")
KEEP_FIELD = -1


class NotADateError(ValueError):
    """A value that is no date as CTP understands dates."""


def move_dates(text: str, days: int) -> str:
    """Add days to each date of a multi-valued text; what follows a date stays.

    Raises NotADateError, as CTP does for whatever has not exactly eight digits.
    """
    return _each(text, lambda day: day + timedelta(days=days))


def replace_fields(text: str, *, year: int, month: int, day: int) -> str:
    """Replace fields of each date, -1 keeps one; too large ones run over into the next field."""
    return _each(
        text,
        lambda old: _lenient(
            old.year if year < 0 else year,
            old.month if month < 0 else month,
            old.day if day < 0 else day,
        ),
    )


def days_between(base: str, text: str) -> int:
    """Return the days from a base date (month/day/year) to a DICOM date's first eight digits."""
    try:
        start = datetime.strptime(base.strip(), "%m/%d/%Y").date()  # noqa: DTZ007  # a date alone
    except ValueError:
        raise NotADateError from None
    return (_read(text[:8]) - start).days


def _each(text: str, change: Callable[[date], date]) -> str:
    return "\\".join(_changed(part, change) for part in text.split("\\"))


def _changed(text: str, change: Callable[[date], date]) -> str:
    separator = next((mark for mark in "-." if mark in text), "")
    length = 10 if separator else 8
    try:
        moved = change(_read(text))
    except OverflowError:
        raise NotADateError from None
    return f"{moved.year:04}{separator}{moved:%m}{separator}{moved:%d}{text[length:]}"


def _read(text: str) -> date:
    digits = _NO_DIGIT.sub("", text)
    if len(digits) != 8:
        raise NotADateError
    if digits.startswith("00"):
        digits = "19" + digits[2:]
    return _lenient(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _lenient(year: int, month: int, day: int) -> date:
    try:
        first = date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
        return first + timedelta(days=day - 1)
    except (ValueError, OverflowError):
        raise NotADateError from None
