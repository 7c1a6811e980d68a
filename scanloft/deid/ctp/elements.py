"""The values of elements as CTP's scripts see them: text, several joined by backslashes."""

import re
from collections.abc import MutableSequence, Sequence
from typing import Any

from pydicom import config
from pydicom.charset import convert_encodings, default_encoding
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import BaseTag
from pydicom.values import convert_value

from scanloft.deid.profiles.rule_fit import value_misfit

SPECIFIC_CHARACTER_SET = 0x00080005
_ENCODED = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_PLAIN = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"})
_ONE_VALUE = frozenset({"LT", "ST", "UT", "UR"})
_WHOLE = frozenset({"SL", "SS", "SV", "UL", "US", "UV"})
_UID = re.compile(r"(?=.{1,64}$)(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*")
_FLOAT = frozenset({"FD", "FL"})
_FORMED = _WHOLE | {"AS", "CS", "DA", "DS", "DT", "IS", "TM"}
# What CTP's functions leave as they find it: the marks of ACR-NEMA, and ages of other lengths.
_MARKED_DATE = re.compile(r"[0-9]{4}([.-])[0-9]{2}\1[0-9]{2}")
_MARKED_TIME = re.compile(r"[0-9]{2}(:)[0-9]{2}(?:\1[0-9]{2}(?:\.[0-9]{1,6})?)?")
_MARKED = {"DA": _MARKED_DATE, "DT": _MARKED_DATE, "TM": _MARKED_TIME}
_AGE = re.compile(r"[0-9DWMY]{1,4}")


def encodings_of(dataset: Dataset, inherited: Sequence[str]) -> Sequence[str]:
    """Return the codecs of a data set's texts; items without own ones inherit (PS3.3 C.12)."""
    if SPECIFIC_CHARACTER_SET not in dataset:
        return inherited
    return convert_encodings(dataset[SPECIFIC_CHARACTER_SET].value or [])


def default_encodings() -> Sequence[str]:
    """Return the codecs of a data set that names no character set."""
    return [default_encoding]


def vr_of(dataset: Dataset, tag: int) -> str:
    """Return the VR of an element, or the one that it would have: LO if private, SH if unknown."""
    element = _stored(dataset, tag)
    found = str(element.VR or "") if element is not None else ""
    if found and found != "UN":
        return found
    try:
        return dictionary_VR(tag).partition(" ")[0]
    except KeyError:
        return found or ("LO" if tag >> 16 & 1 else "SH")


def text_of(dataset: Dataset, tag: int, encodings: Sequence[str]) -> str | None:
    """Return an element's text without padding; None if it is absent or holds no text."""
    element = _stored(dataset, tag)
    if element is None:
        return None
    vr = vr_of(dataset, tag)
    if vr in _WHOLE | _FLOAT:
        return _joined(dataset[tag].value, vr)
    if isinstance(element, RawDataElement):
        return _decoded(element, vr, encodings)
    return _joined(element.value, vr) if vr in _ENCODED | _PLAIN else None


def element_of(
    tag: int, vr: str, text: str, encodings: Sequence[str], *, old: str = ""
) -> DataElement:
    """Make an element of a text, whose backslashes part values; `old` is the text that it had.

    Private ones become LO, as CTP makes them. Raises ValueError if the VR cannot hold the text
    (PS3.5 6.2, 9.1). Codes, ages, numbers, dates and times that it had may be malformed.
    """
    vr = "LO" if tag >> 16 & 1 else vr
    if not text:
        return DataElement(tag, vr, Items() if vr == "SQ" else _nothing(vr))
    if vr in _FORMED:
        news = {part.strip(" ") for part in text.split("\\")} - {"", *old.split("\\")}
        if not all(_is_formed(vr, part) for part in news):
            raise ValueError(vr)
    value = _value(vr, text, encodings)
    return DataElement(tag, vr, value, validation_mode=config.IGNORE)


def _stored(dataset: Dataset, tag: int) -> DataElement | RawDataElement | None:
    """Return an element as it is held: raw elements keep the text as it arrived."""
    element = dataset.get_item(BaseTag(tag)) if tag in dataset else None
    return element if isinstance(element, DataElement | RawDataElement) else None


def _decoded(raw: RawDataElement, vr: str, encodings: Sequence[str]) -> str | None:
    data = raw.value or b""
    if vr in _ENCODED:
        return _joined(convert_value(vr, raw._replace(VR=vr), list(encodings)), vr)
    if vr in _PLAIN:
        return _stripped(data.decode("iso8859-1"), vr)
    if vr == "UN":
        text = data.rstrip(b"\0 ").decode("iso8859-1")
        return _stripped(text, vr) if text.isprintable() else None
    return None


def _joined(value: Any, vr: str) -> str:
    if value is None:
        return ""
    values = value if isinstance(value, MutableSequence) else [value]
    return _stripped("\\".join(str(part) for part in values), vr)


def _stripped(text: str, vr: str) -> str:
    if vr in _ONE_VALUE:
        return text.rstrip("\0 ")
    return "\\".join(part.strip("\0 ") for part in text.split("\\"))


def _is_formed(vr: str, part: str) -> bool:
    if vr == "AS":
        return _AGE.fullmatch(part) is not None
    marked = _MARKED[vr].fullmatch(part) if vr in _MARKED else None
    return not value_misfit(vr, part.replace(marked[1], "") if marked else part)


def _nothing(vr: str) -> str | None:
    return "" if vr in _ENCODED | _PLAIN else None


def _value(vr: str, text: str, encodings: Sequence[str]) -> Any:
    if vr in _ENCODED:
        _encoded(text, encodings)
        return text
    if vr in _PLAIN:
        text.encode("ascii")
        if vr == "UI" and not all(_UID.fullmatch(part) for part in text.split("\\")):
            raise ValueError("not a UID")
        return text
    if vr in _WHOLE:
        return [int(part) for part in text.split("\\")]
    if vr in _FLOAT:
        return [float(part) for part in text.split("\\")]
    if vr == "UN":
        return _encoded(text, encodings)
    raise ValueError(vr)


def _encoded(text: str, encodings: Sequence[str]) -> bytes:
    for encoding in encodings:
        try:
            return text.encode(encoding)
        except UnicodeEncodeError:
            continue
    raise ValueError("the character set")
