"""The lines of a Java properties file, the form of older scripts and of lookup tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.)|$)", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class PropertyLine:
    """A logical line, as it stands, and the number of its first line, from 1."""

    number: int
    text: str


def logical_lines(text: str) -> Iterator[PropertyLine]:
    """Yield the lines that are not blank; a backslash at the end joins a line with the next."""
    parts: list[str] = []
    start = 0
    for number, line in enumerate(_BREAK.split(text), 1):
        part = line.lstrip()
        if not parts:
            start = number
        if _continues(part) and not (not parts and part.startswith(("#", "!"))):
            parts.append(part[:-1])
            continue
        yield from _joined(start, [*parts, part])
        parts = []
    yield from _joined(start, parts)


def unescape(text: str) -> str:
    """Replace backslash escapes as Java's `Properties` does."""
    return _ESCAPE.sub(_character, text)


def split_at(line: str, separators: str) -> tuple[str, str] | None:
    """Split at the first unescaped separator, both sides as they stand; None if there is none."""
    skip = False
    for index, character in enumerate(line):
        if skip:
            skip = False
        elif character == "\\":
            skip = True
        elif character in separators:
            return line[:index], line[index + 1 :]
    return None


def _continues(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _joined(number: int, parts: list[str]) -> Iterator[PropertyLine]:
    text = "".join(parts).strip()
    if text:
        yield PropertyLine(number, text)


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    escaped = match[2] or ""
    return _CONTROLS.get(escaped, escaped)
