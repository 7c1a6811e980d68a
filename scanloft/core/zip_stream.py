"""A zip file as a stream that is never read back: stored members, any number, any size.

Source: APPNOTE.TXT 6.3.10 of PKWARE (ISO/IEC 21320-1), with Zip64 where a number needs it.

Beside `zipfile`, because that one marks each member of a stream by a data descriptor, which
readers of streams refuse for stored members; keeps half a kilobyte for each member; and its state
cannot be put down half way. Here the state is three values, and a member that turns out to be
wrong can still be left out.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Write = Callable[[bytes], object]

ELSEWHERE, COUNT_ELSEWHERE = 0xFFFF_FFFF, 0xFFFF
"""Stand where a number has its place in a Zip64 field (4.4.1.4)."""
LIMIT, COUNT_LIMIT = ELSEWHERE, COUNT_ELSEWHERE
"""From these sizes, offsets and counts on, a number has its place in a Zip64 field."""
NAME_LIMIT_BYTES = 0xFFFF

STREAMED = 1 << 3
"""Flag: checksum and sizes follow the bytes in a data descriptor (4.4.4)."""
UTF8 = 1 << 11
"""Flag: the name is UTF-8."""
STORED = 0
PLAIN_VERSION, ZIP64_VERSION = 20, 45
MADE_BY_UNIX = 3 << 8 | ZIP64_VERSION
REGULAR_FILE = 0o100644 << 16

LOCAL = struct.Struct("<4s5H3I2H")
DESCRIPTOR, DESCRIPTOR_64 = struct.Struct("<4s3I"), struct.Struct("<4sI2Q")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END_64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR_64 = struct.Struct("<4sIQI")
END = struct.Struct("<4s4H2IH")
EXTRA_64 = 1
"""The kind of an extra field with sizes and offset of 64 bits (4.5.3)."""

OVERHEAD_BYTES = LOCAL.size + 20 + DESCRIPTOR_64.size + CENTRAL.size + 28
"""The most that a member takes beside its bytes and twice its name."""
END_BYTES = END_64.size + LOCATOR_64.size + END.size


@dataclass(frozen=True, slots=True)
class ZipState:
    """A zip file between two members: all that is needed to go on from there.

    `directory` is the central directory so far; `position` counts the bytes written so far.
    """

    position: int = 0
    count: int = 0
    directory: bytes = b""


@dataclass(slots=True)
class _Open:
    """The member that is being written."""

    name: bytes
    offset: int
    size_bytes: int
    crc32: int = 0
    written_bytes: int = 0


class ZipStream:
    """Writes members one after the other through `write`; `modified` is the time they all bear."""

    def __init__(self, write: Write, *, modified: datetime, state: ZipState | None = None) -> None:
        start = state or ZipState()
        self._write = write
        self._time, self._date = dos_time(modified)
        self._position = start.position
        self._count = start.count
        self._directory = bytearray(start.directory)
        self._member: _Open | None = None

    @property
    def state(self) -> ZipState:
        """What a later stream goes on from; between two members only.

        Raises:
            ValueError: within a member.
        """
        self._must_be_between()
        return ZipState(self._position, self._count, bytes(self._directory))

    def add(self, name: str, body: bytes) -> None:
        """Adds a member whose bytes are here: its header says all, so it can be read as it comes.

        Raises:
            ValueError: not a name that a member may have.
        """
        self._must_be_between()
        member = _Open(checked_name(name), self._position, len(body), zlib.crc32(body), len(body))
        self._put(self._local(member, flags=UTF8))
        self._put(body)
        self._list(member, flags=UTF8)

    def begin(self, name: str, size_bytes: int) -> None:
        """Begins a member of this size, whose bytes follow by `feed`.

        Raises:
            ValueError: not a name that a member may have.
        """
        self._must_be_between()
        self._member = _Open(checked_name(name), self._position, size_bytes)
        self._put(self._local(self._member, flags=UTF8 | STREAMED))

    def feed(self, block: bytes) -> None:
        """The next bytes of the member."""
        member = self._current()
        member.crc32 = zlib.crc32(block, member.crc32)
        member.written_bytes += len(block)
        self._put(block)

    def end(self) -> None:
        """Ends the member.

        Raises:
            ValueError: it has another size than was said.
        """
        member = self._current()
        if member.written_bytes != member.size_bytes:
            raise ValueError("A member has another size than was said when it began.")
        large = member.size_bytes >= LIMIT
        sizes = member.size_bytes, member.size_bytes
        self._put((DESCRIPTOR_64 if large else DESCRIPTOR).pack(b"PK\7\x08", member.crc32, *sizes))
        self._list(member, flags=UTF8 | STREAMED)
        self._member = None

    def drop(self) -> None:
        """Leaves the member out: what is written of it stays as bytes that belong to nothing."""
        self._current()
        self._member = None

    def finish(self) -> int:
        """Writes the central directory, which makes it a zip file; its size in bytes."""
        self._must_be_between()
        start, size = self._position, len(self._directory)
        self._put(bytes(self._directory))
        self._put(_end(self._count, start=start, size=size))
        return self._position

    def _local(self, member: _Open, *, flags: int) -> bytes:
        """4.3.7; the header of a streamed member knows neither checksum nor sizes yet."""
        large = member.size_bytes >= LIMIT
        streamed = bool(flags & STREAMED)
        size = 0 if streamed else member.size_bytes
        extra = struct.pack("<2H2Q", EXTRA_64, 16, size, size) if large else b""
        shown = ELSEWHERE if large else size
        head = LOCAL.pack(
            b"PK\3\4",
            ZIP64_VERSION if large else PLAIN_VERSION,
            flags,
            STORED,
            self._time,
            self._date,
            0 if streamed else member.crc32,
            shown,
            shown,
            len(member.name),
            len(extra),
        )
        return head + member.name + extra

    def _list(self, member: _Open, *, flags: int) -> None:
        """Adds the member to the central directory (4.3.12)."""
        large, far = member.size_bytes >= LIMIT, member.offset >= LIMIT
        size = member.size_bytes
        fields = ([size, size] if large else []) + ([member.offset] if far else [])
        extra = struct.pack(f"<2H{len(fields)}Q", EXTRA_64, 8 * len(fields), *fields)
        extra = extra if fields else b""
        shown = ELSEWHERE if large else size
        self._directory += CENTRAL.pack(
            b"PK\1\2",
            MADE_BY_UNIX,
            ZIP64_VERSION if fields else PLAIN_VERSION,
            flags,
            STORED,
            self._time,
            self._date,
            member.crc32,
            shown,
            shown,
            len(member.name),
            len(extra),
            *(0, 0, 0),
            REGULAR_FILE,
            ELSEWHERE if far else member.offset,
        )
        self._directory += member.name + extra
        self._count += 1

    def _put(self, data: bytes) -> None:
        self._write(data)
        self._position += len(data)

    def _current(self) -> _Open:
        if self._member is None:
            raise ValueError("No member has begun.")
        return self._member

    def _must_be_between(self) -> None:
        if self._member is not None:
            raise ValueError("A member has not ended yet.")


def zip_size_limit(*, names_bytes: int, sizes_bytes: int, count: int) -> int:
    """No zip of so many members, with so many bytes in all and in all names, is larger."""
    return sizes_bytes + 2 * names_bytes + count * OVERHEAD_BYTES + END_BYTES


def checked_name(name: str) -> bytes:
    """The name of a member in UTF-8.

    Raises:
        ValueError: it could leave the folder that it is unpacked to, or is too long.
    """
    encoded = name.encode()
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in name or "\0" in name:
        raise ValueError("The name of a member is a relative path without empty or dotted parts.")
    if len(encoded) > NAME_LIMIT_BYTES:
        raise ValueError(f"The name of a member has at most {NAME_LIMIT_BYTES} bytes.")
    return encoded


def dos_time(moment: datetime) -> tuple[int, int]:
    """Time and date as MS-DOS wrote them (4.4.6): from 1980 on, to two seconds."""
    date = max(moment.year - 1980, 0) << 9 | moment.month << 5 | moment.day
    return moment.hour << 11 | moment.minute << 5 | moment.second // 2, date


def _end(count: int, *, start: int, size: int) -> bytes:
    """The end of the central directory (4.3.14 to 4.3.16)."""
    if count < COUNT_LIMIT and size < LIMIT and start < LIMIT:
        return END.pack(b"PK\5\6", *(0, 0), *(count, count), size, start, 0)
    places = *(0, 0), *(count, count), size, start
    end_64 = END_64.pack(b"PK\6\6", END_64.size - 12, MADE_BY_UNIX, ZIP64_VERSION, *places)
    locator = LOCATOR_64.pack(b"PK\6\7", 0, start + size, 1)
    shown = *(COUNT_ELSEWHERE, COUNT_ELSEWHERE), ELSEWHERE, ELSEWHERE
    return end_64 + locator + END.pack(b"PK\5\6", *(0, 0), *shown, 0)
