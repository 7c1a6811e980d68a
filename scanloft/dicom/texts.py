"""Some attributes of a raw object as text, as far as it can be read: for deciding where it goes.

The object is as it came, so anything may be wrong with it. What cannot be read is not there: the
gate says later what is wrong. Neither pydicom nor the rest of the object is needed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from scanloft.core.errors import MalformedDicom, NotDicom
from scanloft.dicom.charsets import ALL_DELIMITERS, TEXT_DELIMITERS, decoded, encodings
from scanloft.dicom.dictionary import vr_of
from scanloft.dicom.elements import UNDEFINED, Element, Encoding, Truncated
from scanloft.dicom.header import Header, open_header, walk
from scanloft.dicom.structure import is_explicit
from scanloft.dicom.syntaxes import EXPLICIT_LITTLE, IMPLICIT_LITTLE

VALUE_LIMIT_BYTES = 64 * 1024
"""A longer value is not read: the longest comment has 10,240 characters (PS3.5 6.2, LT)."""

_CHARSET = 0x00080005
_ONE_TEXT_VRS = frozenset({"LT", "ST", "UT", "UR"})
_TEXT_VRS = _ONE_TEXT_VRS | {
    "AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "PN", "SH", "TM", "UC", "UI", "UN"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts by tag; `is_complete` is False where more of the object may hold more of them."""

    by_tag: Mapping[int, str]
    is_complete: bool


def read_texts(data: bytes, tags: Collection[int]) -> Texts:
    """The attributes of the top level that hold text, from an object or from its beginning.

    Text is without blanks and NULs around it. Of an attribute that stands there several times the
    first counts; one that comes after attributes of higher tags may be overlooked.
    """
    values: dict[int, tuple[str, bytes]] = {}
    try:
        is_complete = _read(open_raw(data), {_CHARSET, *tags}, values)
    except Truncated:
        is_complete = False
    except (MalformedDicom, NotDicom):
        is_complete = True  # it does not get better behind the fault
    codecs = encodings(values.get(_CHARSET, ("CS", b""))[1])
    texts = {tag: _text(*values[tag], codecs) for tag in values if tag in tags}
    return Texts(texts, is_complete)


def open_raw(data: bytes) -> Header:
    """The data set behind its head, or from the first byte on, as old senders write files.

    Whether VRs are written is seen, not believed, as the gate does.

    Raises:
        Truncated: the data ends within the file meta information.
        MalformedDicom: it does not name the transfer syntax, or the inflated data is broken.
    """
    if data[128:132] != b"DICM":
        return Header(data, 0, "", Encoding(not is_explicit(data, 0), is_little=True))
    header = open_header(data)
    if header.transfer_syntax_uid in (IMPLICIT_LITTLE, EXPLICIT_LITTLE):
        is_implicit = not is_explicit(header.data, header.start)
        return replace(header, encoding=Encoding(is_implicit, is_little=True))
    return header


def _read(header: Header, wanted: Collection[int], values: dict[int, tuple[str, bytes]]) -> bool:
    """Gathers the raw values, each with its VR; whether all that may be there were seen."""
    data, last = header.data, max(wanted)
    for element in walk(header, limit=len(data)):
        if element.tag > last:
            return True
        end = element.start + element.length
        if element.length != UNDEFINED and end > len(data):
            return False
        vr = element.vr or vr_of(element.tag) or "UN"
        if element.tag in wanted and _is_text(element, vr):
            values.setdefault(element.tag, (vr, data[element.start : end]))
    return False


def _is_text(element: Element, vr: str) -> bool:
    # An undefined length is larger than any limit.
    return vr in _TEXT_VRS and element.length <= VALUE_LIMIT_BYTES


def _text(vr: str, value: bytes, codecs: tuple[str, ...]) -> str:
    delimiters = TEXT_DELIMITERS if vr in _ONE_TEXT_VRS else ALL_DELIMITERS
    text = decoded(value, codecs, delimiters=delimiters).strip(" \0")
    # Regular expressions are held against it in UTF-8, which has no lone surrogates.
    return text.encode("utf-8", "replace").decode("utf-8")
