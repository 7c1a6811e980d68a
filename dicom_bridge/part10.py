"""The head of a Part 10 file: what stands before a data set that is kept as it came."""

import struct

from scanloft.core.errors import MalformedDicom
from scanloft.core.identifiers import UID_LENGTH_LIMIT

IMPLEMENTATION_CLASS_UID = "2.25.277805558158721798294834600137485199333"
IMPLEMENTATION_VERSION_NAME = "SCANLOFT_BRIDGE"


def file_head(*, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """Preamble, prefix and file meta information, up to the first byte of the data set.

    The SOP UIDs are those of the C-STORE request, unread: whether they are good UIDs is judged
    when the object is de-identified, where a bad one is kept for review instead of lost.

    Raises:
        MalformedDicom: a UID is absent or longer than 64 characters (PS3.5 9.1).

    Source: PS3.10 7.1
    """
    elements = (
        struct.pack("<HH2sHI2s", 2, 0x0001, b"OB", 0, 2, b"\x00\x01")
        + _element(0x0002, b"UI", _uid(sop_class_uid, attribute="AffectedSOPClassUID"))
        + _element(0x0003, b"UI", _uid(sop_instance_uid, attribute="AffectedSOPInstanceUID"))
        + _element(0x0010, b"UI", _uid(transfer_syntax_uid, attribute="TransferSyntaxUID"))
        + _element(0x0012, b"UI", IMPLEMENTATION_CLASS_UID.encode())
        + _element(0x0013, b"SH", IMPLEMENTATION_VERSION_NAME.encode())
    )
    group_length = struct.pack("<HH2sHI", 2, 0x0000, b"UL", 4, len(elements))
    return bytes(128) + b"DICM" + group_length + elements


def _uid(text: str, *, attribute: str) -> bytes:
    if not 0 < len(text) <= UID_LENGTH_LIMIT:
        raise MalformedDicom(
            f"The C-STORE request has no usable {attribute}: correct it at the sender.",
            attribute=attribute,
        )
    return text.encode("ascii", errors="replace")


def _element(element: int, vr: bytes, value: bytes) -> bytes:
    padding = b"\x00" if vr == b"UI" else b" "
    padded = value + padding * (len(value) % 2)
    return struct.pack("<HH2sH", 2, element, vr, len(padded)) + padded
