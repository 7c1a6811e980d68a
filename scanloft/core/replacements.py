"""What replaces a match of a regular expression, in Java's notation: $1 for a group, \\ escapes."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Replacement:
    """What replaces a match: texts and the numbers of groups, in order."""

    parts: tuple[str | int, ...]

    def expand(self, match: re.Match[str]) -> str:
        """Return the text for a match; a group that took no part gives none."""
        return "".join(
            (match[part] or "") if isinstance(part, int) else part for part in self.parts
        )


def read_replacement(text: str, groups: int) -> Replacement | None:
    """Read a replacement with $1 and escapes; None if it names a group that is not there."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            parts.append(text[at + 1 : at + 2])
            at += 2
        elif character == "$":
            number, at = _group(text, at + 1, groups)
            if number is None:
                return None
            parts.append(number)
        else:
            parts.append(character)
            at += 1
    return Replacement(tuple(parts))


def _group(text: str, at: int, groups: int) -> tuple[int | None, int]:
    number: int | None = None
    while at < len(text) and text[at] in "0123456789":
        longer = (number or 0) * 10 + int(text[at])
        if longer > groups:
            break
        number = longer
        at += 1
    return number, at
