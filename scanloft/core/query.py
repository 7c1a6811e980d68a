"""QIDO-RS queries: what was asked for, which rows match and which page of them (PS3.18 8.3.4)."""

import calendar
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from scanloft.core.attributes import (
    ATTRIBUTE_BY_KEYWORD,
    ATTRIBUTE_BY_TAG,
    ATTRIBUTES,
    Attribute,
    Level,
)
from scanloft.core.errors import InvalidRequest
from scanloft.core.identifiers import is_uid
from scanloft.core.model import Attributes

Value = str | int | float
Test = Callable[[Value], bool]
Moment = tuple[int, int]
"""Seconds since 1970 (of the day, for a TM), and microseconds."""

LIMIT_MAX = 5000
"""How many results one answer holds at most, and holds where the client names no limit."""
OFFSET_MAX = 10_000_000
KEY_LIMIT = 100
LENGTH_LIMIT = 256
"""How many characters a value to match holds at most, each one of a list of UIDs."""

WILDCARD_VRS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
LIST_VRS = frozenset({"UI", "CS"})
"""Of these a comma can be no part: a list matches any of its values (PS3.4 C.2.2.2.2)."""

TIME_BY_DATE = {"00080020": "00080030", "00080021": "00080031", "00400244": "00400245"}

NOT_PERFORMED = {
    key: f"The {key} parameter is not supported. Only literal matching has been performed."
    for key in ("fuzzymatching", "emptyvaluematching", "multiplevaluematching")
}
PLACE_TAGS = frozenset({"00080056", "00081190", "0020000D", "0020000E"})
"""Availability, Retrieve URL and the UIDs that lead there."""
LEFT_OUT = "Attributes of includefield that the index does not keep were left out."


@dataclass(frozen=True, slots=True)
class Constraint:
    """What one attribute must be like; without tests anything matches (PS3.4 C.2.2.2.3)."""

    attribute: Attribute
    tests: tuple[Test, ...] = ()
    uids: tuple[str, ...] = ()
    """The UIDs that were asked for, where it is an attribute with UIDs."""
    time_tag: str = ""
    """The tag of the time that the tests take together with the date of `attribute`."""

    def holds(self, attributes: Attributes) -> bool:
        """Whether one of the values passes one of the tests."""
        values = attributes.get(self.attribute.tag, ())
        if self.time_tag and values:
            times = attributes.get(self.time_tag, ()) or ("",)
            values = (f"{values[0]} {times[0]}",)
        return not self.tests or any(test(value) for value in values for test in self.tests)


@dataclass(frozen=True, slots=True)
class Query:
    """A search at a level: constraints, the attributes of the answer, and the page."""

    level: Level
    constraints: tuple[Constraint, ...] = ()
    included: frozenset[str] = frozenset()
    limit: int = LIMIT_MAX
    offset: int = 0
    warnings: tuple[str, ...] = ()

    def matches(self, attributes: Attributes, *, level: Level | None = None) -> bool:
        """Whether a row meets the constraints, those of one level or all."""
        return all(
            constraint.holds(attributes)
            for constraint in self.constraints
            if level is None or constraint.attribute.level is level
        )

    def uids(self, tag: str) -> tuple[str, ...]:
        """The UIDs that an attribute must be one of; none where it may be any."""
        return next((each.uids for each in self.constraints if each.attribute.tag == tag), ())

    def wanted(self, *, defaults_from: Level) -> list[Attribute]:
        """The attributes of the answer in order of tag (PS3.18 10.6.3.3).

        Those are the default ones from a level down, those that every answer names its place
        with, and those matched on or asked for.
        """
        levels = range(defaults_from, self.level + 1)
        always = PLACE_TAGS if self.level is Level.INSTANCE else PLACE_TAGS - {"0020000E"}
        chosen = [
            attribute
            for attribute in ATTRIBUTES
            if (attribute.is_default and attribute.level in levels)
            or attribute.tag in self.included
            or attribute.tag in always
        ]
        return sorted(chosen, key=lambda attribute: attribute.tag)


def parse_query(text: str, *, level: Level) -> Query:
    """The query that the part of an address after the question mark holds.

    Raises:
        InvalidRequest: an unknown key or a value that its VR does not allow; the error names
            the key, never the value.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=KEY_LIMIT)
    except ValueError:
        raise InvalidRequest(f"A query has at most {KEY_LIMIT} keys.") from None
    fields: dict[str, list[str]] = {}
    for key, value in pairs:
        fields.setdefault(key.strip(), []).append(value)
    fields.pop("accept", None)
    warnings = _parse_flags(fields)
    included, unknown = _parse_includes(fields.pop("includefield", []), level=level)
    limit = _parse_count(fields, "limit", default=LIMIT_MAX)
    offset = _parse_count(fields, "offset", default=0)
    constraints = _parse_constraints(fields, level=level)
    return Query(
        level=level,
        constraints=constraints,
        included=included | {constraint.attribute.tag for constraint in constraints},
        limit=min(limit, LIMIT_MAX),
        offset=min(offset, OFFSET_MAX),
        warnings=(*warnings, LEFT_OUT) if unknown else warnings,
    )


def study_order(study_uid: str, attributes: Attributes) -> tuple[int, str]:
    """The sort key of a study: the latest first, those without a date last, then by UID."""
    date = str(next(iter(attributes.get("00080020", ())), ""))
    return (-int(date) if re.fullmatch(r"[0-9]{8}", date) else 1, study_uid)


def wildcard_test(pattern: str) -> Callable[[str], bool]:
    """Wildcard matching in time linear in text and in pattern each (PS3.4 C.2.2.2.4).

    Each piece between two asterisks is looked for once, at its first place: atomic groups keep
    the expression from ever trying another one.
    """
    first, *pieces = [_literal(piece) for piece in re.split(r"\*+", pattern)]
    middle = "".join(f"(?>.*?{piece})" for piece in pieces[:-1])
    last = f".*{pieces[-1]}" if pieces else ""
    expression = re.compile(f"{first}{middle}{last}", re.DOTALL)
    return lambda text: expression.fullmatch(text) is not None


def _literal(piece: str) -> str:
    return "".join("." if letter == "?" else re.escape(letter) for letter in piece)


def _parse_flags(fields: dict[str, list[str]]) -> tuple[str, ...]:
    warnings = []
    for key, warning in NOT_PERFORMED.items():
        values = {value.strip().lower() for value in fields.pop(key, ["false"])}
        if not values <= {"true", "false"}:
            raise InvalidRequest(f"{key} is true or false.", key=key)
        warnings += [warning] if "true" in values else []
    return tuple(warnings)


def _parse_includes(values: Iterable[str], *, level: Level) -> tuple[frozenset[str], bool]:
    names = [name.strip() for value in values for name in value.split(",") if name.strip()]
    found = [_find_attribute(name) for name in names if name != "all"]
    known = {entry.tag for entry in found if entry is not None and entry.level <= level}
    if "all" in names:
        known |= {entry.tag for entry in ATTRIBUTES if entry.level <= level}
    return frozenset(known), None in found


def _parse_count(fields: dict[str, list[str]], key: str, *, default: int) -> int:
    values = fields.pop(key, [str(default)])
    if len(values) > 1 or re.fullmatch(r"[0-9]{1,18}", values[0]) is None:
        raise InvalidRequest(f"{key} is one whole number, not negative.", key=key)
    return int(values[0])


def _parse_constraints(fields: dict[str, list[str]], *, level: Level) -> tuple[Constraint, ...]:
    constraints: dict[str, Constraint] = {}
    ranges: dict[str, str] = {}
    for place, (key, values) in enumerate(fields.items(), start=1):
        attribute = _find_attribute(key)
        name = key if attribute or _NAME.fullmatch(key) else f"The key in place {place}"
        if attribute is None:
            raise InvalidRequest(f"{name} is not an attribute that can be matched.", key=name)
        if attribute.level > level:
            raise InvalidRequest(f"{name} is an attribute of a lower level.", key=name)
        if len(values) > 1 or attribute.tag in constraints:
            raise InvalidRequest(f"{name} is matched more than once.", key=name)
        constraints[attribute.tag] = _constraint(attribute, values[0], key=name)
        if attribute.vr in ("DA", "TM") and "-" in values[0]:
            ranges[attribute.tag] = values[0]
    for date_tag, time_tag in TIME_BY_DATE.items():
        if _is_combined(ranges.get(date_tag, ""), ranges.get(time_tag, "")):
            test = _combined_test(ranges[date_tag], ranges[time_tag])
            date = constraints[date_tag].attribute
            constraints[date_tag] = Constraint(date, tests=(test,), time_tag=time_tag)
            constraints[time_tag] = Constraint(constraints[time_tag].attribute)
    return tuple(constraints.values())


_NAME = re.compile(r"[A-Z][A-Za-z0-9]{1,63}|[0-9A-Fa-f]{8}")


def _find_attribute(name: str) -> Attribute | None:
    return ATTRIBUTE_BY_KEYWORD.get(name) or ATTRIBUTE_BY_TAG.get(name.upper())


def _constraint(attribute: Attribute, text: str, *, key: str) -> Constraint:
    wanted = re.split(r"[,\\]", text) if attribute.vr in LIST_VRS else [text]
    wanted = [value.strip(" \0") for value in wanted if value.strip(" \0")]
    if any(len(value) > LENGTH_LIMIT for value in wanted):
        raise InvalidRequest(f"A value of {key} is longer than {LENGTH_LIMIT}.", key=key)
    if attribute.vr in WILDCARD_VRS and any(set(value) == {"*"} for value in wanted):
        wanted = []
    try:
        tests = tuple(_test(attribute.vr, value) for value in wanted)
    except ValueError:
        raise InvalidRequest(
            f"The value of {key} cannot be matched with its VR {attribute.vr}.", key=key
        ) from None
    uids = tuple(dict.fromkeys(wanted)) if attribute.vr == "UI" else ()
    return Constraint(attribute, tests=tests, uids=uids)


def _test(vr: str, text: str) -> Test:
    """The test of one value; ValueError where the VR does not allow the text."""
    if vr in _BOUNDS_BY_VR:
        return _range_test(vr, text)
    if vr in ("IS", "DS", "US"):
        return _number_test(text)
    if vr == "PN":
        return _name_test(text)
    if vr == "UI" and not is_uid(text):
        raise ValueError("not a UID")
    if vr in WILDCARD_VRS and ("*" in text or "?" in text):
        fits = wildcard_test(text)
        return lambda value: fits(str(value).strip(" \0"))
    return lambda value: str(value).strip(" \0") == text


def _number_test(text: str) -> Test:
    if re.fullmatch(r"[+-]?[0-9]{1,12}(?:\.[0-9]{0,15})?", text) is None:
        raise ValueError("not a number")
    number = float(text)
    return lambda value: value == number


def _name_test(text: str) -> Test:
    """Names whatever their case; against any component group, or all (PS3.4 C.2.2.2.1, .4)."""
    wanted = _name(text)
    fits = wildcard_test(wanted) if "*" in wanted or "?" in wanted else wanted.__eq__
    return lambda value: any(fits(group) for group in _name_groups(str(value)))


def _name_groups(value: str) -> Iterator[str]:
    name = _name(value)
    yield name
    if "=" in name:
        yield from name.split("=")


def _name(text: str) -> str:
    """The name for comparison: no case, no blanks and no empty components at the ends."""
    groups = unicodedata.normalize("NFC", text).casefold().split("=")
    trimmed = ["^".join(part.strip(" \0") for part in group.split("^")) for group in groups]
    return "=".join(group.rstrip("^") for group in trimmed).rstrip("=")


def _range_test(vr: str, text: str) -> Test:
    """A date, time or date-time, or a range of them (PS3.4 C.2.2.2.5).

    A value of less precision stands for the whole time it spans.
    """
    bounds = _BOUNDS_BY_VR[vr]
    low_text, high_text = _ends(vr, text)
    low = bounds(low_text)[0] if low_text else None
    high = bounds(high_text)[1] if high_text else None

    def holds(value: Value) -> bool:
        try:
            first, last = bounds(str(value).strip(" \0"))
        except ValueError:
            return False
        return (low is None or last >= low) and (high is None or first <= high)

    return holds


def _is_combined(date_text: str, time_text: str) -> bool:
    """Whether both are ranges of the same form: closed, or open at the same end."""
    if not date_text or not time_text:
        return False
    dates, times = _ends("DA", date_text), _ends("TM", time_text)
    return [bool(end) for end in dates] == [bool(end) for end in times]


def _combined_test(date_text: str, time_text: str) -> Test:
    """A range of dates and one of times as one range of moments (PS3.4 C.2.2.2.5)."""
    (low_date, high_date), (low_time, high_time) = _ends("DA", date_text), _ends("TM", time_text)
    low = _moments(low_date, low_time)[0] if low_date else None
    high = _moments(high_date, high_time)[1] if high_date else None

    def holds(value: Value) -> bool:
        date, _, time = str(value).partition(" ")
        try:
            first, last = _moments(date.strip(" \0"), time.strip(" \0"))
        except ValueError:
            return False
        return (low is None or last >= low) and (high is None or first <= high)

    return holds


def _moments(date: str, time: str) -> tuple[Moment, Moment]:
    """The first and the last moment of a DA with a TM, of the whole day where that is blank."""
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
        raise ValueError("not a value and not a range")
    return (low, high) if hyphen else (low, low)


_DATE_TIME = r"[0-9]{4}(?:[0-9]{2}){0,5}(?:\.[0-9]{1,6})?(?:[+-](?:0[0-9]|1[0-4])[0-5][0-9])?"
_DATE_TIME_PARTS = re.compile(r"([0-9]{4,14})(\.[0-9]{1,6})?(?:([+-])([0-9]{2})([0-9]{2}))?")


def _date_bounds(text: str) -> tuple[Moment, Moment]:
    """The first and the last moment of a DA, the old form with dots included (PS3.5 6.2)."""
    digits = text.replace(".", "") if re.fullmatch(r"[0-9.]{10}", text) else text
    if re.fullmatch(r"[0-9]{8}", digits) is None:
        raise ValueError("not a date")
    return _moment_bounds(digits, fraction="")


def _time_bounds(text: str) -> tuple[Moment, Moment]:
    """The first and the last moment of a TM, which may leave off seconds and minutes."""
    found = re.fullmatch(r"((?:[0-9]{2}){1,3})(\.[0-9]{1,6})?", text)
    if found is None:
        raise ValueError("not a time")
    return _moment_bounds("19700101" + found.group(1), fraction=found.group(2) or "")


def _date_time_bounds(text: str) -> tuple[Moment, Moment]:
    """The first and the last moment of a DT in UTC, which is assumed where no offset is said."""
    found = _DATE_TIME_PARTS.fullmatch(text)
    if found is None:
        raise ValueError("not a date and time")
    digits, fraction, sign, hours, minutes = found.groups()
    offset = 60 * (60 * int(hours) + int(minutes)) if sign else 0
    shift = offset if sign == "-" else -offset
    low, high = _moment_bounds(digits, fraction=fraction or "")
    return (low[0] + shift, low[1]), (high[0] + shift, high[1])


def _moment_bounds(digits: str, *, fraction: str) -> tuple[Moment, Moment]:
    """The first and the last moment that YYYY[MM[DD[HH[MM[SS]]]]] and a fraction mean."""
    given = [int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, len(digits), 2))]
    if len(digits) % 2 or (fraction and len(given) < 6):
        raise ValueError("a part is missing")
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
        raise ValueError("no such moment")
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise ValueError("no such day")
    return calendar.timegm((year, month, day, hour, minute, second))


_BOUNDS_BY_VR: dict[str, Callable[[str], tuple[Moment, Moment]]] = {
    "DA": _date_bounds,
    "TM": _time_bounds,
    "DT": _date_time_bounds,
}
