"""The structure of a data set that may be hostile: walked before anything may parse it.

Elements are understood as pydicom's reader understands them, so that what passes here holds no
surprise for it (PS3.5 7). It parses sequences of undefined length at once and leaves others raw:
so those are walked here, and the others before they are entered, unless `whole` asks for all.
"""

import struct
from dataclasses import dataclass
from typing import NoReturn

from scanloft.core.errors import MalformedDicom
from scanloft.dicom.dictionary import may_be_sequence, vr_of
from scanloft.dicom.elements import (
    ITEM,
    ITEM_END,
    LONG_VRS,
    PIXEL_TAGS,
    SEQUENCE_END,
    SHORT_VRS,
    UNDEFINED,
)
from scanloft.dicom.fragments import measure_fragments

MAX_DEPTH = 64
MAX_PARTS = 1_000_000
"""How many elements and items an object may have together."""
MAX_ITEMS = 100_000
"""How many items its sequences may have together."""

_TOO_DEEP = f"Sequences are nested deeper than {MAX_DEPTH} levels: export the object without them."
_TOO_MANY = (
    f"The object has more than {MAX_PARTS} elements or {MAX_ITEMS} sequence items: "
    "export it in smaller parts."
)
_SHORT_VRS = frozenset(vr.encode() for vr in SHORT_VRS)
_LONG_VRS = frozenset(vr.encode() for vr in LONG_VRS)
_KNOWN_VRS = _SHORT_VRS | _LONG_VRS
_PIXEL_VRS = frozenset({b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"UN", None})


@dataclass(frozen=True, slots=True)
class Pixels:
    """Where the top-level pixel data element is in the body: offsets in bytes.

    `fragments` counts the fragments after the offset table; it is None for native pixels.
    """

    tag: int
    vr: str | None
    offset: int
    value_offset: int
    end: int
    fragments: int | None


class Tally:
    """How many elements and items of an object were walked, over all of its sequences."""

    def __init__(self) -> None:
        self.parts = self.items = 0

    def count(self, tag: int) -> None:
        """Count an element, an item or a delimiter.

        Raises MalformedDicom where there are more than one object may have.
        """
        self.parts += tag not in (ITEM_END, SEQUENCE_END)
        self.items += tag == ITEM
        if self.parts > MAX_PARTS or self.items > MAX_ITEMS:
            raise MalformedDicom(_TOO_MANY)


def find_pixels(
    data: bytes,
    start: int,
    *,
    implicit: bool,
    little: bool,
    tally: Tally | None = None,
    whole: bool = False,
) -> Pixels | None:
    """Walk the data set that begins at an offset, and say where its pixel data is, if it has any.

    Raises MalformedDicom where an element, item or delimiter is not where or what it has to be.
    """
    walk = _Walk(data, little=little, tally=tally or Tally(), whole=whole)
    return walk.run(start, len(data), implicit=implicit)


def check_items(
    value: bytes, *, depth: int, implicit: bool = True, little: bool = True,
    tally: Tally | None = None,
) -> None:  # fmt: skip
    """Walk the value of a sequence of defined length.

    `depth` is that of the sequence. Raises MalformedDicom where it holds something else.
    """
    if depth >= MAX_DEPTH:
        raise MalformedDicom(_TOO_DEEP)
    walk = _Walk(value, little=little, tally=tally or Tally(), depth=depth)
    walk.run(0, len(value), implicit=implicit, sequence=True)


def is_explicit(data: bytes, position: int) -> bool:
    """Whether the element at an offset seems to have its VR written."""
    vr = data[position + 4 : position + 6]
    return len(vr) == 2 and vr.isalpha() and vr.isupper()


def has_known_vr(data: bytes, position: int) -> bool:
    """Whether the element at an offset has a VR of PS3.5 6.2 written."""
    return data[position + 4 : position + 6] in _KNOWN_VRS


def element_at(
    data: bytes, position: int, *, implicit: bool, order: str
) -> tuple[int, bytes | None, int, int]:
    """Return tag, VR, value offset and length as pydicom's reader understands them."""
    if position + 8 > len(data):
        refuse_truncated()
    if not implicit:
        group, element, vr, length = struct.unpack_from(order + "HH2sH", data, position)
        if vr in _SHORT_VRS:
            return group << 16 | element, vr, position + 8, length
        if vr in _LONG_VRS:
            if position + 12 > len(data):
                refuse_truncated()
            length = struct.unpack_from(order + "L", data, position + 8)[0]
            return group << 16 | element, vr, position + 12, length
        if b"AA" <= vr <= b"ZZ":
            return group << 16 | element, None, position + 8, length
    group, element, length = struct.unpack_from(order + "HHL", data, position)
    return group << 16 | element, None, position + 8, length


def refuse_truncated() -> NoReturn:
    """Raise MalformedDicom for an object that ends too early."""
    raise MalformedDicom("The object is truncated, as an element goes past its end: send it again.")


class _Walk:
    """Walks every element that pydicom would descend into, without recursion."""

    def __init__(
        self, data: bytes, *, little: bool, tally: Tally, depth: int = 0, whole: bool = False
    ) -> None:
        self.data = data
        self.order = "<" if little else ">"
        self.tally = tally
        self.values: dict[int, slice | None] = {}
        self.max_depth = MAX_DEPTH - depth
        self.whole = whole

    def run(
        self, position: int, end: int, *, implicit: bool, sequence: bool = False
    ) -> Pixels | None:
        # A level: is it a sequence, its end (or that around it), has it an end of its own, VR.
        level = (sequence, end, True, implicit)
        stack: list[tuple[bool, int, bool, bool]] = []
        while True:
            in_sequence, end, bounded, implicit = level
            if bounded and position >= end:
                if not stack:
                    return None
                level = stack.pop()
                continue
            tag, vr, at, length = self._header(position, end, implicit=implicit or in_sequence)
            self.tally.count(tag)
            if tag in (ITEM_END, SEQUENCE_END):
                if bounded or in_sequence != (tag == SEQUENCE_END):
                    _refuse_structure()
                level, position = stack.pop(), at
            elif in_sequence != (tag == ITEM):
                _refuse_structure()
            elif in_sequence:
                stack.append(level)
                level, position = self._level(False, at, length, end, implicit), at
            elif tag in PIXEL_TAGS and not stack:
                return self._pixels(tag, position, vr, at, length)
            elif self._is_entered(tag, vr, at, length):
                if not stack:
                    self._check_single(tag, None)
                stack.append(level)
                level, position = self._level(True, at, length, end, implicit), at
                if len(stack) > 2 * self.max_depth:
                    raise MalformedDicom(_TOO_DEEP)
            else:
                position = self._skip(at, length, end)
                if not stack:
                    self._check_single(tag, slice(at, position))

    def _check_single(self, tag: int, value: slice | None) -> None:
        """Refuse an element of the top level that stood there before with another value."""
        if tag not in self.values:
            self.values[tag] = value
            return
        before = self.values[tag]
        if before is None or value is None or self.data[before] != self.data[value]:
            raise MalformedDicom(
                f"The element ({tag >> 16:04X},{tag & 0xFFFF:04X}) stands there twice with other "
                "values each time, and nobody knows which one counts: export the object again."
            )

    def _header(
        self, position: int, end: int, *, implicit: bool
    ) -> tuple[int, bytes | None, int, int]:
        header = element_at(self.data, position, implicit=implicit, order=self.order)
        if header[2] > end:
            refuse_truncated()
        return header

    def _level(
        self, sequence: bool, at: int, length: int, end: int, implicit: bool
    ) -> tuple[bool, int, bool, bool]:
        if not sequence and not implicit:
            # Some writers put implicit items into explicit data sets (PS3.5 6.2.2 allows it in UN).
            implicit = at + 6 <= len(self.data) and not is_explicit(self.data, at)
        if length == UNDEFINED:
            return sequence, end, False, implicit
        if at + length > end:
            refuse_truncated()
        return sequence, at + length, True, implicit

    def _is_entered(self, tag: int, vr: bytes | None, at: int, length: int) -> bool:
        if length != UNDEFINED:
            return self.whole and (vr == b"SQ" or (vr is None and vr_of(tag) == "SQ"))
        if vr in (b"SQ", b"UN"):
            return True
        if vr is not None:
            return False
        if vr_of(tag) is None and may_be_sequence(tag):
            return struct.unpack_from(self.order + "HH", self.data, at) == (0xFFFE, 0xE000)
        return vr_of(tag) == "SQ"

    def _skip(self, at: int, length: int, end: int) -> int:
        if length != UNDEFINED:
            stop = at + length
        else:
            delimiter = struct.pack(self.order + "HH", 0xFFFE, 0xE0DD)
            found = self.data.find(delimiter, at, end)
            stop = end + 1 if found < 0 else found + 8
        if stop > end:
            refuse_truncated()
        return stop

    def _pixels(self, tag: int, position: int, vr: bytes | None, at: int, length: int) -> Pixels:
        if vr not in _PIXEL_VRS:
            raise MalformedDicom(
                "The pixel data has a VR that it cannot have (PS3.5 A): export the object again."
            )
        name = None if vr is None else vr.decode()
        if length != UNDEFINED:
            return Pixels(tag, name, position, at, self._skip(at, length, len(self.data)), None)
        end, fragments = measure_fragments(
            lambda offset, length: self.data[offset : offset + length],
            at,
            size=len(self.data),
            little=self.order == "<",
        )
        return Pixels(tag, name, position, at, end, fragments)


def _refuse_structure() -> NoReturn:
    raise MalformedDicom("Items and delimiters do not match: export the object again.")
