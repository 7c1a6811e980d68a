"""Moving dates by days and nothing else: times of day, offsets and precision stay."""

import re
from datetime import date, timedelta

_DATE = re.compile(rb"(\d{4})(\.?)(\d{2})\2(\d{2})")
# Hours, minutes and seconds; the colons are those of ACR-NEMA.
_TIME = re.compile(rb"(?:[01]\d|2[0-3])(?:(:?)[0-5]\d(?:\1(?:[0-5]\d|60)(?:\.\d{1,6})?)?)?")
_OFFSET = re.compile(rb"[+-][01]\d[0-5]\d")
_DATE_TIME = re.compile(rb"(\d{4})(\d{2})?(\d{2})?(\d{2}(?:\d{2}){0,2}(?:\.\d{1,6})?)?([+-]\d{4})?")


def shift_value(value: bytes, *, vr: str, days: int) -> bytes | None:
    """Move each value of a DA or DT element; None where one cannot be understood.

    A TM, and the offset from UTC that is written as SH, is returned as it is if it is one. Blank
    stays blank. Dates of PS3.5 6.2 and of ACR-NEMA (2020.01.31) keep their form. A partial date
    time (2020 or 202001) is moved from the middle of its period and keeps its precision.
    """
    if vr in ("TM", "SH"):
        form = _TIME if vr == "TM" else _OFFSET
        parts = [part.strip(b" \0") for part in value.split(b"\\")]
        return value if all(form.fullmatch(part) or not part for part in parts) else None
    shift = _shift_date if vr == "DA" else _shift_date_time
    shifted = []
    for part in value.rstrip(b"\0").split(b"\\"):
        try:
            moved = shift(part.strip(b" \0"), days)
        except (ValueError, OverflowError):
            moved = None
        if moved is None:
            return None
        shifted.append(moved)
    return b"\\".join(shifted)


def _shift_date(part: bytes, days: int) -> bytes | None:
    if not part:
        return part
    match = _DATE.fullmatch(part)
    if match is None:
        return None
    year, dot, month, day = match.groups()
    moved = _move(int(year), int(month), int(day), days=days)
    return moved if not dot else b".".join((moved[:4], moved[4:6], moved[6:]))


def _shift_date_time(part: bytes, days: int) -> bytes | None:
    if not part:
        return part
    match = _DATE_TIME.fullmatch(part)
    if match is None or (match[4] and not match[3]):
        return None
    year, month, day, time, offset = match.groups()
    moved = _move(int(year), int(month or 7), int(day or (15 if month else 1)), days=days)
    length = 8 if day else 6 if month else 4
    return moved[:length] + (time or b"") + (offset or b"")


def _move(year: int, month: int, day: int, *, days: int) -> bytes:
    return (date(year, month, day) + timedelta(days=days)).strftime("%Y%m%d").rjust(8, "0").encode()
