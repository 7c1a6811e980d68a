"""What an expression comes to: clauses are chosen, functions called, results joined."""

from collections.abc import Sequence
from dataclasses import replace

from scanloft.core.errors import CtpQuarantine
from scanloft.deid.ctp.attributes import AttributePath
from scanloft.deid.ctp.conditions import holds
from scanloft.deid.ctp.context import Context
from scanloft.deid.ctp.expressions import Call, Expression
from scanloft.deid.ctp.functions import FUNCTIONS
from scanloft.deid.ctp.hashing import hash_uid
from scanloft.deid.ctp.results import Action, Blank, Result, combine

REENTRY_LIMIT = 2


def evaluate(expression: Expression, context: Context) -> Result:
    """Return what an expression comes to here; raises Rejected and errors of odd values."""
    return combine(
        [piece if isinstance(piece, str) else _called(piece, context) for piece in expression]
    )


def _called(call: Call, context: Context) -> Result:
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
    inner = replace(context, this=found[1], depth=context.depth + 1)
    result = evaluate(context.actions[found[1]], inner)
    if isinstance(result, Blank):
        return f"@blank({result.length})"
    return result.value if isinstance(result, Action) else result
