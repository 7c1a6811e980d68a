"""Expressions that find a project, a subject or a session in an attribute, written by people.

One a line: `(gggg,eeee):REGEX[:GROUP] [t:TARGET r:REPLACEMENT]`, as in XNAT. The regular expression
has to be for all of the value; what counts is the group, the first where none is named. Then each
match of TARGET in it is replaced. A line that begins with `#` is a remark.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scanloft.core.errors import InvalidRequest, Rejected
from scanloft.core.replacements import Replacement, read_replacement

Compile = Callable[[str], re.Pattern[str]]
"""Compiles a regular expression for an engine whose time grows only with the text, or rejects it.

The values that it is held against are hostile, and Python's own engine can be made to hang.
"""

Attributes = Mapping[int, str]
"""The texts of a data set by tag, as 0x00081030."""

TEXT_LIMIT = 32_768
LINE_LIMIT = 2_000
LINES_LIMIT = 200
VALUE_LIMIT = 256
"""What is longer names neither a project nor a subject nor a session: it is no hit."""

_FORM = "write (gggg,eeee):REGEX, then perhaps :GROUP, then perhaps t:TARGET r:REPLACEMENT"
_LINE = re.compile(r"\(([^)]*)\):(.+?)(?::([0-9]{1,3}))?(?:[ \t]+t:(.*)[ \t]r:(.*))?")
_TAG = re.compile(r"([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})")
_FIRST_GROUP, _AFTER_LAST_GROUP = 0x0008, 0xFFFE


@dataclass(frozen=True, slots=True)
class Expression:
    """One line of rules; `line` counts from 1."""

    line: int
    tag: int
    pattern: re.Pattern[str]
    group: int
    target: re.Pattern[str] | None = None
    replacement: Replacement | None = None

    def value_in(self, attributes: Attributes) -> str | None:
        """What it finds, without blanks around; None where it finds nothing."""
        text = attributes.get(self.tag)
        match = self.pattern.fullmatch(text) if text else None
        return None if match is None else usable(self._replaced(usable(match[self.group])))

    def _replaced(self, value: str | None) -> str | None:
        if value is None or self.target is None or self.replacement is None:
            return value
        return self.target.sub(self.replacement.expand, value)


def usable(value: str | None) -> str | None:
    """The value without blanks and NULs around it; None where it is empty or too long."""
    stripped = (value or "").strip(" \t\r\n\0")
    return stripped if 0 < len(stripped) <= VALUE_LIMIT else None


def parse_expressions(text: str, *, compiled: Compile) -> tuple[Expression, ...]:
    """Reads lines of rules, in their order.

    Raises:
        InvalidRequest: a line that is none; it names the line and does not quote it.
    """
    if len(text) > TEXT_LIMIT:
        raise InvalidRequest(f"The rules have more than {TEXT_LIMIT} characters: write fewer.")
    lines = [line.strip() for line in text.split("\n")]
    numbered = [
        (number, line)
        for number, line in enumerate(lines, start=1)
        if line and not line.startswith("#")
    ]
    if len(numbered) > LINES_LIMIT:
        raise InvalidRequest(f"There are more than {LINES_LIMIT} rules: write fewer.")
    return tuple(_expression(line, number=number, compiled=compiled) for number, line in numbered)


def _expression(line: str, *, number: int, compiled: Compile) -> Expression:
    found = _LINE.fullmatch(line) if len(line) <= LINE_LIMIT else None
    if found is None:
        raise _faulty(number, f"this is no rule: {_FORM}, in at most {LINE_LIMIT} characters.")
    tag_text, regex, group_text, target_text, replacement_text = found.groups()
    tag = _tag(tag_text, number)
    pattern = _compiled(regex, number=number, compiled=compiled)
    group = int(group_text or 1)
    if group > pattern.groups:
        raise _faulty(number, f"the expression has no group {group}: put () around what counts.")
    target = replacement = None
    if target_text is not None:
        target = _target(target_text, number=number, compiled=compiled)
        replacement = read_replacement(replacement_text, target.groups)
        if replacement is None:
            raise _faulty(
                number, "$ in a replacement names a group of the target; $ itself is \\$."
            )
    return Expression(number, tag, pattern, group, target, replacement)


def _tag(text: str, number: int) -> int:
    found = _TAG.fullmatch(text.strip())
    group, element = (int(part, 16) for part in found.groups()) if found else (0, 0)
    if not _FIRST_GROUP <= group < _AFTER_LAST_GROUP or element == 0:
        raise _faulty(
            number, "this is not the tag of an attribute: write it as (gggg,eeee), in hexadecimal."
        )
    return group << 16 | element


def _target(text: str, *, number: int, compiled: Compile) -> re.Pattern[str]:
    if not text:
        raise _faulty(number, "there is no target after t: to be replaced.")
    return _compiled(text, number=number, compiled=compiled)


def _compiled(text: str, *, number: int, compiled: Compile) -> re.Pattern[str]:
    try:
        return compiled(text)
    except Rejected as error:
        raise _faulty(number, error.message) from error


def _faulty(number: int, message: str) -> InvalidRequest:
    return InvalidRequest(f"Line {number}: {message}", line=number)
