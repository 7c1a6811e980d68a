"""What an instance says of itself before its pixels: its elements in turn, and its index entry.

The elements are walked without recursion and without copies, so neither depth nor size of what a
data set nests can hurt; only what is asked for is decoded.
"""

import math
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydicom.charset import CODES_TO_ENCODINGS, python_encoding

from scanloft.core.attributes import ATTRIBUTE_BY_TAG, Level, tags_of
from scanloft.core.errors import MalformedDicom, NotDicom
from scanloft.core.identifiers import checked_uid
from scanloft.core.model import Attributes

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"

PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
CHARSET_TAG = 0x00080005
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
UNDEFINED = 0xFFFFFFFF

INFLATED_LIMIT_BYTES = 16 * 1024 * 1024
"""How much of a deflated data set is inflated: many times any header."""
VALUE_LIMIT_BYTES = 1024
"""How long a value of the index may be: rows stay small whatever a data set holds."""

_NUMBER_FORMATS = {"US": "H", "SS": "h", "UL": "L", "SL": "l"} | {
    "UV": "Q",
    "SV": "q",
    "FL": "f",
    "FD": "d",
}
LONG_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
SHORT_VRS = frozenset(
    {"AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT"}
    | {"PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US"}
)
_VR_BY_BYTES = {vr.encode(): vr for vr in LONG_VRS | SHORT_VRS}

_UID_TAGS = {
    0x0020000D: "StudyInstanceUID",
    0x0020000E: "SeriesInstanceUID",
    0x00080018: "SOPInstanceUID",
    0x00080016: "SOPClassUID",
}
_VR_BY_INDEXED_TAG = {
    int(tag, 16): ATTRIBUTE_BY_TAG[tag].vr for level in Level for tag in tags_of(level)
}
_READ_TAGS = _UID_TAGS.keys() | _VR_BY_INDEXED_TAG.keys() | {CHARSET_TAG}


class HeaderIncomplete(Exception):
    """The header goes on beyond what was read: read the object up to `wanted_bytes` at least."""

    def __init__(self, wanted_bytes: int) -> None:
        super().__init__(f"The header goes on: read at least {wanted_bytes} bytes.")
        self.wanted_bytes = wanted_bytes


class Truncated(Exception):
    """The data ends before the element does; `wanted_bytes` is how long it had to be."""

    def __init__(self, wanted_bytes: int) -> None:
        super().__init__(f"The data ends before byte {wanted_bytes}.")
        self.wanted_bytes = wanted_bytes


@dataclass(frozen=True, slots=True)
class Description:
    """What the index keeps of an instance; `header_length` in bytes as in `model.Instance`."""

    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    header_length: int
    attributes: Attributes


class Encoding(NamedTuple):
    """How the elements of a data set are written (PS3.5 7.1, 7.3)."""

    is_implicit: bool
    is_little: bool


@dataclass(frozen=True, slots=True)
class Header:
    """The beginning of an instance: `data[start:]` is its data set, inflated if it was deflated."""

    data: bytes
    start: int
    transfer_syntax_uid: str
    encoding: Encoding


class Element(NamedTuple):
    """An element in place: its offset and that of its value in bytes; no VR if none is written."""

    tag: int
    vr: str
    offset: int
    start: int
    length: int


def describe(data: bytes, *, size_bytes: int) -> Description:
    """The description of an instance of `size_bytes`, whose beginning, or all, is `data`.

    An attribute whose value cannot be read is left out; the instance is described all the same.

    Raises:
        HeaderIncomplete: the header goes on beyond `data`.
        NotDicom: not a DICOM file (PS3.10 7.1).
        MalformedDicom: the header is broken or lacks one of its UIDs.
    """
    try:
        header = open_header(data)
        is_deflated = header.transfer_syntax_uid == DEFLATED
        if is_deflated and len(data) < size_bytes:
            raise HeaderIncomplete(size_bytes)
        limit = len(header.data) if is_deflated else size_bytes
        values, end = _read_indexed(header, limit=limit)
    except Truncated as error:
        if len(data) < error.wanted_bytes <= size_bytes:
            wanted = max(error.wanted_bytes, 2 * len(data))
            raise HeaderIncomplete(min(wanted, size_bytes)) from None
        raise MalformedDicom(
            "The header ends in the middle of an element: the object is truncated, send it again."
        ) from None
    uids = {name: _uid(values.get(tag, b""), name=name) for tag, name in _UID_TAGS.items()}
    return Description(
        study_uid=uids["StudyInstanceUID"],
        series_uid=uids["SeriesInstanceUID"],
        sop_uid=uids["SOPInstanceUID"],
        sop_class_uid=uids["SOPClassUID"],
        transfer_syntax_uid=header.transfer_syntax_uid,
        header_length=size_bytes if is_deflated else end,
        attributes=_attributes(values, is_little=header.encoding.is_little),
    )


def open_header(data: bytes) -> Header:
    """Reads the file meta information and finds the data set (PS3.10 7.1).

    Raises:
        Truncated: the data ends within the file meta information.
        NotDicom: there is none.
        MalformedDicom: it does not name the transfer syntax, or the inflated data is broken.
    """
    if data[128:132] != b"DICM":
        raise NotDicom("This is not a DICOM file: there is no DICM prefix.")
    syntax, at = b"", 132
    while data[at : at + 2] == b"\x02\x00":
        element = read_element(data, at, encoding=Encoding(is_implicit=False, is_little=True))
        at = element.start + element.length
        if element.tag == 0x00020010:
            syntax = data[element.start : at]
    if len(data) < at + 2:
        raise Truncated(at + 2)
    uid = _uid(syntax, name="TransferSyntaxUID")
    encoding = Encoding(is_implicit=uid == IMPLICIT_LITTLE, is_little=uid != EXPLICIT_BIG)
    if uid == DEFLATED:
        return Header(_inflated(data, at), 0, uid, encoding)
    return Header(data, at, uid, encoding)


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


def walk(header: Header, *, limit: int) -> Iterator[Element]:
    """The top-level elements before offset `limit`, up to the pixel data, which comes last.

    Raises:
        Truncated: the data ends before the next element.
        MalformedDicom: a sequence holds something other than items.
    """
    at = header.start
    while at < limit:
        element = read_element(header.data, at, encoding=header.encoding)
        yield element
        if element.tag in PIXEL_TAGS:
            return
        at = skip(header.data, element, encoding=header.encoding)


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
            raise MalformedDicom("A sequence holds something other than items.")
        elif inner.length == UNDEFINED:
            depth += 1
        else:
            at += inner.length
    return at


def decode_values(
    raw: bytes, *, vr: str, codecs: Sequence[str], is_little: bool
) -> list[str | int | float | None]:
    """The values of an element, None for an empty one among others; PN as one string each.

    Raises:
        ValueError: a value that its VR or the character set does not allow.
    """
    if vr in _NUMBER_FORMATS:
        code = _NUMBER_FORMATS[vr]
        count, rest = divmod(len(raw), struct.calcsize(f"<{code}"))
        if rest:
            raise ValueError("not a whole number of values")
        numbers = struct.unpack(f"{'<' if is_little else '>'}{count}{code}", raw)
        if not all(map(math.isfinite, numbers)):
            raise ValueError("not a number")
        return list(numbers)
    text = decode_text(raw, codecs if vr in _CHARSET_VRS else ("ascii",))
    if vr in ("LT", "ST", "UT", "UR"):
        return [text.rstrip(" \0") or None]
    entries = [entry.rstrip(" \0") for entry in text.split("\\")]
    if vr in ("IS", "DS"):
        return [_number(entry.strip(), vr=vr) if entry.strip() else None for entry in entries]
    keeps_blanks = vr in _CHARSET_VRS
    return [(entry if keeps_blanks else entry.lstrip()) or None for entry in entries]


def decode_text(raw: bytes, codecs: Sequence[str]) -> str:
    """The text of a value, with code extensions (PS3.5 6.1.2.5).

    Raises:
        ValueError: bytes that the character sets do not allow.
    """
    if b"\x1b" not in raw:
        return raw.decode(codecs[0])
    return "".join(_decode_fragment(part, codecs[0]) for part in re.split(rb"(?=\x1b)", raw))


def codecs_of(raw: bytes) -> tuple[str, ...]:
    """Python's codecs for a Specific Character Set; an unknown one leaves ASCII (PS3.3 C.12.1.1.2).

    Common misspellings as "ISO IR 100" are understood.
    """
    terms = raw.decode("ascii", "replace").split("\\")
    named = [re.sub(r"^ISO[ _-]IR[ _-]?(?=[0-9])", "ISO_IR ", term.strip(" \0")) for term in terms]
    return tuple(python_encoding.get(term, "ascii") for term in named)


_EXPLICIT = {True: struct.Struct("<HH2sH"), False: struct.Struct(">HH2sH")}
_LENGTH = {True: struct.Struct("<L"), False: struct.Struct(">L")}
_CHARSET_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_KEEP_ESCAPE = frozenset({"iso2022_jp", "iso2022_jp_2"})


def _decode_fragment(fragment: bytes, first_codec: str) -> str:
    """A piece that starts with an escape sequence, or the first one; delimiters end its effect."""
    if not fragment.startswith(b"\x1b"):
        return fragment.decode(first_codec)
    escape = next((code for code in CODES_TO_ENCODINGS if fragment.startswith(code)), None)
    if escape is None:
        raise ValueError("an unknown escape sequence")
    codec = CODES_TO_ENCODINGS[escape]
    if codec in _KEEP_ESCAPE:
        return fragment.decode(codec)
    text = fragment.removeprefix(escape)
    head = re.split(rb"(?=[\r\n\t\f^=\\])", text, maxsplit=1)
    return head[0].decode(codec) + b"".join(head[1:]).decode(first_codec)


_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,64}\.?[0-9]{0,64}|\.[0-9]{1,64})(?:[eE][+-]?[0-9]{1,3})?")


def _number(text: str, *, vr: str) -> int | float:
    """The number of an IS or DS: what Python would read beyond DICOM's grammar is refused."""
    if vr == "IS" and re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return int(text)
    number = float(text) if _DECIMAL.fullmatch(text) else math.nan
    if not math.isfinite(number) or (vr == "IS" and not number.is_integer()):
        raise ValueError("not a number of its VR")
    return int(number) if vr == "IS" else number


def _read_indexed(header: Header, *, limit: int) -> tuple[dict[int, bytes], int]:
    """The raw values that the index is made of, by tag, and the offset where the header ends."""
    data = header.data
    values: dict[int, bytes] = {}
    for element in walk(header, limit=limit):
        end = element.start + element.length
        if element.tag in PIXEL_TAGS:
            return values, element.offset
        if element.tag in _READ_TAGS and element.length <= VALUE_LIMIT_BYTES:
            if end > len(data):
                raise Truncated(end)
            values[element.tag] = data[element.start : end]
        elif end > limit and element.length != UNDEFINED:
            raise Truncated(end)
    return values, limit


def _attributes(values: dict[int, bytes], *, is_little: bool) -> Attributes:
    codecs = codecs_of(values.get(CHARSET_TAG, b""))
    attributes: dict[str, tuple[str | int | float, ...]] = {}
    for tag in sorted(_VR_BY_INDEXED_TAG.keys() & values.keys()):
        vr = _VR_BY_INDEXED_TAG[tag]
        try:
            decoded = decode_values(values[tag], vr=vr, codecs=codecs, is_little=is_little)
        except ValueError:
            continue
        kept = tuple(value for value in decoded if value is not None)
        if kept:
            attributes[f"{tag:08X}"] = kept
    return attributes


def _uid(raw: bytes, *, name: str) -> str:
    return checked_uid(raw.decode("ascii", "replace").strip(" \0"), attribute=name)


def _inflated(data: bytes, at: int) -> bytes:
    try:
        return zlib.decompressobj(-15).decompress(data[at:], INFLATED_LIMIT_BYTES)
    except zlib.error:
        raise MalformedDicom(
            "The data set is said to be deflated but cannot be inflated."
        ) from None
