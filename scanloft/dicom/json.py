"""The DICOM JSON Model of an instance, read from its header (PS3.18 F.2)."""

import base64
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

from pydicom.datadict import dictionary_VR

from scanloft.core.attributes import Json, element_json
from scanloft.core.errors import MalformedDicom
from scanloft.dicom.elements import (
    ITEM,
    ITEM_END,
    LONG_VRS,
    NOT_ITEMS,
    PIXEL_TAGS,
    SEQUENCE_END,
    SHORT_VRS,
    UNDEFINED,
    Element,
    Encoding,
    Truncated,
    read_element,
    skip,
)
from scanloft.dicom.header import open_header
from scanloft.dicom.syntaxes import NATIVE
from scanloft.dicom.values import CHARSET_TAG, codecs_of, decode_values

DEPTH_LIMIT = 64
"""How deep sequences are shown; no IOD nests a quarter as deep."""
INLINE_LIMIT_BYTES = 1024
"""Up to which length binary values are in the JSON itself."""
BULK_LIMIT_BYTES = 64 * 1024
"""Beyond which length the values of other VRs are bulk data too (PS3.18 F.2.2)."""

BINARY_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
BULK_VRS = BINARY_VRS | frozenset(
    {"DS", "FD", "FL", "IS", "LT", "SL", "SS", "ST", "SV", "UC", "UL", "US", "UT", "UV"}
)
_BYTE_VRS = frozenset({"OB", "UN"})
_PIXEL_VRS = {0x7FE00008: "OF", 0x7FE00009: "OD", 0x7FE00010: "OW"}
_BITS_ALLOCATED, _PIXEL_REPRESENTATION = "00280100", "00280103"
_FLOAT_PIXELS = {
    str(element_json("US", [32])): ("7FE00008", "OF"),
    str(element_json("US", [64])): ("7FE00009", "OD"),
}
_PIXEL_SOURCES = frozenset({"00287FE0", "7FE00008", "7FE00009", "7FE00010"})


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the elements of a data set or item inherit from around it."""

    data: bytes
    encoding: Encoding
    bulkdata: str
    codecs: tuple[str, ...] = ("latin-1",)
    is_signed: bool = False
    depth: int = 0


def instance_json(data: bytes, *, bulkdata_base: str) -> Json:
    """The DICOM JSON Model of the instance that begins with `data`, up to its pixel data.

    `data` is the header (`Instance.header_length` bytes) or more of it. Large and binary values
    are addressed as `{bulkdata_base}/{tag}`, in items `{bulkdata_base}/{tag}/{item}/{tag}` with
    items counted from 1. Group lengths and the file meta information are left out, the transfer
    syntax is there as Available Transfer Syntax UID. An element that cannot be read is there with
    its VR alone; where the structure itself breaks, what comes before is answered.

    Raises:
        NotDicom: not a DICOM file (PS3.10 7.1).
        MalformedDicom: the file meta information cannot be read.
    """
    try:
        header = open_header(data)
    except Truncated:
        raise MalformedDicom(
            "The file meta information is truncated: send the object again."
        ) from None
    scope = _Scope(header.data, header.encoding, bulkdata=bulkdata_base)
    answer: Json = {}
    with suppress(Truncated, MalformedDicom):
        _read_data_set(answer, header.start, len(header.data), scope=scope)
    is_native = header.transfer_syntax_uid in NATIVE
    answer |= _unseen_pixels(answer, is_native=is_native, bulkdata=bulkdata_base)
    answer["00083002"] = element_json("UI", [header.transfer_syntax_uid])
    return dict(sorted(answer.items()))


def _unseen_pixels(answer: Json, *, is_native: bool, bulkdata: str) -> Json:
    """The pixel data that must follow the header, which ends before it is seen.

    Pixel Representation stands only where there is Pixel Data (PS3.3 C.7.6.3); where there are
    32 or 64 bits without it, they are floating point (PS3.3 C.7.6.24, C.7.6.25).
    """
    if answer.keys() & _PIXEL_SOURCES:
        return {}
    name, vr = "7FE00010", "OW" if is_native else "OB"
    if _PIXEL_REPRESENTATION not in answer:
        name, vr = _FLOAT_PIXELS.get(str(answer.get(_BITS_ALLOCATED)), ("", ""))
    return {name: {"vr": vr, "BulkDataURI": f"{bulkdata}/{name}"}} if name else {}


def _read_data_set(answer: Json, at: int, end: int | None, *, scope: _Scope) -> int:
    """Reads elements up to `end`, or to the delimiter of the item; the offset after them.

    Raises:
        Truncated, MalformedDicom: it is not known where the next element begins.
    """
    while end is None or at < end:
        element = read_element(scope.data, at, encoding=scope.encoding)
        if element.tag == ITEM_END and end is None:
            return element.start
        if element.tag >> 16 == 0xFFFE:
            raise MalformedDicom("A delimiter stands where an element is due: export it again.")
        name = f"{element.tag:08X}"
        if scope.depth == 0 and element.tag in PIXEL_TAGS:
            vr = element.vr or _PIXEL_VRS[element.tag]
            answer[name] = {"vr": vr, "BulkDataURI": f"{scope.bulkdata}/{name}"}
            return at
        entry, at = _entry(element, scope=scope)
        if element.tag & 0xFFFF:
            answer[name] = entry
        scope = _narrowed(scope, element, entry)
    if end is not None and at > end:
        raise MalformedDicom("An element is longer than what holds it: export it again.")
    return at


def _narrowed(scope: _Scope, element: Element, entry: Json) -> _Scope:
    """The scope of what follows; the JSON itself is UTF-8, and its charset says so."""
    if element.tag == CHARSET_TAG:
        raw = scope.data[element.start : element.start + element.length]
        entry.update(element_json("CS", ["ISO_IR 192"]))
        return replace(scope, codecs=codecs_of(raw))
    if element.tag == 0x00280103:
        return replace(scope, is_signed=entry.get("Value") == [1])
    return scope


def _entry(element: Element, *, scope: _Scope) -> tuple[Json, int]:
    """An element in JSON and the offset after it; it degrades to its VR where it is broken."""
    vr = _resolved_vr(element, scope)
    if vr == "SQ":
        return _sequence(element, scope=scope)
    end = skip(scope.data, element, encoding=scope.encoding)
    length = end - element.start
    limit = INLINE_LIMIT_BYTES if vr in BINARY_VRS else BULK_LIMIT_BYTES
    is_swapped = not scope.encoding.is_little and vr in BINARY_VRS - _BYTE_VRS
    if element.length == UNDEFINED or (vr in BULK_VRS and (length > limit or is_swapped)):
        return {"vr": vr, "BulkDataURI": f"{scope.bulkdata}/{element.tag:08X}"}, end
    if end > len(scope.data):
        raise Truncated(end)
    try:
        return _value_json(scope.data[element.start : end], vr=vr, scope=scope), end
    except ValueError:
        return {"vr": vr}, end


def _value_json(raw: bytes, *, vr: str, scope: _Scope) -> Json:
    """A value in JSON.

    Raises:
        ValueError: its VR does not allow it.
    """
    if not raw:
        return {"vr": vr}
    if vr in BINARY_VRS:
        return {"vr": vr, "InlineBinary": base64.b64encode(raw).decode()}
    is_little = scope.encoding.is_little
    if vr == "AT":
        halves = decode_values(raw, vr="US", codecs=(), is_little=is_little)
        pairs = zip(halves[::2], halves[1::2], strict=True)
        return {"vr": vr, "Value": [f"{group:04X}{number:04X}" for group, number in pairs]}
    values = decode_values(raw, vr=vr, codecs=scope.codecs, is_little=is_little)
    return element_json(vr, values)


def _sequence(element: Element, *, scope: _Scope) -> tuple[Json, int]:
    """A sequence with its items; without them where it nests too deep or its length is wrong."""
    if scope.depth == DEPTH_LIMIT:
        return {"vr": "SQ"}, skip(scope.data, element, encoding=scope.encoding)
    path = f"{scope.bulkdata}/{element.tag:08X}"
    encoding = _unknown_encoding(element, scope) if element.vr == "UN" else scope.encoding
    inner = replace(scope, encoding=encoding, bulkdata=path, depth=scope.depth + 1)
    if element.length == UNDEFINED:
        items, end = _items(element.start, None, scope=inner)
        return _sequence_json(items), end
    end = element.start + element.length
    if end > len(scope.data):
        raise Truncated(end)
    try:
        items, _ = _items(element.start, end, scope=inner)
    except (Truncated, MalformedDicom):
        items = []
    return _sequence_json(items), end


def _items(at: int, end: int | None, *, scope: _Scope) -> tuple[list[Json], int]:
    items: list[Json] = []
    while end is None or at < end:
        item = read_element(scope.data, at, encoding=scope.encoding)
        if item.tag == SEQUENCE_END:
            return items, item.start
        stop = None if item.length == UNDEFINED else item.start + item.length
        if item.tag != ITEM or (end is not None and stop is not None and stop > end):
            raise MalformedDicom(NOT_ITEMS)
        inner = replace(scope, bulkdata=f"{scope.bulkdata}/{len(items) + 1}")
        content: Json = {}
        at = _read_data_set(content, item.start, stop, scope=inner)
        items.append(dict(sorted(content.items())))
    return items, at


def _sequence_json(items: list[Json]) -> Json:
    return {"vr": "SQ", "Value": items} if items else {"vr": "SQ"}


def _unknown_encoding(element: Element, scope: _Scope) -> Encoding:
    """How the items of a sequence written as UN are encoded: implicit, by PS3.5 6.2.2 Note.

    Some writers keep to explicit VR: the VR of the first element of the first item shows it.
    """
    vr = scope.data[element.start + 12 : element.start + 14].decode("latin-1")
    return Encoding(is_implicit=vr not in LONG_VRS | SHORT_VRS, is_little=True)


def _resolved_vr(element: Element, scope: _Scope) -> str:
    """The VR as written, or else that of the dictionary (PS3.5 A.1, 6.2.2)."""
    vr = element.vr
    if vr in ("", "UN"):
        vr = _dictionary_vr(element.tag)
        if " or " in vr:
            vr = ("SS" if scope.is_signed else "US") if vr == "US or SS" else "OW"
    return "SQ" if vr == "UN" and element.length == UNDEFINED else vr


@lru_cache(maxsize=8192)
def _dictionary_vr(tag: int) -> str:
    if tag >> 16 & 1:
        return "LO" if 0x10 <= tag & 0xFFFF <= 0xFF else "UN"
    if not tag & 0xFFFF:
        return "UL"
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"
