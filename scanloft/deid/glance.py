"""What a person may see of a raw object that waits in quarantine.

Of each element of the top level its tag, VR and length. Its value only where the Basic Profile
keeps the attribute and the value is a number, a code in capitals or a kind of object: no free text,
no name, no date, no UID of this object, nothing private, and nothing that names the patient.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanloft.core.errors import MalformedDicom, PixelReview, Rejected
from scanloft.core.routing.fixed import PATIENT_ID, PATIENT_NAME
from scanloft.core.routing.labels import names_patient
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.rules.rules import TOP_LEVEL, compile_rules
from scanloft.deid.rules.verdicts import Action
from scanloft.deid.values.pseudonyms import Pseudonyms
from scanloft.dicom.dictionary import keyword_of, vr_of
from scanloft.dicom.elements import PIXEL_TAGS, UNDEFINED, Element, Truncated
from scanloft.dicom.header import Header, walk
from scanloft.dicom.texts import open_raw, read_texts

ELEMENTS_LIMIT = 2_000
VALUE_LIMIT_BYTES = 128

_WRITTEN = {
    "CS": re.compile(r"[A-Z0-9 _]{0,16}"),
    "DS": re.compile(r" *[+-]?[0-9]{0,15}\.?[0-9]{0,15}(?:[eE][+-]?[0-9]{1,3})? *"),
    "IS": re.compile(r" *[+-]?[0-9]{1,12} *"),
    "UI": re.compile(r"1\.2\.840\.10008\.[0-9.]{1,50}"),
}
"""The forms of values that may be seen; of UIDs those that the standard itself gives out."""
_NUMBERS = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d", "AT": "HH"}
_KEPT = frozenset({Action.KEEP, Action.KEEP_UID})


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One element: `length` in bytes, None where it is undefined; `value` None where it is hidden.

    `keyword` is "" for private and unknown attributes.
    """

    tag: str
    keyword: str
    vr: str
    length: int | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Glance:
    """What may be seen of a header; `is_complete` is False where reading had to stop early."""

    elements: tuple[Glimpse, ...]
    transfer_syntax_uid: str
    is_complete: bool


def glance(data: bytes) -> Glance:
    """What may be seen of an object, or of its beginning; whatever the data, it raises nothing."""
    elements: list[Glimpse] = []
    try:
        header = open_raw(data)
    except (Truncated, MalformedDicom):
        return Glance((), "", is_complete=False)
    is_complete = True
    try:
        for glimpse in _glimpses(header):
            if len(elements) == ELEMENTS_LIMIT:
                is_complete = False
                break
            elements.append(glimpse)
    except (Truncated, MalformedDicom):
        is_complete = False
    return Glance(tuple(elements), _known_uid(header.transfer_syntax_uid), is_complete)


def _glimpses(header: Header) -> Iterator[Glimpse]:
    patient = read_texts(header.data, (PATIENT_NAME, PATIENT_ID)).by_tag
    rules = compile_rules(Profile.basic(), "")
    for element in walk(header, limit=len(header.data)):
        is_undefined = element.length == UNDEFINED
        vr = element.vr or vr_of(element.tag) or "UN"
        action = rules.judge(element.tag, element.vr or None, TOP_LEVEL).action
        value = None
        if action in _KEPT and element.length <= VALUE_LIMIT_BYTES:
            value = _value(header, element, vr)
        if value is not None and names_patient(value, patient):
            value = None
        yield Glimpse(
            tag=f"{element.tag:08X}",
            keyword="" if element.tag >> 16 & 1 else keyword_of(element.tag),
            vr=vr,
            length=None if is_undefined else element.length,
            value=value,
        )
        end = element.start + element.length
        if end > len(header.data) and element.tag not in PIXEL_TAGS and not is_undefined:
            raise Truncated(end)


def _value(header: Header, element: Element, vr: str) -> str | None:
    raw = header.data[element.start : element.start + element.length]
    if vr in _WRITTEN:
        return _written(raw, vr)
    return _numbers(raw, _NUMBERS[vr], header) if vr in _NUMBERS else None


def _written(raw: bytes, vr: str) -> str | None:
    text = raw.decode("latin-1").rstrip(" \0")
    form = _WRITTEN[vr]
    return text if all(form.fullmatch(part) for part in text.split("\\")) else None


def _numbers(raw: bytes, code: str, header: Header) -> str | None:
    size = struct.calcsize(f"<{code}")
    count, rest = divmod(len(raw), size)
    if rest:
        return None
    order = "<" if header.encoding.is_little else ">"
    values = struct.unpack(order + code * count, raw)
    if code == "HH":
        pairs = zip(values[::2], values[1::2], strict=True)
        return "\\".join(f"{group:04X}{number:04X}" for group, number in pairs)
    return "\\".join(map(str, values))


def _known_uid(uid: str) -> str:
    return uid if _WRITTEN["UI"].fullmatch(uid) else ""


def why_unsafe(data: bytes) -> str:
    """Why the pixels of a whole object may not be shown; empty where they may.

    They may where the Basic Profile would archive the object with its pixels as they are.
    """
    nobody = Pseudonyms(b"only asked, nothing of it is kept")
    try:
        deidentify(data, profile=Profile.basic(), pseudonyms=nobody)
    except PixelReview as error:
        return error.message
    except Rejected:
        return "The object cannot be de-identified as it is, so nobody can tell what it shows."
    return ""
