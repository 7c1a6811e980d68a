"""The arguments of a function call, each read and checked when the script is read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from scanloft.core.errors import InvalidProfile
from scanloft.core.replacements import Replacement, read_replacement
from scanloft.deid.ctp.attributes import Attribute, AttributePath, read_path
from scanloft.deid.ctp.calendar_days import KEEP_FIELD, NotADateError, move_dates
from scanloft.deid.ctp.patterns import Pattern, read_pattern
from scanloft.deid.ctp.refusal import script_refused
from scanloft.deid.ctp.signatures import Form, Kind

Argument: TypeAlias = str | int | AttributePath | tuple[AttributePath, ...] | Pattern | Replacement

ROOT_LENGTH = 40
_REFERENCE = re.compile(r"[@$]\s*(\w+)\s*")
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")
_UID_ROOT = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*\.?")
_PLACEHOLDER = re.compile(r"x{2,}|(?:enter|insert)\s.*|.*\b(?:enter|insert) your\b.*", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a line of a script may refer to: parameters and the names of elements."""

    line: int
    parameters: Mapping[str, str]
    names: Mapping[str, Attribute]

    def parameter(self, text: str) -> str:
        """Return the value of a reference, @NAME; one that refers to another is followed.

        Raises InvalidProfile: not there, in a circle, or still the text that says what to enter.
        """
        seen: set[str] = set()
        value = text
        while match := _REFERENCE.fullmatch(value):
            name = match[1]
            if name in seen:
                raise script_refused(self.line, f"the parameter {name} refers to itself.")
            if name not in self.parameters:
                raise script_refused(
                    self.line, f"the parameter {name} is not in the script: add it."
                )
            seen.add(name)
            value = self.parameters[name].strip()
            if _PLACEHOLDER.fullmatch(value):
                raise script_refused(self.line, f"the parameter {name} is not filled in: set it.")
        return value


def read_arguments(name: str, raw: Sequence[str], form: Form, scope: Scope) -> tuple[Argument, ...]:
    """Read the arguments of a function.

    Raises InvalidProfile, naming the line, the function and the argument.
    """
    read: list[Argument] = []
    for text, kind in zip(raw, form, strict=True):
        if kind is Kind.REPLACEMENT:
            value = _replacement(text, read[-1])
        else:
            value = _READERS[kind](text, scope)
        if value is None:
            place = f"argument {len(read) + 1} of @{name}"
            raise script_refused(scope.line, f"{place} {_EXPECTED[kind]}.")
        read.append(value)
    return tuple(read)


def _element(text: str, scope: Scope) -> Argument | None:
    return read_path(text, scope.names)


def _elements(text: str, scope: Scope) -> Argument | None:
    paths = [read_path(part, scope.names) for part in text.split("|")]
    known = tuple(path for path in paths if path is not None)
    return known if len(known) == len(paths) else None


def _text(text: str, scope: Scope) -> str:
    return _unquoted(text) if text.startswith('"') else scope.parameter(text)


def _word(text: str, _: Scope) -> str:
    return _unquoted(text).strip().lower()


def _regex(text: str, scope: Scope) -> Argument | None:
    try:
        return read_pattern(_text(text, scope))
    except InvalidProfile as error:
        raise script_refused(scope.line, error.message[0].lower() + error.message[1:]) from None


def _replacement(text: str, pattern: Argument) -> Argument | None:
    groups = pattern.groups if isinstance(pattern, Pattern) else 0
    return read_replacement(_unquoted(text), groups)


def _parameter(text: str, scope: Scope) -> str | None:
    return scope.parameter(text) if _REFERENCE.fullmatch(text) else None


def _days(text: str, scope: Scope) -> int | None:
    value = _text(text, scope).strip()
    return int(value) if _INTEGER.fullmatch(value) else None


def _count(text: str, scope: Scope) -> int | None:
    value = _days(text, scope)
    return value if value is not None and value >= 0 else None


def _size(text: str, scope: Scope) -> int | None:
    return _count(text, scope) or None


def _field(text: str, scope: Scope) -> int | None:
    if _text(text, scope).strip() == "*":
        return KEEP_FIELD
    value = _count(text, scope)
    return value if value is not None and value <= 9999 else None


def _root(text: str, scope: Scope) -> str | None:
    value = _text(text, scope).strip()
    return value if len(value) <= ROOT_LENGTH and _UID_ROOT.fullmatch(value) else None


def _date(text: str, scope: Scope) -> str | None:
    value = _text(text, scope).strip()
    try:
        move_dates(value, 0)
    except NotADateError:
        return None
    return value


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


_READERS: dict[Kind, Callable[[str, Scope], Argument | None]] = {
    Kind.ELEMENT: _element,
    Kind.ELEMENTS: _elements,
    Kind.TEXT: _text,
    Kind.WORD: _word,
    Kind.REGEX: _regex,
    Kind.PARAMETER: _parameter,
    Kind.COUNT: _count,
    Kind.SIZE: _size,
    Kind.DAYS: _days,
    Kind.FIELD: _field,
    Kind.ROOT: _root,
    Kind.DATE: _date,
}
_ATTRIBUTE = "must be an attribute: a DICOM keyword, (gggg,eeee), a name of this script, or this"
_EXPECTED = {
    Kind.ELEMENT: _ATTRIBUTE,
    Kind.ELEMENTS: f"{_ATTRIBUTE}; several are joined by |",
    Kind.TEXT: "must be text",
    Kind.WORD: "must be a word",
    Kind.REGEX: "is no regular expression that can be used: simplify it",
    Kind.REPLACEMENT: "names a group that the expression does not have",
    Kind.PARAMETER: "must be a parameter: @NAME",
    Kind.COUNT: "must be a whole number from 0",
    Kind.SIZE: "must be a whole number from 1",
    Kind.DAYS: "must be a whole number",
    Kind.FIELD: "must be a whole number from 0, or * for no change",
    Kind.ROOT: f"must be the root of UIDs: digits and dots, at most {ROOT_LENGTH} characters",
    Kind.DATE: "must be a date: YYYYMMDD",
}
