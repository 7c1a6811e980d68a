"""Damage to DICOM objects, at random but repeatable: blind, and aware of their structure."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.support.wire import ALL_VRS, LONG_VRS, SHORT_VRS

MEANT_LENGTHS = (0, 1, 2, 3, 7, 8, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)
TAGS = (
    0x00000000, 0x00020010, 0x00041220, 0x00080000, 0x00080005, 0x00080016, 0x00080018, 0x00081140,
    0x00082112, 0x00090010, 0x00091001, 0x00100010, 0x00100020, 0x00104000, 0x0020000D, 0x0040A730,
    0x00420011, 0x04000561, 0x50003000, 0x60003000, 0x7FE00008, 0x7FE00010, 0xFFFAFFFA, 0xFFFCFFFC,
    0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD,
)  # fmt: skip
SYNTAXES = (
    b"1.2.840.10008.1.2", b"1.2.840.10008.1.2.1", b"1.2.840.10008.1.2.2",
    b"1.2.840.10008.1.2.1.99", b"1.2.840.10008.1.2.4.50", b"1.2.840.10008.1.2.5", b"1.2.3", b"",
)  # fmt: skip
_SHORT = {vr.encode() for vr in SHORT_VRS}
_LONG = {vr.encode() for vr in LONG_VRS}
_DELIMITERS = (b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\xdd\xe0")
_DEPTHS = (1, 3, 30, 63, 64, 65, 200, 3000)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where an element is: its tag, its length field (2 or 4 bytes) and its value."""

    offset: int
    length_offset: int
    length_size: int
    start: int
    end: int


def marks(data: bytes) -> list[Mark]:
    """The elements of a little endian object, at all depths in order, as far as it is sound."""
    found: list[Mark] = []
    at, explicit = (132 if data[128:132] == b"DICM" else 0), True
    while at + 12 <= len(data) and len(found) < 5000:
        group = int.from_bytes(data[at : at + 2], "little")
        vr = data[at + 4 : at + 6]
        if vr in _SHORT and group != 0xFFFE and explicit:
            length_at, size = at + 6, 2
        elif vr in _LONG and group != 0xFFFE and explicit:
            length_at, size = at + 8, 4
        else:
            length_at, size = at + 4, 4
            explicit = explicit and group in (2, 0xFFFE)
        start = length_at + size
        length = int.from_bytes(data[length_at:start], "little")
        inside = group == 0xFFFE or vr == b"SQ" or length == 0xFFFFFFFF
        end = start if inside else start + length
        if end > len(data):
            break
        found.append(Mark(at, length_at, size, start, end))
        at = end
    return found


def damaged(random: Random, original: bytes) -> bytes:
    """The object with one to four damages."""
    body = bytearray(original)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        kinds = _KINDS if random.random() < 0.75 else _BLIND
        random.choice(kinds)(random, body)
    return bytes(body)


def _mark(random: Random, body: bytearray) -> Mark:
    found = marks(bytes(body[: 1 << 16]))
    return random.choice(found) if found else Mark(0, 4, 2, 8, min(8, len(body)))


def _element(random: Random) -> bytes:
    vr = random.choice(ALL_VRS).encode()
    value = random.choice((b"", b"A", b"1.2.3\0", b"Smith^Ann ", b"20200101", random.randbytes(9)))
    tag = random.choice(TAGS)
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    form = "<H" if vr in _SHORT else "<HL"
    length = (len(value),) if vr in _SHORT else (0, len(value))
    return head + struct.pack(form, *length) + value


def _change_vr(random: Random, body: bytearray) -> None:
    at = _mark(random, body).offset + 4
    body[at : at + 2] = random.choice((*ALL_VRS, "ZZ", "\0\0", "  ", "ox")).encode()


def _change_length(random: Random, body: bytearray) -> None:
    mark = _mark(random, body)
    field = slice(mark.length_offset, mark.length_offset + mark.length_size)
    old = int.from_bytes(body[field], "little")
    new = random.choice((*MEANT_LENGTHS, old + 1, old + 2, max(0, old - 1), max(0, old - 2)))
    body[field] = (new & (1 << 8 * mark.length_size) - 1).to_bytes(mark.length_size, "little")


def _change_tag(random: Random, body: bytearray) -> None:
    mark = _mark(random, body)
    tag = random.choice(TAGS)
    body[mark.offset : mark.offset + 4] = struct.pack("<HH", tag >> 16, tag & 0xFFFF)


def _change_value(random: Random, body: bytearray) -> None:
    mark = _mark(random, body)
    values = (b"", b"\\", b"\xff", b"\x1b$B", b"99999999999", b"-1", b"1e400", b"ISO_IR 192")
    value = random.choice(values).ljust(mark.end - mark.start)
    body[mark.start : mark.end] = value[: mark.end - mark.start]


def _insert_delimiter(random: Random, body: bytearray) -> None:
    mark = _mark(random, body)
    place = random.choice((mark.offset, mark.start, mark.end))
    length = random.choice((0, 0, 4, 0xFFFFFFFF))
    body[place:place] = random.choice(_DELIMITERS) + struct.pack("<L", length)


def _remove_element(random: Random, body: bytearray) -> None:
    mark = _mark(random, body)
    del body[mark.offset : mark.end]


def _double_element(random: Random, body: bytearray) -> None:
    mark = _mark(random, body)
    body[mark.offset : mark.offset] = body[mark.offset : mark.end]


def _swap_elements(random: Random, body: bytearray) -> None:
    one, other = sorted((_mark(random, body), _mark(random, body)), key=lambda mark: mark.offset)
    if one.end <= other.offset:
        second = bytes(body[other.offset : other.end])
        del body[other.offset : other.end]
        body[one.offset : one.offset] = second


def _insert_element(random: Random, body: bytearray) -> None:
    place = _mark(random, body).offset
    body[place:place] = _element(random)


def _nest_deeply(random: Random, body: bytearray) -> None:
    place, depth = _mark(random, body).offset, random.choice(_DEPTHS)
    tag = random.choice((0x00081115, 0x00081199, 0x0040A730, 0x00091001))
    vr = random.choice((b"SQ", b"UN"))
    head = struct.pack("<HH2sHL", tag >> 16, tag & 0xFFFF, vr, 0, 0xFFFFFFFF)
    item, item_end, end = (delimiter + bytes(4) for delimiter in _DELIMITERS)
    item = item[:4] + b"\xff" * 4
    body[place:place] = (head + item) * depth + _element(random) + (item_end + end) * depth


def _insert_items(random: Random, body: bytearray) -> None:
    place, count = _mark(random, body).offset, random.choice((1, 100, 20_000))
    items = (_DELIMITERS[0] + bytes(4)) * count
    body[place:place] = struct.pack("<HH2sHL", 0x0008, 0x1115, b"SQ", 0, len(items)) + items


def _change_syntax(random: Random, body: bytearray) -> None:
    place = bytes(body[:1000]).find(b"\2\0\x10\0UI")
    if place > 0:
        length = int.from_bytes(body[place + 6 : place + 8], "little")
        uid = random.choice(SYNTAXES).ljust(length, b"\0")[:length]
        body[place + 8 : place + 8 + length] = uid


def _cut_off(random: Random, body: bytearray) -> None:
    mark = _mark(random, body)
    del body[random.choice((mark.offset, mark.start, mark.end, mark.end - 1, mark.offset + 3)) :]


def _overwrite(random: Random, body: bytearray) -> None:
    place, length = _anywhere(random, body), random.choice((1, 1, 2, 4, 40))
    body[place : place + length] = random.randbytes(length)


def _delete(random: Random, body: bytearray) -> None:
    place = _anywhere(random, body)
    del body[place : place + random.choice((1, 1, 2, 4, 40))]


def _repeat(random: Random, body: bytearray) -> None:
    place, length = _anywhere(random, body), random.choice((1, 2, 4, 40, 400))
    body[place:place] = body[place : place + length]


def _blank(random: Random, body: bytearray) -> None:
    place = _anywhere(random, body)
    body[place : place + 4] = random.choice((b"\xff" * 4, bytes(4)))


def _anywhere(random: Random, body: bytearray) -> int:
    # Headers are what is interesting, and they are in front.
    return int(len(body) * random.random() ** 3)


_Damage = Callable[[Random, bytearray], None]
_KINDS: tuple[_Damage, ...] = (
    _change_vr, _change_vr, _change_length, _change_length, _change_tag, _change_value,
    _insert_delimiter, _remove_element, _double_element, _swap_elements, _insert_element,
    _nest_deeply, _insert_items, _change_syntax, _cut_off,
)  # fmt: skip
_BLIND: tuple[_Damage, ...] = (_overwrite, _delete, _repeat, _blank)
