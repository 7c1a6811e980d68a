"""A look at the end of a zip before it is opened: how large is its directory?"""

import struct
from typing import IO

from scanloft.core.errors import BadArchiveFile

END = b"PK\x05\x06"
END64 = b"PK\x06\x06"
END_SIZE = 22
END64_SIZE = 56
LOCATOR_SIZE = 20
COMMENT_LIMIT = 0xFFFF
SEE_ZIP64 = 0xFFFFFFFF
ENTRY_BYTES_LIMIT = 1024
"""More than any honest entry takes, its name and extra fields included."""


def check_directory(packed: IO[bytes], *, size_bytes: int, member_limit: int) -> None:
    """Refuses a zip whose directory alone would fill the memory (APPNOTE 4.3.16, 4.3.14).

    Raises:
        BadArchiveFile: there is no end record, or the directory is larger than allowed.
    """
    start = max(0, size_bytes - END_SIZE - COMMENT_LIMIT - LOCATOR_SIZE - END64_SIZE)
    packed.seek(start)
    tail = packed.read(size_bytes - start)
    packed.seek(0)
    place = tail.rfind(END)
    if place < 0 or len(tail) < place + END_SIZE:
        raise BadArchiveFile("The zip has no end record: it was cut off. Send it again.")
    (directory_bytes,) = struct.unpack_from("<L", tail, place + 12)
    if directory_bytes == SEE_ZIP64:
        place = tail.rfind(END64, 0, place)
        if place < 0:
            raise BadArchiveFile("The zip has no zip64 end record: pack it again.")
        (directory_bytes,) = struct.unpack_from("<Q", tail, place + 40)
    if directory_bytes > member_limit * ENTRY_BYTES_LIMIT:
        raise BadArchiveFile(
            f"The directory of the zip is larger than that of {member_limit} members: split it.",
            limit=member_limit,
        )
