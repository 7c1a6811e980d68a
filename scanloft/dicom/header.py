"""The beginning of an instance: its file meta information and the elements before its pixels.

It is read from an object of the archive, or from the first part of one.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from scanloft.core.errors import MalformedDicom, NotDicom
from scanloft.core.identifiers import checked_uid
from scanloft.dicom.elements import PIXEL_TAGS, Element, Encoding, Truncated, read_element, skip
from scanloft.dicom.syntaxes import DEFLATED, EXPLICIT_BIG, IMPLICIT_LITTLE

INFLATED_LIMIT_BYTES = 16 * 1024 * 1024
"""How much of a deflated data set is inflated: many times any header."""


@dataclass(frozen=True, slots=True)
class Header:
    """The beginning of an instance: `data[start:]` is its data set, inflated if it was deflated."""

    data: bytes
    start: int
    transfer_syntax_uid: str
    encoding: Encoding


def open_header(data: bytes) -> Header:
    """Reads the file meta information and finds the data set (PS3.10 7.1).

    Raises:
        Truncated: the data ends within the file meta information.
        NotDicom: there is none.
        MalformedDicom: it does not name the transfer syntax, or the inflated data is broken.
    """
    if data[128:132] != b"DICM":
        raise NotDicom(
            "This is not a DICOM file, as it has no DICM prefix: check that it is the right one."
        )
    syntax, at = b"", 132
    while data[at : at + 2] == b"\x02\x00":
        element = read_element(data, at, encoding=Encoding(is_implicit=False, is_little=True))
        at = element.start + element.length
        if element.tag == 0x00020010:
            syntax = data[element.start : at]
    if len(data) < at + 2:
        raise Truncated(at + 2)
    uid = uid_text(syntax, name="TransferSyntaxUID")
    encoding = Encoding(is_implicit=uid == IMPLICIT_LITTLE, is_little=uid != EXPLICIT_BIG)
    if uid == DEFLATED:
        return Header(_inflated(data, at), 0, uid, encoding)
    return Header(data, at, uid, encoding)


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


def uid_text(raw: bytes, *, name: str) -> str:
    """The UID that a value holds, without its padding; `name` is the keyword of the attribute.

    Raises:
        MalformedDicom: it is none.
    """
    return checked_uid(raw.decode("ascii", "replace").strip(" \0"), attribute=name)


def _inflated(data: bytes, at: int) -> bytes:
    try:
        return zlib.decompressobj(-15).decompress(data[at:], INFLATED_LIMIT_BYTES)
    except zlib.error:
        raise MalformedDicom(
            "The data set is said to be deflated but cannot be inflated: send it again."
        ) from None
