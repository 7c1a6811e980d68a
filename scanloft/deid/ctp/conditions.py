"""The conditions of `@if`."""

import re

from scanloft.deid.ctp.arguments import Argument
from scanloft.deid.ctp.attributes import AttributePath
from scanloft.deid.ctp.context import Context
from scanloft.deid.ctp.patterns import Pattern

_NO_DIGIT = re.compile(r"[^0-9]")


def holds(context: Context, arguments: tuple[Argument, ...]) -> bool:
    """Whether the condition of an `@if` is true; texts are compared without regard to case."""
    path, word, *rest = arguments
    if not isinstance(path, AttributePath):
        return False
    text = context.text(path) or ""
    match word, *rest:
        case ["exists"]:
            return context.exists(path)
        case ["isblank"]:
            return not text.strip()
        case ["equals", str(other)]:
            return text.lower() == other.lower()
        case ["contains", str(other)]:
            return other.lower() in text.lower()
        case ["greaterthan", str(other)]:
            return _number(text) > _number(other)
        case ["matches", Pattern() as pattern]:
            return pattern.matches(text)
    return False


def _number(text: str) -> int:
    return int(_NO_DIGIT.sub("", text) or "0")
