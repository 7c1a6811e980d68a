"""Writing data elements as bytes in any of the native encodings (PS3.5 7.1)."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from scanloft.dicom.elements import SHORT_VRS

_BINARY_PADDED = frozenset({"UI", "OB", "UN"})


@dataclass(frozen=True, slots=True)
class Encoding:
    """Whether VRs are implicit, and the byte order."""

    implicit: bool
    little: bool

    def element(self, tag: int, vr: str, value: bytes) -> bytes:
        """Return one element, its value verbatim; too long for its VR it is written as UN."""
        order, group, number = "<" if self.little else ">", tag >> 16, tag & 0xFFFF
        if self.implicit:
            return struct.pack(order + "HHL", group, number, len(value)) + value
        if vr in SHORT_VRS and len(value) <= 0xFFFF:
            return struct.pack(order + "HH2sH", group, number, vr.encode(), len(value)) + value
        vr = "UN" if vr in SHORT_VRS else vr
        return struct.pack(order + "HH2sHL", group, number, vr.encode(), 0, len(value)) + value

    def sequence(self, tag: int, items: Iterable[bytes]) -> bytes:
        """Return a sequence of encoded items; all lengths are defined."""
        order = "<HHL" if self.little else ">HHL"
        value = b"".join(
            struct.pack(order, 0xFFFE, 0xE000, len(item)) + item for item in items
        )  # fmt: skip
        return self.element(tag, "SQ", value)


def pad(value: bytes, vr: str) -> bytes:
    """Return a new value with an even length (PS3.5 6.2)."""
    if len(value) % 2 == 0:
        return value
    return value + (b"\0" if vr in _BINARY_PADDED else b" ")
