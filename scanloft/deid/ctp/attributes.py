"""How scripts name attributes: keywords, numbers, private blocks, ways into sequences."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NUMBER = re.compile(r"([0-9A-Fa-f]{1,4}),\s*([0-9A-Fa-f]{1,4})|([0-9A-Fa-f]{8})")
_PRIVATE = re.compile(r"([0-9A-Fa-f]{1,4}),?\s*\[([^\[\]]+)\]([0-9A-Fa-f]{2})")
_CREATOR = re.compile(r"([0-9A-Fa-f]{1,4}),?\s*00\[([^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute by its tag; with `creator`, one of a private block that has no fixed place.

    `creator` is in upper case. Then `tag` holds the group and the last two digits of the element,
    or the group alone if `is_creator`: the element that claims the block (PS3.5 7.8.1).
    """

    tag: int
    creator: str = ""
    is_creator: bool = False


@dataclass(frozen=True, slots=True)
class AttributePath:
    """An attribute, where needed in the first items of sequences; no steps mean `this`."""

    steps: tuple[Attribute, ...] = ()
    from_root: bool = False


def read_attribute(text: str, names: Mapping[str, Attribute]) -> Attribute | None:
    """Read a number, a private block or a name; None if it is none of them.

    `names` are those that the script gives to its elements; DICOM's keywords come first.
    """
    text = _without_brackets(text.strip())
    if match := _NUMBER.fullmatch(text):
        group, element, both = match.groups()
        return Attribute(int(both, 16) if both else int(group, 16) << 16 | int(element, 16))
    if match := _CREATOR.fullmatch(text):
        return _private(match[1], match[2], None)
    if match := _PRIVATE.fullmatch(text):
        return _private(match[1], match[2], match[3])
    tag = _tag_of_keyword(text)
    return Attribute(tag) if tag is not None else names.get(text)


def read_path(text: str, names: Mapping[str, Attribute]) -> AttributePath | None:
    """Read an argument: `this`, an attribute, `root:NAME`, or `SEQUENCE::NAME`; None if wrong."""
    text = text.strip()
    if text == "this":
        return AttributePath()
    rest = text.removeprefix("root:")
    steps = [read_attribute(step, names) for step in rest.split("::")]
    known = tuple(step for step in steps if step is not None)
    return AttributePath(known, rest != text) if len(known) == len(steps) else None


def _without_brackets(text: str) -> str:
    for opening, closing in ("[]", "()"):
        if text.startswith(opening) and text.endswith(closing):
            return text[1:-1].strip()
    return text


def _private(group: str, creator: str, element: str | None) -> Attribute | None:
    number = int(group, 16)
    if number % 2 == 0 or not creator.strip():
        return None
    owner = creator.strip().upper()
    return Attribute(number << 16 | int(element or "0", 16), owner, element is None)


def _tag_of_keyword(name: str) -> int | None:
    from pydicom.datadict import tag_for_keyword

    # CTP's library shortens keywords, as in RefSOPInstanceUID and RequestAttributesSeq.
    longer = re.sub(r"^Ref(?=[A-Z])", "Referenced", re.sub(r"Seq$", "Sequence", name))
    tag = tag_for_keyword(name)
    return tag if tag is not None else tag_for_keyword(longer)
