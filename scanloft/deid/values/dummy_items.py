"""Dummy elements; of a sequence that has to be there, one item that tells nothing."""

import struct

from scanloft.deid.values.dummies import dummy
from scanloft.deid.values.encode import Encoding, pad

Elements = dict[int, tuple[str, "bytes | Elements"]]
"""VR and value by tag, in order; the value of a sequence is its only item."""

_NOTHING: Elements = {}
_TEXT = b"REMOVED"
_CODE: Elements = {
    0x00080100: ("SH", _TEXT),
    0x00080102: ("SH", b"99REMOVED"),
    0x00080104: ("LO", b"Removed"),
}
_COMMENT: Elements = {
    0x00080100: ("SH", b"121106"),
    0x00080102: ("SH", b"DCM"),
    0x00080104: ("LO", b"Comment"),
}
# Modality Performed Procedure Step, and a UID that no object has.
_STEP: Elements = {
    0x00081150: ("UI", b"1.2.840.10008.3.1.2.3.3"),
    0x00081155: ("UI", b"2.25.0"),
}
_TEXT_OBJECT: Elements = {
    0x00700004: ("CS", b"DISPLAY"),
    0x00700006: ("ST", _TEXT),
    0x00700014: ("FL", b"0 0"),
    0x00700015: ("CS", b"N"),
}
_ITEMS: dict[int, Elements] = {
    0x00080082: _CODE,
    0x00081072: {0x00080080: ("LO", _TEXT), 0x00401101: ("SQ", _CODE)},
    0x00081111: _STEP,
    0x00340001: {0x00340002: ("OB", bytes(8))},
    0x00401101: _CODE,
    0x0040A073: {
        0x0040A027: ("LO", _TEXT),
        0x0040A030: ("DT", dummy("DT")),
        0x0040A075: ("PN", _TEXT),
        0x0040A088: ("SQ", _NOTHING),
    },
    0x0040A730: {
        0x0040A010: ("CS", b"CONTAINS"),
        0x0040A040: ("CS", b"TEXT"),
        0x0040A043: ("SQ", _COMMENT),
        0x0040A160: ("UT", _TEXT),
    },
    0x0040B020: {
        0x0040A0B0: ("US", b"1 1"),
        0x0040A180: ("US", b"1"),
        0x00700006: ("ST", _TEXT),
    },
    0x00700001: {0x00700002: ("CS", _TEXT), 0x00700008: ("SQ", _TEXT_OBJECT)},
}
_NUMBERS = {"US": "H", "FL": "f"}


def dummy_element(tag: int, vr: str, encoding: Encoding) -> bytes:
    """Return the element that takes the place of one with the action D.

    A sequence for which no item is known has none.
    """
    if vr == "SQ":
        return _sequence(tag, _ITEMS.get(tag, _NOTHING), encoding)
    return encoding.element(tag, vr, dummy(vr))


def _sequence(tag: int, item: Elements, encoding: Encoding) -> bytes:
    elements = [_element(inner, vr, value, encoding) for inner, (vr, value) in item.items()]
    return encoding.sequence(tag, [b"".join(elements)] if elements else [])


def _element(tag: int, vr: str, value: bytes | Elements, encoding: Encoding) -> bytes:
    if isinstance(value, dict):
        return _sequence(tag, value, encoding)
    if vr in _NUMBERS:
        order = "<" if encoding.little else ">"
        value = b"".join(struct.pack(order + _NUMBERS[vr], int(part)) for part in value.split())
    return encoding.element(tag, vr, pad(value, vr))
