"""Data elements in place: where each begins, how long it is, and how to step over it (PS3.5 7.1).

They are stepped over without recursion and without copies, so neither depth nor size of what a
data set nests can hurt. What arrives from outside is walked by `structure` first, which refuses
where this one goes on, and reads unknown VRs as pydicom does.
"""

import struct
from typing import NamedTuple

from scanloft.core.errors import MalformedDicom

LONG_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
SHORT_VRS = frozenset(
    {"AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT"}
    | {"PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US"}
)
PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
UNDEFINED = 0xFFFFFFFF
NOT_ITEMS = "A sequence holds something other than items: export the object again."

_VR_BY_BYTES = {vr.encode(): vr for vr in LONG_VRS | SHORT_VRS}
_EXPLICIT = {True: struct.Struct("<HH2sH"), False: struct.Struct(">HH2sH")}
_LENGTH = {True: struct.Struct("<L"), False: struct.Struct(">L")}


class Truncated(Exception):
    """The data ends before the element does; `wanted_bytes` is how long it had to be."""

    def __init__(self, wanted_bytes: int) -> None:
        super().__init__(f"The data ends before byte {wanted_bytes}.")
        self.wanted_bytes = wanted_bytes


class Encoding(NamedTuple):
    """How the elements of a data set are written (PS3.5 7.1, 7.3)."""

    is_implicit: bool
    is_little: bool


class Element(NamedTuple):
    """An element in place: its offset and that of its value in bytes; no VR if none is written."""

    tag: int
    vr: str
    offset: int
    start: int
    length: int


def read_element(data: bytes, at: int, *, encoding: Encoding) -> Element:
    """The element at an offset; where no known VR is written, it is taken for implicit VR.

    Raises:
        Truncated: the data ends before its value begins.
    """
    if len(data) < at + 8:
        raise Truncated(at + 8)
    group, number, vr_bytes, length = _EXPLICIT[encoding.is_little].unpack_from(data, at)
    tag = group << 16 | number
    vr = "" if encoding.is_implicit or group == 0xFFFE else _VR_BY_BYTES.get(vr_bytes, "")
    if vr in SHORT_VRS:
        return Element(tag, vr, at, at + 8, length)
    start = at + 8 if vr else at + 4
    if len(data) < start + 4:
        raise Truncated(start + 4)
    (length,) = _LENGTH[encoding.is_little].unpack_from(data, start)
    return Element(tag, vr, at, start + 4, length)


def skip(data: bytes, element: Element, *, encoding: Encoding) -> int:
    """The offset after an element; a value of undefined length is walked, not recursed into.

    Raises:
        Truncated: the data ends before the value does.
        MalformedDicom: it holds something other than items (PS3.5 7.5).
    """
    if element.length != UNDEFINED:
        return element.start + element.length
    at, depth = element.start, 1
    while depth:
        inner = read_element(data, at, encoding=encoding)
        at = inner.start
        if inner.tag == (SEQUENCE_END if depth % 2 else ITEM_END):
            depth -= 1
        elif depth % 2 and inner.tag != ITEM:
            raise MalformedDicom(NOT_ITEMS)
        elif inner.length == UNDEFINED:
            depth += 1
        else:
            at += inner.length
    return at
