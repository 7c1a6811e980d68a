"""The first bytes of an object, and how the byte-level way steps over elements in them."""

import struct
from typing import Any

from scanloft.deid.bytewise.table import (
    END,
    LEARN_LIMIT,
    LONG,
    SHORT,
    SKIPPED,
    Declined,
    Entry,
    learn,
    table_of,
)
from scanloft.deid.rules.rules import CHARACTER_SET, Rules
from scanloft.dicom.dictionary import may_be_sequence
from scanloft.dicom.elements import UNDEFINED
from scanloft.dicom.structure import MAX_DEPTH

IMPLICIT_WIDTH, EXPLICIT_WIDTH = 4, 6
"""How many bytes of an element, its tag and VR, say what to do with it."""
ITEM, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
read_short = struct.Struct("<H").unpack_from
read_long = struct.Struct("<HL").unpack_from
read_plain = struct.Struct("<L").unpack_from
item_header = struct.Struct("<4sL")


def is_sequence(tag: int, data: bytes, position: int, width: int) -> bool:
    """Whether an element of undefined length is a plain sequence, and not one written as UN."""
    if width == EXPLICIT_WIDTH:
        return data[position + 4 : position + 6] == b"SQ"
    return may_be_sequence(tag)


def check_character_set(value: bytes) -> None:
    """Let what may name character sets pass.

    Raises Declined for what cannot: the slow way refuses some of it.
    """
    if not value.isascii() or not value.rstrip(b"\0").decode("ascii").isprintable():
        raise Declined


class NeedsMore(Exception):
    """The header goes on behind the bytes that were read; `wanted` is how far at the least."""

    def __init__(self, wanted: int) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class ByteWindow:
    """`data` are the first bytes of an object of `size` bytes, written in little endian."""

    def __init__(self, data: bytes, size: int, *, rules: Rules, implicit: bool) -> None:
        self.data = data
        self.size = size
        self.rules = rules
        self.width = IMPLICIT_WIDTH if implicit else EXPLICIT_WIDTH
        self._learned = 0

    def learn(self, table: dict[bytes, Entry], position: int, parent: int) -> Entry:
        """Make the entry for the element at a position, and keep it in the table."""
        key = self.data[position : position + self.width]
        if len(key) < self.width:
            raise self.short_of(position + self.width)
        self._learned += 1
        if self._learned > LEARN_LIMIT:
            raise Declined
        entry = table[key] = learn(self.rules, key, parent)
        self.rules.entries += 1
        return entry

    def short_of(self, wanted: int) -> Exception:
        """The way out where bytes are missing: they were not read, or there are none."""
        return NeedsMore(wanted) if wanted <= self.size else Declined()

    def ahead(self, wanted: int, position: int, end: int) -> bytes:
        """Return the value of an element that is still to come in a data set, b"" without it."""
        try:
            while position < end:
                entry, at, length = self._element(position)
                if entry.tag > wanted:
                    return b""
                if length == UNDEFINED:
                    at, length = self.skip(at, 1), 0
                if at + length > len(self.data):
                    raise self.short_of(at + length)
                if entry.tag == wanted:
                    return self.data[at : at + length]
                position = at + length
        except struct.error:
            raise self.short_of(len(self.data) + 1) from None
        return b""

    def skip(self, at: int, depth: int) -> int:
        """Return where a sequence of undefined length ends that is not entered."""
        if depth > MAX_DEPTH:
            raise Declined
        while True:
            mark, length = item_header.unpack_from(self.data, at)
            at += 8
            if mark == SEQUENCE_END and length == 0:
                return at
            if mark != ITEM:
                raise Declined
            at = self._skip_item(at, depth) if length == UNDEFINED else at + length

    def _skip_item(self, at: int, depth: int) -> int:
        while True:
            entry, begin, length = self._element(at)
            if entry.kind == END:
                if length:
                    raise Declined
                return begin
            if entry.tag == CHARACTER_SET:
                check_character_set(self.data[begin : begin + length])
            if length == UNDEFINED and not is_sequence(entry.tag, self.data, at, self.width):
                raise Declined
            at = self.skip(begin, depth + 1) if length == UNDEFINED else begin + length

    def _element(self, position: int) -> tuple[Entry, int, int]:
        """Return the form of an element, the offset of its value, and its length."""
        table: dict[bytes, Any] = table_of(self.rules, SKIPPED)
        key = self.data[position : position + self.width]
        entry = table.get(key) or self.learn(table, position, SKIPPED)
        if entry.form == SHORT:
            return entry, position + 8, read_short(self.data, position + 6)[0]
        if entry.form == LONG:
            return entry, position + 12, read_long(self.data, position + 6)[1]
        return entry, position + 8, read_plain(self.data, position + 4)[0]
