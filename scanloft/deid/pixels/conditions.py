"""One comparison of an attribute's text, as device rules and CTP scripts make them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scanloft.core.errors import InvalidProfile
from scanloft.deid.values.patterns import compiled

Look = Callable[[int], str]
"""Returns an attribute's text: "" where it is absent, several values with backslashes."""

_TAG = re.compile(r"\(?([0-9A-Fa-f]{4}),?\s*([0-9A-Fa-f]{4})\)?")
_NOT_NUMERIC = re.compile(r"[^0-9.]")
_KEYS = ("tag", "operator", "value")
_LONGEST = 1_000


def _less(text: str, value: str) -> bool:
    return _compared(text, value, lambda left, right: left < right)


def _greater(text: str, value: str) -> bool:
    return _compared(text, value, lambda left, right: left > right)


def _compared(text: str, value: str, compare: Callable[[float, float], bool]) -> bool:
    # As CTP does it: all but digits and dots is dropped; what is no number then is not less.
    try:
        return compare(float(_NOT_NUMERIC.sub("", text)), float(_NOT_NUMERIC.sub("", value)))
    except ValueError:
        return False


def _matched(text: str, value: str) -> bool:
    try:
        return compiled(value).fullmatch(text) is not None
    except UnicodeEncodeError:  # text of an undeclared character set
        return False


OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "equals": str.__eq__,
    "contains": str.__contains__,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "matches": _matched,
    "less_than": _less,
    "greater_than": _greater,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether an attribute's text compares with a value in the way of one of OPERATORS.

    `matches` takes a regular expression for the whole text; it never ignores case by itself.
    `negated` turns the answer round. Raises InvalidProfile for what cannot be compared.
    """

    tag: int
    operator: str
    value: str
    ignore_case: bool = True
    negated: bool = False

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            raise InvalidProfile(
                f'A condition\'s "operator" must be one of {", ".join(OPERATORS)}, with or '
                "without not_ before it."
            )
        if len(self.value) > _LONGEST:
            raise InvalidProfile(f'A condition\'s "value" must have at most {_LONGEST} characters.')
        if self.operator == "matches":
            compiled(self.value)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "Condition":
        """Read a condition from plain values. Raises InvalidProfile, naming the key."""
        if unknown := sorted(str(key) for key in values if key not in _KEYS):
            raise InvalidProfile(
                f'A condition has an unknown key "{unknown[0][:40]}": allowed are '
                f"{', '.join(_KEYS)}."
            )
        for key in _KEYS:
            if not isinstance(values.get(key), str):
                raise InvalidProfile(f'A condition\'s "{key}" must be a text: put it into quotes.')
        operator = str(values["operator"])
        return cls(
            _read_tag(str(values["tag"]).strip()),
            operator.removeprefix("not_"),
            str(values["value"]),
            negated=operator.startswith("not_"),
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values that `from_dict` reads back."""
        return {
            "tag": f"{self.tag >> 16:04X},{self.tag & 0xFFFF:04X}",
            "operator": f"{'not_' if self.negated else ''}{self.operator}",
            "value": self.value,
        }

    def holds(self, look: Look) -> bool:
        """Whether the comparison is true of an object's attributes."""
        text, value = look(self.tag), self.value
        if self.ignore_case and self.operator != "matches":
            text, value = text.lower(), value.lower()
        return OPERATORS[self.operator](text, value) is not self.negated


def _read_tag(text: str) -> int:
    if digits := _TAG.fullmatch(text):
        return int(digits[1] + digits[2], 16)
    from scanloft.dicom.dictionary import tag_of  # imports pydicom: for keywords only

    tag = tag_of(text)
    if tag is None:
        raise InvalidProfile(
            'A condition\'s "tag" must be written as 0018,1030 or as a keyword, ImageType.'
        )
    return tag
