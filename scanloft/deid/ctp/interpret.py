"""What an expression comes to: clauses are chosen, functions called, results joined."""

from collections.abc import Sequence
from dataclasses import replace

from scanloft.core.errors import CtpQuarantine
from scanloft.deid.ctp.attributes import AttributePath
from scanloft.deid.ctp.calendar_days import KEEP_FIELD
from scanloft.deid.ctp.conditions import holds
from scanloft.deid.ctp.context import Context
from scanloft.deid.ctp.expressions import Call, Expression
from scanloft.deid.ctp.functions import FUNCTIONS
from scanloft.deid.ctp.hashing import hash_uid
from scanloft.deid.ctp.results import Action, Blank, Result, combine

REENTRY_LIMIT = 2
_PARTS = frozenset({"pathelement", "truncate"})
_HANDING_ON = _PARTS | {"append", "contents", "lowercase", "require", "uppercase", "value"}


def evaluate(expression: Expression, context: Context) -> Result:
    """Return what an expression comes to here; raises Rejected and errors of odd values."""
    return combine(
        [piece if isinstance(piece, str) else _called(piece, context) for piece in expression]
    )


def _called(call: Call, context: Context) -> Result:
    result = _result(call, context)
    if isinstance(result, str):
        paths = _read_by(call)
        if _hands_on(call, result, [context.text(path) or "" for path in paths]):
            for path in paths:
                given = result if call.name != "append" else context.text(path) or ""
                context.note_copy(path, given, in_part=call.name in _PARTS)
    return result


def _result(call: Call, context: Context) -> Result:
    match call.name, *call.arguments:
        case ["if", *arguments]:
            chosen = call.clauses[0 if holds(context, tuple(arguments)) else 1]
            return evaluate(chosen, context)
        case ["select"]:
            return evaluate(call.clauses[0 if context.level.is_root else 1], context)
        case ["append"]:
            return _appended(call, context)
        case ["hashuid", str(root), AttributePath() as path, *other]:
            return _hash_uid(root, path, context, other=other)
    return FUNCTIONS[call.name](context, *call.arguments)


def _read_by(call: Call) -> list[AttributePath]:
    """Return the elements whose values a function may give."""
    if call.name == "append":
        return [AttributePath()]
    first = call.arguments[0] if call.arguments else None
    paths = first if isinstance(first, tuple) else (first,)
    return [path for path in paths if isinstance(path, AttributePath)]


def _hands_on(call: Call, result: str, texts: Sequence[str]) -> bool:
    """Whether a function gives what it read; those that compute do if they changed nothing."""
    match call.name, *call.arguments:
        case ["lookup", _, _, "ignore", _]:
            return True
        case ["lookup" | "incrementdate" | "dateinterval", *_]:
            return result.strip() in texts
        case ["modifydate", _, *fields]:
            return all(value == KEEP_FIELD for value in fields)
        case ["round", _, size]:
            # A multiple of a larger size stays as it is, and may.
            return size == 1
    return call.name in _HANDING_ON


def _appended(call: Call, context: Context) -> Result:
    added = evaluate(call.clauses[0], context)
    present = context.level.text(context.this)
    return f"{present}\\{added}" if present and isinstance(added, str) else added


def _hash_uid(
    root: str, path: AttributePath, context: Context, *, other: Sequence[object]
) -> Result:
    uid = context.text(path)
    if uid is None:
        return Action.REMOVE
    for added in other:
        if isinstance(added, AttributePath):
            uid += _text_of_action(added, context)
    return hash_uid(root, uid)


def _text_of_action(path: AttributePath, context: Context) -> str:
    """Return what the script makes of another element; CTP hashes an action by its name."""
    found = context.find(path)
    if found is None or found[1] not in context.actions:
        return ""
    if context.depth >= REENTRY_LIMIT:
        raise CtpQuarantine(
            "The CTP script's @hashuid() refers to itself, or over too many other elements."
        )
    inner = replace(context, this=found[1], depth=context.depth + 1, copies=[])
    result = evaluate(context.actions[found[1]], inner)
    if isinstance(result, Blank):
        return f"@blank({result.length})"
    return result.value if isinstance(result, Action) else result
