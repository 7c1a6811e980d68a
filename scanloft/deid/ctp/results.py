"""What an expression comes to: a text, or what to do with the element."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

BLANK_LIMIT = 1024


class Action(Enum):
    """What to do with an element instead of giving it a text; values as CTP writes them."""

    KEEP = "@keep()"
    REMOVE = "@remove()"
    EMPTY = "@empty()"
    PROCESS = "@process()"


@dataclass(frozen=True, slots=True)
class Blank:
    """A text of spaces, which is not trimmed away."""

    length: int

    @property
    def text(self) -> str:
        """The spaces, 1,024 at most."""
        return " " * min(self.length, BLANK_LIMIT)


Result: TypeAlias = str | Action | Blank


class MixedError(ValueError):
    """An action beside text, which CTP would write into the file by its name."""


def combine(results: Sequence[Result]) -> Result:
    """Join the results of an expression's pieces; removing wins over everything else.

    Raises MixedError.
    """
    if Action.REMOVE in results:
        return Action.REMOVE
    texts = "".join(result for result in results if isinstance(result, str))
    others = [result for result in results if not isinstance(result, str)]
    if not others:
        return texts
    if len(others) > 1 or texts.strip():
        raise MixedError
    return others[0]
