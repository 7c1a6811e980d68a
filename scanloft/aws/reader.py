"""An S3 object as a seekable file, read by ranges: any size, constant memory, no disk."""

import io

from scanloft.aws.objects import ObjectStore
from scanloft.core.ranged_file import buffered

BUFFER_BYTES = 8 * 1024 * 1024
"""One ranged GET; smaller ones cost more requests, larger ones more memory."""


def opened(store: ObjectStore, key: str, *, size_bytes: int) -> io.BufferedReader:
    """The object as a buffered, seekable, read-only file; reads raise as `ObjectStore.get`."""

    def read(offset: int, length: int) -> bytes:
        return store.get(key, offset=offset, length=length).body

    return buffered(read, size_bytes=size_bytes, buffer_bytes=BUFFER_BYTES)
