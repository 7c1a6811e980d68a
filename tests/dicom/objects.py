"""DICOM objects made byte by byte, so that they can be wrong in every way."""

import struct

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
JPEG = "1.2.840.10008.1.2.4.50"
UNDEFINED = b"\xff\xff\xff\xff"
ITEM, ITEM_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0" + bytes(4)
SEQUENCE_END = b"\xfe\xff\xdd\xe0" + bytes(4)


def element(tag: int, vr: str, value: bytes) -> bytes:
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    if vr in ("OB", "OW", "SQ", "UN"):
        return head + struct.pack("<HL", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def part10(body: bytes, syntax: str = EXPLICIT) -> bytes:
    uid = syntax.encode() + b"\0" * (len(syntax) % 2)
    return bytes(128) + b"DICM" + element(0x00020010, "UI", uid) + body


BODY = element(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.2\0") + element(0x00080060, "CS", b"CT")


def image(pixels: bytes, *, rows: int = 2, frames: bytes = b"1 ") -> bytes:
    return (
        BODY
        + element(0x00280002, "US", b"\1\0")
        + element(0x00280008, "IS", frames)
        + element(0x00280010, "US", struct.pack("<H", rows))
        + element(0x00280011, "US", b"\2\0")
        + element(0x00280100, "US", b"\x10\0")
        + pixels
    )


def nested(depth: int) -> bytes:
    start = element(0x00081115, "SQ", b"")[:-4] + UNDEFINED + ITEM + UNDEFINED
    return BODY + start * depth + (ITEM_END + SEQUENCE_END) * depth


def nested_with_lengths(depth: int) -> bytes:
    value = b""
    for _ in range(depth):
        value = element(0x00081115, "SQ", ITEM + struct.pack("<L", len(value)) + value)
    return BODY + value


def fragments(*sizes: int, end: bytes = SEQUENCE_END) -> bytes:
    items = b"".join(ITEM + struct.pack("<L", size) + bytes(size) for size in sizes)
    return element(0x7FE00010, "OB", b"")[:-4] + UNDEFINED + items + end
