"""The pixel data element of a result: bytes of the source as they are, without what is no frame."""

import struct
from collections.abc import Callable
from itertools import pairwise

from scanloft.deid.source import Span
from scanloft.dicom.pixels import Look, frame_count, native_length
from scanloft.dicom.structure import Pixels

Part = bytes | Span
_LARGEST_TABLE = 2**24


def pixel_parts(
    pixels: Pixels | None, look: Look, read: Callable[[int, int], bytes], *, little: bool = True
) -> list[Part]:
    """Return the pixel data element; `read(offset, length)` gives bytes of what holds it.

    Bytes behind the last native frame go, and an offset table that cannot be one is emptied
    (PS3.5 A.4). Where the header does not say how much there is, all stays.
    """
    if pixels is None:
        return []
    head = read(pixels.offset, pixels.value_offset - pixels.offset)
    if pixels.fragments is not None:
        return _encapsulated(pixels, look, read, head, little=little)
    start, held = pixels.value_offset, pixels.end - pixels.value_offset
    length = native_length(look, held=held, little=little)
    if length == 0 or held <= length + length % 2:
        return [_clean_head(head), *_span(start, held)]
    new_length = struct.pack("<L" if little else ">L", length + length % 2)
    padding = [bytes(1)] if length % 2 else []
    return [_clean_head(head[:-4] + new_length), *_span(start, length), *padding]


def _encapsulated(
    pixels: Pixels, look: Look, read: Callable[[int, int], bytes], head: bytes, *, little: bool
) -> list[Part]:
    start, order = pixels.value_offset, "<L" if little else ">L"
    (table,) = struct.unpack(order, read(start + 4, 4))
    if (
        pixels.end - start < 16
        or table == 0
        or _is_offset_table(
            read(start + 8, min(table, _LARGEST_TABLE)),
            table,
            frames=frame_count(look),
            held=pixels.end - start - 16 - table,
            order=order[0],
        )
    ):
        return [_clean_head(head), *_span(start, pixels.end - start)]
    fragments = start + 8 + table
    return [
        _clean_head(head) + read(start, 4) + bytes(4),
        *_span(fragments, pixels.end - fragments),
    ]


def _is_offset_table(table: bytes, length: int, *, frames: int, held: int, order: str) -> bool:
    """Whether it says where each frame begins among the `held` bytes behind it (PS3.5 A.4)."""
    if length != 4 * frames or len(table) != length:
        return False
    offsets = struct.unpack(f"{order}{frames}L", table)
    ascending = all(one < other for one, other in pairwise(offsets))
    return offsets[0] == 0 and ascending and offsets[-1] < held


def _clean_head(head: bytes) -> bytes:
    # The two bytes behind a long VR are reserved and may hold anything (PS3.5 7.1.2).
    return head if len(head) == 8 else head[:6] + bytes(2) + head[8:]


def _span(offset: int, length: int) -> list[Part]:
    return [Span(offset, length)] if length else []
