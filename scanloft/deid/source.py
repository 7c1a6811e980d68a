"""Where the bytes of an object are, and which of them a result takes over as they are."""

from dataclasses import dataclass
from typing import Protocol


class Source(Protocol):
    """An object that is read in pieces; `size` and offsets are in bytes."""

    @property
    def size(self) -> int:
        """How many bytes it has."""
        ...

    def read(self, offset: int, length: int) -> bytes:
        """Return `length` bytes from `offset` on, fewer only at its end."""
        ...


class NeedsWhole(Exception):  # no error: it says which way to take
    """This object can only be de-identified with all of its bytes in memory."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of the source that the result takes over as they are."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class WholeSource:
    """An object that is in memory already."""

    data: bytes

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.data)

    def read(self, offset: int, length: int) -> bytes:
        """Return `length` bytes from `offset` on, fewer only at its end."""
        return self.data[offset : offset + length]
