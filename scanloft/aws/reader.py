"""An S3 object as a seekable file, read by ranges: any size, constant memory, no disk."""

import io
from typing import TYPE_CHECKING

from scanloft.aws.objects import ObjectStore

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER_BYTES = 8 * 1024 * 1024
"""One ranged GET; smaller ones cost more requests, larger ones more memory."""


class RangedObject(io.RawIOBase):
    """The raw file behind `opened`."""

    def __init__(self, store: ObjectStore, key: str, *, size_bytes: int) -> None:
        self._store = store
        self._key = key
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
        """Fills the buffer from one ranged GET; 0 at the end.

        Raises:
            NotFound, Unavailable: as `ObjectStore.get`.
        """
        view = memoryview(buffer).cast("B")
        length = min(len(view), self._size_bytes - self._position)
        if length <= 0:
            return 0
        body = self._store.get(self._key, offset=self._position, length=length).body
        view[: len(body)] = body
        self._position += len(body)
        return len(body)


def opened(store: ObjectStore, key: str, *, size_bytes: int) -> io.BufferedReader:
    """The object as a buffered, seekable, read-only file."""
    return io.BufferedReader(
        RangedObject(store, key, size_bytes=size_bytes), buffer_size=BUFFER_BYTES
    )
