"""Attribute matching: what a value must be like to match one that was asked for (PS3.4 C.2.2.2)."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from scanloft.core.identifiers import is_uid
from scanloft.core.moments import (
    BOUNDS_BY_VR,
    moment_bounds,
    parse_combined_span,
    parse_span,
)

Value = str | int | float
Test = Callable[[Value], bool]

WILDCARD_VRS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})


def value_test(vr: str, text: str) -> Test:
    """The test that values matching the text pass.

    Raises:
        ValueError: the VR does not allow the text.
    """
    if vr in BOUNDS_BY_VR:
        return _range_test(vr, text)
    if vr in ("IS", "DS", "US"):
        return _number_test(text)
    if vr == "PN":
        return _name_test(text)
    if vr == "UI" and not is_uid(text):
        raise ValueError("This is not a UID.")
    if vr in WILDCARD_VRS and ("*" in text or "?" in text):
        fits = wildcard_test(text)
        return lambda value: fits(str(value).strip(" \0"))
    return lambda value: str(value).strip(" \0") == text


def combined_test(date_text: str, time_text: str) -> Test:
    """The test of a date, a blank and a time by two ranges that are one (PS3.4 C.2.2.2.5).

    Raises:
        ValueError: one of them is no range of its VR.
    """
    span = parse_combined_span(date_text, time_text)

    def holds(value: Value) -> bool:
        date, _, time = str(value).partition(" ")
        try:
            bounds = moment_bounds(date.strip(" \0"), time.strip(" \0"))
        except ValueError:
            return False
        return span.meets(bounds)

    return holds


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


def _range_test(vr: str, text: str) -> Test:
    """A date, time or date-time, or a range of them (PS3.4 C.2.2.2.5)."""
    bounds, span = BOUNDS_BY_VR[vr], parse_span(vr, text)

    def holds(value: Value) -> bool:
        try:
            found = bounds(str(value).strip(" \0"))
        except ValueError:
            return False
        return span.meets(found)

    return holds


def _number_test(text: str) -> Test:
    if re.fullmatch(r"[+-]?[0-9]{1,12}(?:\.[0-9]{0,15})?", text) is None:
        raise ValueError("This is not a number.")
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
