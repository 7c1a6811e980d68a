"""QIDO-RS queries: what was asked for, which rows match and which page of them (PS3.18 8.3.4)."""

import re
from collections.abc import Iterable
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
from scanloft.core.matching import WILDCARD_VRS, Test, combined_test, value_test
from scanloft.core.model import Attributes
from scanloft.core.moments import is_combined

LIMIT_MAX = 5000
"""How many results one answer holds at most, and holds where the client names no limit."""
OFFSET_MAX = 10_000_000
KEY_LIMIT = 100
LENGTH_LIMIT = 256
"""How many characters a value to match holds at most, each one of a list of UIDs."""

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
        if is_combined(ranges.get(date_tag, ""), ranges.get(time_tag, "")):
            test = combined_test(ranges[date_tag], ranges[time_tag])
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
        tests = tuple(value_test(attribute.vr, value) for value in wanted)
    except ValueError:
        raise InvalidRequest(
            f"The value of {key} cannot be matched with its VR {attribute.vr}.", key=key
        ) from None
    uids = tuple(dict.fromkeys(wanted)) if attribute.vr == "UI" else ()
    return Constraint(attribute, tests=tests, uids=uids)
