"""Who the patient is as items of sequences say it: other IDs, requests, values before a change.

The sequences themselves are mostly removed. What their items hold still says which words name the
patient, whatever the VR and however deep it stands.
"""

from contextlib import suppress
from functools import lru_cache

from scanloft.core.errors import MalformedDicom
from scanloft.deid.values.mentions import PATIENT_TAGS
from scanloft.dicom.dictionary import may_be_sequence
from scanloft.dicom.elements import ITEM, ITEM_END, NOT_ITEMS, SEQUENCE_END, UNDEFINED
from scanloft.dicom.structure import MAX_DEPTH, MAX_PARTS, element_at, is_explicit, refuse_truncated

TELLING_SEQUENCES = (0x00081120, 0x00101002, 0x00400275, 0x0040A370, 0x04000561)
"""Referenced Patient, Other Patient IDs, Request Attributes, Referenced Request and Original
Attributes Sequence."""
Identifier = tuple[int, bytes]
"""One of PATIENT_TAGS and its raw value."""
_ORDERS = {b"\xfe\xff\x00\xe0": "<", b"\xff\xfe\xe0\x00": ">"}
_DELIMITERS = {"<": b"\xfe\xff\xdd\xe0", ">": b"\xff\xfe\xe0\xdd"}
_LONGEST_REMEMBERED = 4096


def identifiers_in(value: bytes, *, implicit: bool) -> tuple[Identifier, ...]:
    """Return what names the patient in the raw value of a sequence, at any depth.

    `implicit` says how the data set around it is written. Nothing is refused: where items are
    damaged, what stands in front of the damage counts.
    """
    if len(value) > _LONGEST_REMEMBERED:
        return _found(value, implicit)
    return _remembered(value, implicit)


def _found(value: bytes, implicit: bool) -> tuple[Identifier, ...]:
    walk = _Walk(value)
    with suppress(MalformedDicom):
        walk.sequence(0, len(value), implicit=implicit, depth=1)
    return tuple(walk.found)


_remembered = lru_cache(maxsize=256)(_found)


class _Walk:
    """Walks items as pydicom's reader understands them; a container with an end contains damage."""

    def __init__(self, data: bytes) -> None:
        self.found: list[Identifier] = []
        self._data = data
        self._parts = 0

    def sequence(self, at: int, end: int, *, implicit: bool, depth: int) -> int:
        """Walk items up to the end or a delimiter, and return where that is.

        Their first bytes tell the byte order, as in what is written as UN it is always little
        (PS3.5 6.2.2). Raises MalformedDicom.
        """
        order = _ORDERS.get(self._data[at : at + 4], "<")
        while at < end:
            tag, _, at, length = self._element(at, implicit=True, order=order)
            if tag == SEQUENCE_END:
                return at
            if tag != ITEM or depth > MAX_DEPTH:
                raise MalformedDicom(NOT_ITEMS)
            inner = implicit or not is_explicit(self._data, at)
            if length == UNDEFINED:
                at = self._item(at, end, implicit=inner, order=order, depth=depth)
                continue
            stop = min(at + length, end)
            with suppress(MalformedDicom):
                self._item(at, stop, implicit=inner, order=order, depth=depth)
            at = stop
        return at

    def _item(self, at: int, end: int, *, implicit: bool, order: str, depth: int) -> int:
        while at < end:
            tag, vr, at, length = self._element(at, implicit=implicit, order=order)
            if tag == ITEM_END:
                return at
            stop = min(at + length, end)
            if self._holds_items(tag, vr, at):
                if length == UNDEFINED:
                    stop = self.sequence(at, end, implicit=implicit, depth=depth + 1)
                else:
                    with suppress(MalformedDicom):
                        self.sequence(at, stop, implicit=implicit, depth=depth + 1)
            elif length == UNDEFINED:
                stop = self._behind_delimiter(at, end, order)
            elif tag in PATIENT_TAGS:
                self.found.append((tag, self._data[at:stop]))
            at = stop
        return at

    def _element(
        self, at: int, *, implicit: bool, order: str
    ) -> tuple[int, bytes | None, int, int]:  # fmt: skip
        self._parts += 1
        if self._parts > MAX_PARTS:
            refuse_truncated()
        return element_at(self._data, at, implicit=implicit, order=order)

    def _holds_items(self, tag: int, vr: bytes | None, at: int) -> bool:
        if vr not in (b"SQ", b"UN", None) or self._data[at : at + 4] not in _ORDERS:
            return False
        return vr is not None or may_be_sequence(tag)

    def _behind_delimiter(self, at: int, end: int, order: str) -> int:
        found = self._data.find(_DELIMITERS[order], at, end)
        if found < 0:
            refuse_truncated()
        return found + 8
