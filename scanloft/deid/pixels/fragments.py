"""Compressed frames in and out of encapsulated pixel data (PS3.5 A.4)."""

import re
import struct
from collections.abc import Sequence

from scanloft.core.errors import MalformedDicom, PixelReview

_ITEM, _END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_STARTS = (b"\xff\xd8", b"\xff\x4f\xff\x51")  # SOI of JPEG and JPEG-LS, SOC and SIZ of JPEG 2000
# Number of segments, from 1 to 15, and where the first of them lies (PS3.5 G.5).
_RLE_START = re.compile(rb"[\x01-\x0f]\0\0\0\x40\0\0\0")
_LARGEST = 0xFFFFFFFE
_MOST_FRAGMENTS = 1_000_000


def frames_of(value: bytes | memoryview, *, frames: int) -> list[bytes | memoryview]:
    """Return each frame's compressed bytes, from a pixel data value that starts with its offsets.

    The delimiter at the end may be left out.

    Frames of several fragments are told apart by the Basic Offset Table or by where a stream
    starts. Raises MalformedDicom for what is cut off, PixelReview where frames cannot be told
    apart, or where there are more streams than frames: all but the first would be lost.
    """
    table, fragments, starts = _fragments(memoryview(value))
    if len(fragments) == frames:
        return list(fragments)
    if len(fragments) < frames:
        raise MalformedDicom(
            "There are fewer fragments of pixel data than frames: send the object again."
        )
    begun = [index for index, fragment in enumerate(fragments) if _begins(fragment)]
    firsts = [0] if frames == 1 else _told(table, starts) if table else begun
    if len(firsts) != frames or firsts[0] != 0 or len(begun) > frames:
        raise PixelReview(
            "The fragments of the compressed frames cannot be told apart: a person has to look at "
            "this object, or it is left out."
        )
    ends = [*firsts[1:], len(fragments)]
    return [b"".join(fragments[first:end]) for first, end in zip(firsts, ends, strict=True)]


def encapsulated(frames: Sequence[bytes]) -> bytes:
    """Return a pixel data value: Basic Offset Table, one fragment for each frame, delimiter.

    The table is empty if the offsets exceed 32 bits.
    """
    padded = [frame + bytes(len(frame) % 2) for frame in frames]
    offsets, position = [], 0
    for frame in padded:
        offsets.append(position)
        position += 8 + len(frame)
    if offsets[-1] > _LARGEST:
        offsets = []
    pieces = [
        _ITEM,
        struct.pack("<L", 4 * len(offsets)),
        struct.pack(f"<{len(offsets)}L", *offsets),
    ]
    for frame in padded:
        pieces += (_ITEM, struct.pack("<L", len(frame)), frame)
    return b"".join((*pieces, _END, bytes(4)))


def _fragments(value: memoryview) -> tuple[bytes, list[memoryview], list[int]]:
    """Return offset table, fragments, and where each one's item starts after the table's."""
    items: list[memoryview] = []
    starts: list[int] = []
    position = 0
    while bytes(value[position : position + 4]) == _ITEM and position + 8 <= len(value):
        (length,) = struct.unpack_from("<L", value, position + 4)
        if position + 8 + length > len(value) or len(items) > _MOST_FRAGMENTS:
            break
        items.append(value[position + 8 : position + 8 + length])
        starts.append(position)
        position += 8 + length
    if not items or bytes(value[position : position + 4]) not in (_END, b""):
        raise MalformedDicom(
            "The compressed pixel data is cut off or its fragments are damaged: send it again."
        )
    first = starts[1] if len(starts) > 1 else 0
    return bytes(items[0]), items[1:], [start - first for start in starts[1:]]


def _begins(fragment: memoryview) -> bool:
    start = bytes(fragment[:8])
    return start.startswith(_STARTS) or _RLE_START.match(start) is not None


def _told(table: bytes, starts: list[int]) -> list[int]:
    """Return the index of each frame's first fragment by an offset table; empty if it is none."""
    if len(table) % 4:
        return []
    index_by_start = {start: index for index, start in enumerate(starts)}
    offsets = struct.unpack(f"<{len(table) // 4}L", table)
    firsts = [index_by_start.get(offset, -1) for offset in offsets]
    return firsts if firsts == sorted(set(firsts)) else []
