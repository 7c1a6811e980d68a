"""Rules of a project for single attributes, on top of the profile of the standard."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scanloft.core.errors import InvalidProfile

_PUBLIC = re.compile(r"\(?([0-9A-Fa-f]{4}),\s*([0-9A-Fa-f]{4})\)?")
_PRIVATE = re.compile(r'\(?([0-9A-Fa-f]{4}),\s*"([^"\\]{1,64})",\s*([0-9A-Fa-f]{2})\)?')
_LOWEST_GROUP = 0x0008
_STAMPS = frozenset({0x00120062, 0x00120063, 0x00120064, 0x00280303})
_IDENTITY = frozenset({0x00080016, 0x00080018, 0x0020000D, 0x0020000E})
KEYS = ("tag", "action", "value", "pattern")


class RuleAction(StrEnum):
    """What a rule does to an attribute."""

    KEEP = "keep"
    REMOVE = "remove"
    EMPTY = "empty"
    REPLACE = "replace"
    HASH = "hash"
    SHIFT = "shift"
    REGEX = "regex"


@dataclass(frozen=True, slots=True)
class TagRule:
    """What happens to an attribute wherever it stands, at any depth.

    `tag` of a private attribute has its group and the last two digits (PS3.5 7.8); `creator` is
    that of its block. `value` is what `replace` writes, or what takes the place of each match of
    `pattern` with `regex`.

    Raises InvalidProfile for what cannot be done.
    """

    tag: int
    action: RuleAction
    creator: str = ""
    value: str = ""
    pattern: str = ""

    def __post_init__(self) -> None:
        if not _LOWEST_GROUP <= self.tag >> 16 < 0x7FE0 or self.tag & 0xFFFF == 0:
            raise InvalidProfile(f"No rule can be made for {self.tag_text}: remove it.")
        if self.tag in _STAMPS or self.tag in _IDENTITY:
            raise InvalidProfile(
                f"{self.tag_text} is written by the archive itself: remove its rule."
            )
        if bool(self.tag >> 16 & 1) != bool(self.creator):
            raise InvalidProfile(
                f"The rule for {self.tag_text} needs a private creator if and only if its group "
                'is odd, as in 0019,"SIEMENS MR HEADER",0C.'
            )
        self._check_texts()

    def _check_texts(self) -> None:
        is_regex = self.action is RuleAction.REGEX
        if bool(self.pattern) != is_regex:
            raise InvalidProfile(
                f'The rule for {self.tag_text} needs a "pattern" with the action regex, and only '
                "with it."
            )
        if self.value and self.action not in (RuleAction.REPLACE, RuleAction.REGEX):
            raise InvalidProfile(
                f'The rule for {self.tag_text} takes no "value" with the action {self.action}.'
            )
        if self.action is RuleAction.REPLACE and not self.value:
            raise InvalidProfile(
                f'The rule for {self.tag_text} needs a "value"; to leave it blank, use empty.'
            )

    @property
    def tag_text(self) -> str:
        """The tag as a profile writes it."""
        return tag_text(self.tag, self.creator)

    def to_dict(self) -> dict[str, object]:
        """Return plain values that `from_dict` reads back."""
        values: dict[str, object] = {"tag": self.tag_text, "action": self.action.value}
        if self.value:
            values["value"] = self.value
        if self.pattern:
            values["pattern"] = self.pattern
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "TagRule":
        """Read a rule from plain values; `value` and `pattern` only where the action has them.

        Raises InvalidProfile, naming the key.
        """
        if unknown := sorted(str(key) for key in values if key not in KEYS):
            raise InvalidProfile(
                f'A rule has an unknown key "{unknown[0]}": allowed are {", ".join(KEYS)}.'
            )
        texts = {key: values.get(key, "") for key in KEYS}
        if not all(isinstance(text, str) for text in texts.values()):
            raise InvalidProfile("The values of a rule must be texts: put them into quotes.")
        tag, creator = parse_tag(str(texts["tag"]))
        return cls(
            tag=tag,
            action=_action(str(texts["action"])),
            creator=creator,
            value=str(texts["value"]),
            pattern=str(texts["pattern"]),
        )


def parse_tag(text: str) -> tuple[int, str]:
    """Return tag and private creator (blank for standard attributes) of a written tag.

    Raises InvalidProfile for any other form.
    """
    if match := _PUBLIC.fullmatch(text.strip()):
        return int(match[1] + match[2], 16), ""
    if match := _PRIVATE.fullmatch(text.strip()):
        return int(match[1], 16) << 16 | int(match[3], 16), match[2].strip(" ")
    raise InvalidProfile(
        'A rule\'s "tag" must be written as 0010,4000 or, if it is private, as '
        '0019,"SIEMENS MR HEADER",0C.'
    )


def tag_text(tag: int, creator: str = "") -> str:
    """Return a tag as a profile writes it."""
    if creator:
        return f'{tag >> 16:04X},"{creator}",{tag & 0xFF:02X}'
    return f"{tag >> 16:04X},{tag & 0xFFFF:04X}"


def _action(text: str) -> RuleAction:
    try:
        return RuleAction(text)
    except ValueError:
        raise InvalidProfile(
            f'A rule\'s "action" must be one of {", ".join(RuleAction)}.'
        ) from None
