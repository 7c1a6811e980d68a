"""The head of a Part 10 file: what stands before a data set, and who says to have written it."""

import struct
from functools import lru_cache

from scanloft.core.errors import MalformedDicom
from scanloft.core.identifiers import UID_LENGTH_LIMIT

IMPLEMENTATION_CLASS_UID = "2.25.34107112397117100898364847253872433125"
IMPLEMENTATION_VERSION_NAME = "SCANLOFT_1"
_BEGINNING = bytes(128) + b"DICM" + struct.pack("<HH2sH", 2, 0x0000, b"UL", 4)


def file_head(*, sop_class_uid: str, sop_uid: str, transfer_syntax_uid: str) -> bytes:
    """A zeroed preamble, the prefix and file meta information, up to the data set (PS3.10 7.1).

    The UIDs are written unread, but for their length: whether they are good ones is judged by who
    reads them from the data set, where a bad one is kept for review instead of lost.

    Raises:
        MalformedDicom: a UID is absent or longer than 64 characters (PS3.5 9.1).
    """
    before, after = _elements_around(sop_class_uid, transfer_syntax_uid)
    instance = _element(0x0003, b"UI", _uid(sop_uid, attribute="MediaStorageSOPInstanceUID"))
    length = len(before) + len(instance) + len(after)
    return b"".join((_BEGINNING, struct.pack("<L", length), before, instance, after))


@lru_cache(maxsize=256)
def _elements_around(sop_class_uid: str, transfer_syntax_uid: str) -> tuple[bytes, bytes]:
    """What stands before and after the UID of the instance, which alone differs in a series."""
    before = struct.pack("<HH2sHL2s", 2, 0x0001, b"OB", 0, 2, b"\0\1") + _element(
        0x0002, b"UI", _uid(sop_class_uid, attribute="MediaStorageSOPClassUID")
    )
    after = (
        _element(0x0010, b"UI", _uid(transfer_syntax_uid, attribute="TransferSyntaxUID"))
        + _element(0x0012, b"UI", IMPLEMENTATION_CLASS_UID.encode())
        + _element(0x0013, b"SH", IMPLEMENTATION_VERSION_NAME.encode())
    )
    return before, after


def _uid(text: str, *, attribute: str) -> bytes:
    if not 0 < len(text) <= UID_LENGTH_LIMIT:
        raise MalformedDicom(
            f"There is no usable {attribute} (1 to {UID_LENGTH_LIMIT} characters): correct it at "
            "the sender.",
            attribute=attribute,
        )
    return text.encode("ascii", errors="replace")


def _element(number: int, vr: bytes, value: bytes) -> bytes:
    padding = b"\0" if vr == b"UI" else b" "
    padded = value + padding * (len(value) % 2)
    return struct.pack("<HH2sH", 2, number, vr, len(padded)) + padded
