"""Device rules: which rectangles of which devices' images hold text (PS3.15 E.3.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from scanloft.core.errors import InvalidProfile
from scanloft.deid.pixels.conditions import Condition, Look

_MODALITY, _MANUFACTURER, _MODEL = 0x00080060, 0x00080070, 0x00081090
_ROWS, _COLUMNS = 0x00280010, 0x00280011
_LARGEST = 0xFFFF
_MOST_RECTANGLES = 1_000
_TEXTS = ("manufacturer", "model", "modality")
_SIZES = ("rows", "columns")
KEYS = (*_TEXTS, *_SIZES, "conditions", "blank")


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A region in pixels; `x` and `y` are its upper left corner, counted from 0.

    It may reach beyond the image. Raises InvalidProfile for numbers outside of 0 to 65535, and
    for a width or height of 0.
    """

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        for lowest, number in ((0, self.x), (0, self.y), (1, self.width), (1, self.height)):
            if type(number) is not int or not lowest <= number <= _LARGEST:
                raise InvalidProfile(
                    'A rectangle, as in "blank", has four whole numbers, x, y, width and height, '
                    f"from 0 (width and height: 1) to {_LARGEST}."
                )


class Rule(Protocol):
    """What knows the rectangles of a device: a DeviceRule or a CTP Signature."""

    @property
    def blank(self) -> tuple[Rectangle, ...]:
        """The rectangles to blank; none: the pixels of this device are clean."""

    def matches(self, look: Look) -> bool:
        """Whether an object, whose attributes `look` returns as text, is from this device."""


@dataclass(frozen=True, slots=True)
class DeviceRule:
    """All conditions that are given have to be met; case is ignored.

    `manufacturer` and `model` need only be a part of the attribute, the others all of it.
    `blank` without rectangles says that this device's images show no text.

    Raises InvalidProfile for a rule that would match devices that its author never saw.
    """

    manufacturer: str = ""
    model: str = ""
    modality: str = ""
    rows: int | None = None
    columns: int | None = None
    conditions: tuple[Condition, ...] = ()
    blank: tuple[Rectangle, ...] = ()

    def __post_init__(self) -> None:
        if not (self.manufacturer.strip() or self.model.strip() or self.conditions):
            raise InvalidProfile(
                'A device needs a "manufacturer", a "model" or "conditions": modality and size '
                "alone fit too many."
            )
        for key in _SIZES:
            size = getattr(self, key)
            if size is not None and (type(size) is not int or not 1 <= size <= _LARGEST):
                raise InvalidProfile(
                    f'A device\'s "{key}" must be a whole number from 1 to {_LARGEST}.'
                )

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "DeviceRule":
        """Read a rule from plain values; all keys but `blank` may be left out.

        Raises InvalidProfile, naming the key.
        """
        if unknown := sorted(str(key) for key in values if key not in KEYS):
            raise InvalidProfile(
                f'A device has an unknown key "{unknown[0][:40]}": allowed are {", ".join(KEYS)}.'
            )
        if "blank" not in values:
            raise InvalidProfile(
                'A device needs "blank", a list of rectangles [x, y, width, height]; an empty '
                "list says that its images show no text."
            )
        return cls(
            **{key: _text(key, values[key]) for key in _TEXTS if key in values},
            rows=values.get("rows"),  # type: ignore[arg-type]  # checked by __post_init__
            columns=values.get("columns"),  # type: ignore[arg-type]  # as above
            conditions=tuple(map(_condition, _list("conditions", values.get("conditions", [])))),
            blank=tuple(map(_rectangle, _list("blank", values["blank"]))),
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values that `from_dict` reads back; what was not given is left out."""
        given = {key: getattr(self, key) for key in (*_TEXTS, *_SIZES)}
        plain: dict[str, object] = {key: value for key, value in given.items() if value}
        if self.conditions:
            plain["conditions"] = [condition.to_dict() for condition in self.conditions]
        plain["blank"] = [
            [region.x, region.y, region.width, region.height] for region in self.blank
        ]
        return plain

    def matches(self, look: Look) -> bool:
        """Whether an object, whose attributes `look` returns as text, is from this device."""
        return (
            self.manufacturer.strip().lower() in look(_MANUFACTURER).lower()
            and self.model.strip().lower() in look(_MODEL).lower()
            and self.modality.strip().lower() in ("", look(_MODALITY).strip().lower())
            and (self.rows is None or str(self.rows) == look(_ROWS).strip())
            and (self.columns is None or str(self.columns) == look(_COLUMNS).strip())
            and all(condition.holds(look) for condition in self.conditions)
        )


def regions(rules: Iterable[Rule], look: Look) -> tuple[Rectangle, ...] | None:
    """Return the rectangles of all rules that match, each once; None if no rule matches.

    `()` says that a rule calls this device's pixels clean and no other rule contradicts it.
    `look` returns an attribute's text, "" where it is absent, several values with backslashes.
    """
    found = [rule.blank for rule in rules if rule.matches(look)]
    return tuple(dict.fromkeys(region for blank in found for region in blank)) if found else None


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidProfile(f'A device\'s "{key}" must be a text: put it into quotes.')
    return value


def _list(key: str, value: object) -> list[object]:
    if not isinstance(value, list) or len(value) > _MOST_RECTANGLES:
        raise InvalidProfile(
            f'A device\'s "{key}" must be a list with at most {_MOST_RECTANGLES} entries.'
        )
    return value


def _condition(value: object) -> Condition:
    if not isinstance(value, dict):
        raise InvalidProfile(
            'Each of a device\'s "conditions" has the keys tag, operator and value.'
        )
    return Condition.from_dict(value)


def _rectangle(value: object) -> Rectangle:
    if not isinstance(value, list) or len(value) != 4:
        raise InvalidProfile(
            'Each rectangle of a device\'s "blank" is written as [x, y, width, height].'
        )
    return Rectangle(*value)
