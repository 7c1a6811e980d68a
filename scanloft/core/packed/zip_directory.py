"""A look at the end of a zip before it is opened: how large is its directory?"""

import struct
from typing import IO

from scanloft.core.errors import BadArchiveFile

END = b"PK\x05\x06"
END64 = b"PK\x06\x06"
LOCATOR = b"PK\x06\x07"
END_SIZE = 22
END64_SIZE = 56
LOCATOR_SIZE = 20
COMMENT_LIMIT = 0xFFFF
SEE_ZIP64 = 0xFFFFFFFF
ENTRY_BYTES_LIMIT = 1024
"""More than any honest entry takes on average, its name and extra fields included."""
FOLDERS_FOR_A_FILE = 4
"""Entries that are folders are not counted as members, but they take memory too."""


def check_directory(packed: IO[bytes], *, size_bytes: int, member_limit: int) -> int:
    """Refuses a zip whose directory alone would fill the memory (APPNOTE 4.3.14, 4.3.16).

    Gives how many entries the end record says there are. The record that counts is the one that
    Python's library goes by: the zip64 one wherever there is a locator of it.

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
    entries, directory_bytes = struct.unpack_from("<HL", tail, place + 10)
    locator = place - LOCATOR_SIZE
    if locator >= 0 and tail.startswith(LOCATOR, locator):
        place = locator - END64_SIZE
        if place < 0 or not tail.startswith(END64, place):
            raise BadArchiveFile("The zip has no zip64 end record: pack it again.")
        entries, directory_bytes = struct.unpack_from("<QQ", tail, place + 32)
    elif directory_bytes == SEE_ZIP64:
        raise BadArchiveFile("The zip has no zip64 end record: pack it again.")
    too_many = entries > member_limit * (1 + FOLDERS_FOR_A_FILE)
    if too_many or directory_bytes > member_limit * ENTRY_BYTES_LIMIT:
        raise BadArchiveFile(
            f"The directory of the zip is larger than that of {member_limit} members: split it.",
            limit=member_limit,
        )
    return int(entries)
