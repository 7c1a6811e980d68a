"""Java's regular expressions, as far as RE2's mean the same."""

import re
import warnings
from dataclasses import dataclass

from scanloft.core.replacements import Replacement
from scanloft.deid.values.patterns import compiled

# For Java it is a fault, for RE2 it is text.
_NO_LOWER_BOUND = re.compile(r"(?<!\\)\{,")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that `read_pattern` has checked; its time grows only with the text."""

    text: str

    @property
    def groups(self) -> int:
        """How many groups it has."""
        return compiled(self.text).groups

    def matches(self, value: str) -> bool:
        """Whether it is for the whole of a value, as Java's `matches`."""
        return compiled(self.text).fullmatch(value) is not None

    def replace_all(self, value: str, replacement: Replacement | None) -> str:
        """Return a value with every match replaced, None for nothing, as Java's `replaceAll`."""
        # Java's $ is also before a line's end that ends the value, RE2's only at the very end.
        lines = value.rstrip("\r\n")
        expand = replacement.expand if replacement is not None else ""
        return compiled(self.text).sub(expand, lines) + value[len(lines) :]


def read_pattern(text: str) -> Pattern | None:
    """Check a pattern; None if it is none, or means one thing in Java and another elsewhere.

    Raises InvalidProfile for what RE2 does not have, and does not quote it.
    """
    if _NO_LOWER_BOUND.search(text):
        return None
    with warnings.catch_warnings():
        # Python warns of sets within sets, which are Java's alone.
        warnings.simplefilter("error")
        try:
            re.compile(text, re.ASCII)
        except (re.error, ValueError, OverflowError, RecursionError, Warning):
            return None
    compiled(text)
    return Pattern(text)
