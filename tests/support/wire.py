"""Data sets written byte by byte, as sloppy or hostile writers do: any VR, any length, any order.

Source: PS3.5 7.1 (elements), 7.5 (sequences), PS3.10 7.1 (files).
"""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

SHORT_VRS = frozenset(
    {"AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL"}
    | {"SS", "ST", "TM", "UI", "UL", "US"}
)
LONG_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
ALL_VRS = tuple(sorted(SHORT_VRS | LONG_VRS))
PIXEL_DATA = 0x7FE00010
_UNDEFINED = 0xFFFFFFFF


class Syntax(StrEnum):
    """The transfer syntaxes of native pixels (PS3.5 A)."""

    IMPLICIT = "1.2.840.10008.1.2"
    EXPLICIT = "1.2.840.10008.1.2.1"
    DEFLATED = "1.2.840.10008.1.2.1.99"
    BIG = "1.2.840.10008.1.2.2"


@dataclass(frozen=True, slots=True)
class Wire:
    """One element to write: its value as bytes or, for a sequence, as items of elements.

    `undefined` ends sequence and items by delimiters instead of stating lengths.
    """

    tag: int
    vr: str
    value: "bytes | tuple[tuple[Wire, ...], ...]" = b""
    undefined: bool = False


def within(element: Wire, *sequences: int, undefined: bool = False) -> Wire:
    """The element, nested in one item of each sequence; the last is the innermost."""
    for tag in reversed(sequences):
        element = Wire(tag, "SQ", ((element,),), undefined)
    return element


def uid(text: str) -> bytes:
    """A UID of even length."""
    return text.encode() + b"\0" * (len(text) % 2)


def data_set(elements: Iterable[Wire], syntax: str = Syntax.EXPLICIT) -> bytes:
    """The elements in the order given, not deflated."""
    return b"".join(_element(element, syntax) for element in elements)


def sorted_set(elements: Iterable[Wire]) -> tuple[Wire, ...]:
    """The elements by tag, at every depth; several of one tag stay in their order."""
    return tuple(
        replace(element, value=tuple(map(sorted_set, element.value)))
        if isinstance(element.value, tuple)
        else element
        for element in sorted(elements, key=lambda element: element.tag)
    )


def part10(
    elements: Iterable[Wire],
    syntax: str = Syntax.EXPLICIT,
    *,
    meta: Iterable[Wire] = (),
    preamble: bytes = bytes(128),
) -> bytes:
    """A file; `meta` is added to the file meta information, which states class and UID as usual."""
    elements = tuple(elements)
    uids = {element.tag: element.value for element in elements}
    head = [Wire(0x00020001, "OB", b"\0\1"), Wire(0x00020010, "UI", uid(syntax)), *meta]
    for tag, source in ((0x00020002, 0x00080016), (0x00020003, 0x00080018)):
        if source in uids:
            head.append(Wire(tag, "UI", uids[source]))
    information = data_set(sorted_set(head))
    length = Wire(0x00020000, "UL", struct.pack("<L", len(information)))
    body = data_set(elements, syntax)
    if syntax == Syntax.DEFLATED:
        deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        body = deflater.compress(body) + deflater.flush()
    return preamble + b"DICM" + data_set([length]) + information + body


def _element(element: Wire, syntax: str) -> bytes:
    value = element.value
    if isinstance(value, tuple):
        value = b"".join(_item(item, syntax, undefined=element.undefined) for item in value)
        if element.undefined:
            value += _head(0xFFFEE0DD, syntax) + bytes(4)
    length = _UNDEFINED if element.undefined else len(value)
    return _head(element.tag, syntax) + _vr_and_length(element.vr, length, syntax) + value


def _item(elements: tuple[Wire, ...], syntax: str, *, undefined: bool) -> bytes:
    content = data_set(elements, syntax)
    head = _head(0xFFFEE000, syntax)
    if undefined:
        return head + b"\xff" * 4 + content + _head(0xFFFEE00D, syntax) + bytes(4)
    return head + struct.pack(_order(syntax) + "L", len(content)) + content


def _head(tag: int, syntax: str) -> bytes:
    return struct.pack(_order(syntax) + "HH", tag >> 16, tag & 0xFFFF)


def _vr_and_length(vr: str, length: int, syntax: str) -> bytes:
    order = _order(syntax)
    if syntax == Syntax.IMPLICIT:
        return struct.pack(order + "L", length)
    if vr in LONG_VRS:
        return vr.encode() + struct.pack(order + "HL", 0, length)
    return vr.encode() + struct.pack(order + "H", length)


def _order(syntax: str) -> str:
    return ">" if syntax == Syntax.BIG else "<"
