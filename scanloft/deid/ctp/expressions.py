"""The script of one element, read into a tree in which every argument is checked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from scanloft.deid.ctp.arguments import Argument, Scope, read_arguments
from scanloft.deid.ctp.refusal import script_refused
from scanloft.deid.ctp.signatures import CLAUSES, FUNCTIONS, REFUSED, form_of

DEPTH_LIMIT = 16
TEXT_LIMIT = 20_000
_NAME = re.compile(r"@\s*([A-Za-z_]\w*)?\s*(\()?")
_SPACE = re.compile(r"\s*")
_ALONE = frozenset({"blank", "empty", "keep", "process"})


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function; `clauses` are the scripts in braces behind it."""

    name: str
    arguments: tuple[Argument, ...] = ()
    clauses: "tuple[Expression, ...]" = ()


Expression: TypeAlias = "tuple[str | Call, ...]"


def read_expression(text: str, scope: Scope) -> Expression:
    """Read the script of one element.

    Raises InvalidProfile, naming the line: whatever CTP would copy into the file as text.
    """
    if len(text) > TEXT_LIMIT:
        raise script_refused(scope.line, f"longer than {TEXT_LIMIT:,} characters.")
    return _read(text, scope, 0)


def calls(expression: Expression, name: str) -> bool:
    """Whether the expression begins with a call of this function."""
    first = expression[0] if expression else ""
    return isinstance(first, Call) and first.name == name


def _read(text: str, scope: Scope, depth: int) -> Expression:
    if depth > DEPTH_LIMIT:
        raise script_refused(scope.line, f"clauses nested deeper than {DEPTH_LIMIT} levels.")
    pieces: list[str | Call] = []
    at = 0
    while at < len(text):
        if text[at] == "\\":
            pieces.append(text[at + 1 : at + 2])
            at += 2
        elif text[at] == "@":
            call, at = _read_call(text, at, scope, depth)
            pieces.append(call)
        else:
            pieces.append(text[at])
            at += 1
    return _checked(_merged(pieces), scope)


def _merged(pieces: Sequence[str | Call]) -> Expression:
    merged: list[str | Call] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if isinstance(piece, str) and isinstance(last, str):
            merged[-1] = last + piece
        else:
            merged.append(piece)
    return tuple(merged)


def _checked(expression: Expression, scope: Scope) -> Expression:
    names = [piece.name for piece in expression if isinstance(piece, Call)]
    counted = [
        piece
        for piece in expression
        if (piece.strip() if isinstance(piece, str) else piece.name != "always")
    ]
    alone = sorted(_ALONE.intersection(names))
    if alone and len(counted) > 1 and "remove" not in names:
        raise script_refused(
            scope.line,
            f"@{alone[0]}() beside other text, of which CTP makes the text @{alone[0]}():"
            " leave one of them out.",
        )
    return expression


def _read_call(text: str, at: int, scope: Scope, depth: int) -> tuple[Call, int]:
    match = _NAME.match(text, at)
    name = (match[1] or "") if match else ""
    if match is None or name not in FUNCTIONS or not match[2]:
        _refuse_name(name, scope, called=bool(match and match[2]))
    raw, end = _split_arguments(text, match.end(), name, scope)
    form = form_of(name, raw)
    if isinstance(form, str):
        raise script_refused(scope.line, f"{form}.")
    arguments = read_arguments(name, raw, form, scope)
    clauses: list[Expression] = []
    for _ in range(CLAUSES.get(name, 0)):
        clause, end = _clause(text, end, name, scope)
        clauses.append(_read(clause, scope, depth + 1))
    return Call(name, arguments, tuple(clauses)), end


def _refuse_name(name: str, scope: Scope, *, called: bool) -> NoReturn:
    if name in REFUSED:
        raise script_refused(scope.line, f"@{name} {REFUSED[name]}.")
    if name in FUNCTIONS:
        raise script_refused(scope.line, f"@{name} without its arguments: write @{name}(…).")
    if not called and name in scope.parameters:
        raise script_refused(scope.line, f"a parameter as text: write @param(@{name}).")
    if not name:
        raise script_refused(scope.line, "an @ that begins no function: write \\@ for the sign.")
    hint = f": write @{name.lower()}" if name.lower() in FUNCTIONS else ""
    raise script_refused(
        scope.line, f"the function @{name[:32]} is unknown, CTP would copy its name{hint}."
    )


def _split_arguments(text: str, at: int, name: str, scope: Scope) -> tuple[list[str], int]:
    end = _closing(text, at, "(", ")")
    if end < 0:
        raise script_refused(scope.line, f"the arguments of @{name} do not end: add a ).")
    arguments = _split_commas(text[at:end])
    return ([] if arguments == [""] else arguments), end + 1


def _clause(text: str, at: int, name: str, scope: Scope) -> tuple[str, int]:
    match = _SPACE.match(text, at)
    start = match.end() if match else at
    end = _closing(text, start + 1, "{", "}") if text[start : start + 1] == "{" else -1
    if end < 0:
        clauses = "{…}{…}" if CLAUSES[name] == 2 else "{…}"
        raise script_refused(
            scope.line, f"@{name}(…) needs {clauses} behind it, each brace closed."
        )
    return text[start + 1 : end], end + 1


def _closing(text: str, at: int, opening: str, closing: str) -> int:
    """Return where the bracket ends that opened before `at`; -1 if it does not."""
    depth = 1
    for index, character in _unquoted(text, at):
        depth += (character == opening) - (character == closing)
        if depth == 0:
            return index
    return -1


def _split_commas(text: str) -> list[str]:
    parts = []
    start = depth = 0
    for index, character in _unquoted(text, 0):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [*parts, text[start:].strip()]


def _unquoted(text: str, at: int) -> Iterator[tuple[int, str]]:
    quoted = escaped = False
    for index in range(at, len(text)):
        character = text[index]
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif not quoted:
            yield index, character
