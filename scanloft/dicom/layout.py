"""Finding the data set of an object that may be hostile: head, transfer syntax, structure.

Source: PS3.10 7 (files), PS3.5 A (transfer syntaxes).
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from scanloft.core.errors import MalformedDicom, NotAnInstance, NotDicom, Oversized
from scanloft.dicom.dictionary import vr_of
from scanloft.dicom.structure import (
    Pixels,
    Tally,
    element_at,
    find_pixels,
    has_known_vr,
    is_explicit,
    refuse_truncated,
)
from scanloft.dicom.syntaxes import (
    DEFLATED,
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    check_syntax,
)

DICOMDIR = "1.2.840.10008.1.3.10"
MAX_INFLATED_BYTES = 256 * 2**20
# Small objects deflate well: the ratio only counts beyond what is free.
MAX_RATIO, RATIO_FREE_BYTES = 40, 2**20


@dataclass(frozen=True, slots=True)
class Layout:
    """A checked object: `body[start:end]` is the data set, inflated if it was deflated."""

    body: bytes
    start: int
    end: int
    meta: bytes
    meta_values: Mapping[int, bytes]
    transfer_syntax_uid: str
    implicit: bool
    little: bool
    pixels: Pixels | None
    tally: Tally

    def header(self) -> bytes:
        """Return the data set up to its pixel data."""
        return self.body[self.start : self.end if self.pixels is None else self.pixels.offset]


def lay_out(data: bytes, *, whole: bool = False) -> Layout:
    """Find the data set and its encoding, inflate it within limits and walk its structure.

    `whole` walks also the sequences that are only parsed when they are entered.

    Raises NotDicom, NotAnInstance, MalformedDicom, Oversized.
    """
    meta_start = _find_meta(data)
    meta_end, values = _read_meta(data, meta_start)
    uid = values.get(0x00020010, b"").rstrip(b"\0 ").decode("latin-1")
    body, start = data, meta_end
    if uid == DEFLATED:
        body, start = _inflate(memoryview(data)[meta_end:]), 0
    media_class = values.get(0x00020002, b"").rstrip(b"\0 ")
    if media_class == DICOMDIR.encode() or body[start : start + 2] in (b"\x04\0", b"\0\x04"):
        raise NotAnInstance(
            "This is a DICOMDIR, the index of a disc or other medium: the objects that it lists "
            "are archived by themselves, and this item can be deleted."
        )
    uid, implicit = _settle_syntax(uid, body, start)
    little = uid != EXPLICIT_BIG
    tally = Tally()
    pixels = find_pixels(
        body, start, implicit=implicit, little=little, tally=tally, whole=whole
    )  # fmt: skip
    end = len(body) if pixels is None else pixels.end
    return Layout(
        body, start, end, data[meta_start:meta_end], values, uid, implicit, little, pixels, tally
    )  # fmt: skip


def looks_like_dicom(start: bytes) -> bool:
    """Whether what begins like this is DICOM, with or without a head, whole or damaged."""
    try:
        _find_meta(start)
    except NotDicom:
        return False
    except MalformedDicom:
        return True
    return True


def _find_meta(data: bytes) -> int:
    if data[128:132] == b"DICM":
        return 132
    group, element = struct.unpack_from("<HH", data) if len(data) >= 8 else (0, 0)
    if (element, group) == (0x0800, 0x0800) or data[:2] == b"\0\x08":
        raise MalformedDicom("This is big endian without a Part 10 header: store it with one.")
    known = vr_of(group << 16 | element) is not None or element == 0
    vr_or_length = has_known_vr(data, 0) or (
        len(data) > 8 and int.from_bytes(data[4:8], "little") <= min(len(data) - 8, 1024)
    )
    if group in (2, 8) and known and vr_or_length:
        return 0
    if _count_explicit(data) >= 3:
        raise MalformedDicom("The data set starts with an unknown element: export it again.")
    raise NotDicom(
        "This is not DICOM, as it has neither a Part 10 header nor a data set: "
        "check that it is the right file."
    )


def _count_explicit(data: bytes) -> int:
    # What only resembles DICOM must not pass as some other kind of file, with names inside.
    padded = data.ljust(len(data) + 4)
    position, count = 0, 0
    while count < 3 and has_known_vr(data, position):
        _, _, at, length = element_at(padded, position, implicit=False, order="<")
        position, count = at + length, count + 1
    return count


def _read_meta(data: bytes, start: int) -> tuple[int, dict[int, bytes]]:
    position, values = start, {}
    while data[position : position + 2] == b"\x02\0":
        tag, vr, value_offset, length = element_at(data, position, implicit=False, order="<")
        if vr is None and not data[position + 4 : position + 6].isalpha():
            tag, vr, value_offset, length = element_at(data, position, implicit=True, order="<")
        position = value_offset + length
        if position > len(data):
            refuse_truncated()
        values[tag] = data[value_offset:position]
    return position, values


def _inflate(deflated: memoryview) -> bytes:
    cap = min(MAX_INFLATED_BYTES, RATIO_FREE_BYTES + MAX_RATIO * len(deflated))
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        body = inflater.decompress(deflated, cap + 1)
    except zlib.error:
        raise MalformedDicom("The deflated data set is damaged: send it again.") from None
    if len(body) > cap:
        raise Oversized(
            "The deflated data set inflates beyond the limit: convert it to another transfer "
            "syntax, such as Explicit VR Little Endian.",
            limit_bytes=cap,
        )
    if not inflater.eof:
        refuse_truncated()
    return body


def _settle_syntax(uid: str, body: bytes, start: int) -> tuple[str, bool]:
    explicit = is_explicit(body, start)
    if uid:
        check_syntax(uid)
    if len(body) <= start:
        raise MalformedDicom(
            "The object is truncated, as there is no data set behind its header: send it again."
        )
    if uid in ("", IMPLICIT_LITTLE, EXPLICIT_LITTLE):
        return (EXPLICIT_LITTLE, False) if explicit else (IMPLICIT_LITTLE, True)
    if not explicit:
        raise MalformedDicom(
            "The data set has implicit VR in a transfer syntax of explicit VR: export it again."
        )
    return (EXPLICIT_LITTLE if uid == DEFLATED else uid), False
