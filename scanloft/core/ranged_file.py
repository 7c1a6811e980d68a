"""A seekable file over anything that gives a range of bytes: any size, constant memory, no disk."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Read = Callable[[int, int], bytes]
"""Gives so many bytes from an offset, in bytes: read(offset, length)."""


class RangedFile(io.RawIOBase):
    """The raw file behind `buffered`."""

    def __init__(self, read: Read, *, size_bytes: int) -> None:
        self._read = read
        self._size_bytes = size_bytes
        self._position = 0

    def readable(self) -> bool:
        """True: it is only read."""
        return True

    def seekable(self) -> bool:
        """True: each read asks for the range it needs."""
        return True

    def tell(self) -> int:
        """The position, in bytes from the start."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Moves the position; nothing is read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size_bytes}
        self._position = max(0, base[whence] + offset)
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fills the buffer from one range; 0 at the end. Raises what reading the range raises."""
        view = memoryview(buffer).cast("B")
        length = min(len(view), self._size_bytes - self._position)
        if length <= 0:
            return 0
        body = self._read(self._position, length)
        view[: len(body)] = body
        self._position += len(body)
        return len(body)


def buffered(read: Read, *, size_bytes: int, buffer_bytes: int) -> io.BufferedReader:
    """The bytes as a buffered, seekable, read-only file."""
    raw = RangedFile(read, size_bytes=size_bytes)
    return io.BufferedReader(cast("io.RawIOBase", raw), buffer_size=buffer_bytes)
