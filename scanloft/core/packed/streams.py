"""Streams that a zip or tar is read through: decompressed by content, counted against a bound."""

import bz2
import gzip
import lzma
from typing import IO, cast

from scanloft.core.errors import BadArchiveFile

READ_BYTES = 1024 * 1024


class Counted:
    """A stream that refuses to give more than so many bytes, however much was read before."""

    def __init__(self, stream: IO[bytes], *, allowed: int) -> None:
        self._stream = stream
        self._allowed = allowed
        self._left = allowed

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, all that is left for -1; fewer at the end only.

        Raises:
            BadArchiveFile: the stream goes on beyond what is allowed.
        """
        chunks = []
        wanted = size if size >= 0 else self._left + 1
        while wanted > 0:
            chunk = self._stream.read(min(wanted, READ_BYTES))
            if not chunk:
                break
            chunks.append(chunk)
            wanted -= len(chunk)
            self._left -= len(chunk)
            if self._left < 0:
                raise BadArchiveFile(
                    "The file unpacks to far more than its size allows: split it, or pack it with "
                    "less compression.",
                    limit_bytes=self._allowed,
                )
        return b"".join(chunks)


def decompressed(packed: IO[bytes]) -> IO[bytes]:
    """The stream itself, or what gzip, bzip2 or xz packed in it, told by its first bytes."""
    start = packed.read(6)
    packed.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=packed))
    if start.startswith(b"BZh"):
        return bz2.BZ2File(packed)
    if start.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(packed)
    return packed
