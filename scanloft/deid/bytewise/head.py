"""Finding the data set of an object that is plain: Part 10, little endian, not deflated."""

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scanloft.core.errors import MalformedDicom
from scanloft.deid.bytewise.table import Declined
from scanloft.deid.bytewise.window import NeedsMore
from scanloft.dicom.elements import LONG_VRS, SHORT_VRS
from scanloft.dicom.layout import DICOMDIR
from scanloft.dicom.syntaxes import DEFLATED, EXPLICIT_BIG, IMPLICIT_LITTLE, check_syntax

_PREFIX_END = 132
_SHORT = frozenset(vr.encode() for vr in SHORT_VRS)
_LONG = frozenset(vr.encode() for vr in LONG_VRS)
_MEDIA_CLASS, _SYNTAX = 0x00020002, 0x00020010
_short = struct.Struct("<H").unpack_from
_plain = struct.Struct("<L").unpack_from


class DataSetPlace(NamedTuple):
    """Where a data set begins and how it is written.

    `meta` is what stands before it, by tag; `spans` are the bytes there on which this depends.
    """

    start: int
    transfer_syntax_uid: str
    implicit: bool
    meta: Mapping[int, bytes]
    spans: Sequence[slice]


def find_data_set(data: bytes) -> DataSetPlace:
    """Return where the data set of an object begins.

    Raises Declined where the object is not plain, NeedsMore where `data` ends too early.
    """
    if data[128:_PREFIX_END] != b"DICM":
        raise Declined
    start, meta, spans = _read_meta(data)
    uid, media_class = (_uid(meta, tag) for tag in (_SYNTAX, _MEDIA_CLASS))
    if not uid or uid in (DEFLATED, EXPLICIT_BIG) or media_class == DICOMDIR:
        raise Declined
    try:
        check_syntax(uid)
    except MalformedDicom:
        raise Declined from None
    first = data[start : start + 6]
    if len(first) < 6 or first[:2] <= b"\x04\0":
        raise Declined
    implicit = uid == IMPLICIT_LITTLE
    if implicit == (first[4:].isalpha() and first[4:].isupper()):
        raise Declined
    return DataSetPlace(start, uid, implicit, meta, spans)


def _uid(meta: Mapping[int, bytes], tag: int) -> str:
    return meta.get(tag, b"").rstrip(b"\0 ").decode("latin-1")


def _read_meta(data: bytes) -> tuple[int, dict[int, bytes], list[slice]]:
    found: dict[int, bytes] = {}
    spans = [slice(128, _PREFIX_END)]
    position = _PREFIX_END
    try:
        while data[position : position + 2] == b"\x02\0":
            vr = data[position + 4 : position + 6]
            if vr in _SHORT:
                at, length = position + 8, _short(data, position + 6)[0]
            elif vr in _LONG:
                at, length = position + 12, _plain(data, position + 8)[0]
            else:
                raise Declined
            tag = 0x00020000 | _short(data, position + 2)[0]
            decides = tag in (_MEDIA_CLASS, _SYNTAX)
            spans.append(slice(position, at + length if decides else at))
            position = at + length
            found[tag] = data[at:position]
    except struct.error:
        raise NeedsMore(len(data) + 1) from None
    if position + 6 > len(data):
        raise NeedsMore(position + 6)
    return position, found, spans
