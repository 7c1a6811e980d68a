"""What is wrong with a profile file: faults with their lines, told all at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from scanloft.core.errors import InvalidProfile

SHOWN_FAULTS = 10


@dataclass(slots=True)
class Faults:
    """What is wrong with one file, with lines, so that all of it can be mended at once."""

    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        """Note a fault; the same one of a line is noted once."""
        if (line, message) not in self.found:
            self.found.append((line, message))

    def check(self) -> None:
        """Raise InvalidProfile with the first ten faults, in the order of their lines."""
        if not self.found:
            return
        lines = [f"line {line}: {message}" for line, message in sorted(self.found)]
        shown = lines[:SHOWN_FAULTS]
        if len(lines) > SHOWN_FAULTS:
            shown.append(f"and {len(lines) - SHOWN_FAULTS} more")
        joined = "\n".join(shown).removesuffix(".")
        raise InvalidProfile(f"The profile cannot be used:\n{joined}.", line=min(self.found)[0])


def unknown(what: str, name: str, allowed: Iterable[str]) -> str:
    """Return a message for a name that is none of those allowed, with the nearest of them."""
    near = get_close_matches(name.lower(), list(allowed), n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"{what} {shown(name)} is unknown: {hint}allowed are {', '.join(allowed)}"


def shown(text: str) -> str:
    """Return text of a profile as a message shows it: on one line, at most 60 characters."""
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= 60 else text[:57] + "..."
