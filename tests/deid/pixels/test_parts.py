"""What becomes of the pixel data element: bytes of the source, without what is no frame."""

import struct
from collections.abc import Callable, Iterable

import pytest

from scanloft.deid.engine import plan
from scanloft.deid.pixels.parts import Part, pixel_parts
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.source import Span, WholeSource
from scanloft.dicom.structure import Pixels
from tests.support.objects import file_with
from tests.support.two_ways import PSEUDONYMS
from tests.support.wire import Syntax, Wire

PIXEL_DATA = 0x7FE00010
HEAD = b"\xe0\x7f\x10\0OW\0\0"
BEFORE = b"what stands before "


def looking(rows: int, columns: int, *, order: str = "<", **texts: bytes) -> Callable[[int], bytes]:
    values = {
        0x00280002: struct.pack(order + "H", 1),
        0x00280010: struct.pack(order + "H", rows),
        0x00280011: struct.pack(order + "H", columns),
        0x00280100: struct.pack(order + "H", 8),
        0x00280008: texts.get("frames", b""),
        0x00280004: texts.get("photometric", b"MONOCHROME2 "),
    }
    return lambda tag: values.get(tag, b"")


def native(value: bytes, *, head: bytes = HEAD, order: str = "<") -> tuple[bytes, Pixels]:
    body = BEFORE + head + struct.pack(order + "L", len(value)) + value
    start = len(BEFORE) + len(head) + 4
    return body, Pixels(PIXEL_DATA, "OW", len(BEFORE), start, len(body), None)


def joined(parts: Iterable[Part], body: bytes) -> bytes:
    return b"".join(
        body[part.offset : part.offset + part.length] if isinstance(part, Span) else part
        for part in parts
    )


def made(
    body: bytes, pixels: Pixels | None, look: Callable[[int], bytes], *, little: bool = True
) -> list[Part]:
    def read(offset: int, length: int) -> bytes:
        # Only heads of elements and items: what is taken over is never read.
        assert length <= 20
        return body[offset : offset + length]

    return pixel_parts(pixels, look, read, little=little)


def test_an_object_without_pixels_has_no_part_of_them() -> None:
    assert made(b"", None, looking(2, 2)) == []


def test_native_frames_are_taken_over_without_being_read() -> None:
    body, pixels = native(b"1234")
    parts = made(body, pixels, looking(2, 2))
    assert parts == [HEAD + b"\4\0\0\0", Span(pixels.value_offset, 4)]


@pytest.mark.parametrize(
    ("value", "look", "kept"),
    [
        (b"1234Secret", looking(2, 2), b"1234"),
        (b"12345678Secret", looking(2, 2, frames=b"2 "), b"12345678"),
        (b"123\xff", looking(1, 3), b"123\xff"),
        (b"123Secret", looking(1, 3), b"123\0"),
        (b"12345678Secret", looking(2, 4, photometric=b"YBR_FULL_422"), b"12345678Secret"),
        (b"1234Secret", looking(0, 2), b"1234Secret"),
        (b"1234Secret", looking(2, 2, frames=b"2.0 "), b"1234Secret"),
        (b"1234Secret", looking(2, 2, frames=b"0 "), b"1234Secret"),
    ],
)
def test_bytes_behind_the_last_frame_go_where_the_header_says_how_many_there_are(
    value: bytes, look: Callable[[int], bytes], kept: bytes
) -> None:
    body, pixels = native(value)
    assert joined(made(body, pixels, look), body) == HEAD + struct.pack("<L", len(kept)) + kept


def test_lengths_are_written_in_the_byte_order_of_the_object() -> None:
    body, pixels = native(b"1234Secret", order=">")
    parts = made(body, pixels, looking(2, 2, order=">"), little=False)
    assert joined(parts, body) == HEAD + b"\0\0\0\x041234"


def test_reserved_bytes_of_the_head_are_zeroed() -> None:
    body, pixels = native(b"1234", head=HEAD[:6] + b"AB")
    assert joined(made(body, pixels, looking(2, 2)), body) == HEAD + b"\4\0\0\x001234"


def test_a_head_without_a_vr_stays() -> None:
    body, pixels = native(b"1234", head=HEAD[:4])
    assert joined(made(body, pixels, looking(2, 2)), body) == HEAD[:4] + b"\4\0\0\x001234"


def items(*values: bytes) -> bytes:
    pieces = [struct.pack("<HHL", 0xFFFE, 0xE000, len(value)) + value for value in values]
    return b"".join(pieces) + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)


def encapsulated(*values: bytes) -> tuple[bytes, Pixels]:
    head = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff"
    body = BEFORE + head + items(*values)
    start = len(BEFORE) + len(head)
    return body, Pixels(PIXEL_DATA, "OB", len(BEFORE), start, len(body), len(values) - 1)


@pytest.mark.parametrize(
    ("table", "frames", "kept"),
    [
        (b"", b"1 ", b""),
        (bytes(4), b"1 ", bytes(4)),
        (bytes(4), b"", bytes(4)),
        (struct.pack("<2L", 0, 14), b"2 ", struct.pack("<2L", 0, 14)),
        (bytes(8), b"2 ", b""),
        (b"\0\0\0\0Name", b"2 ", b""),
        (b"Secret!!", b"1 ", b""),
        (bytes(4), b"2 ", b""),
    ],
)
def test_an_offset_table_that_cannot_be_one_is_emptied(
    table: bytes, frames: bytes, kept: bytes
) -> None:
    body, pixels = encapsulated(table, b"frame1", b"frame2")
    parts = made(body, pixels, looking(2, 2, frames=frames))
    expected = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff" + items(kept, b"frame1", b"frame2")
    assert joined(parts, body) == expected


@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])
def test_a_plan_takes_pixels_over_as_one_span_of_the_source(syntax: str) -> None:
    pixels = bytes(range(256)) * 4
    numbers = {0x00280010: 32, 0x00280011: 32}
    sizes = [Wire(tag, "US", number.to_bytes(2, "little")) for tag, number in numbers.items()]
    data = file_with([*sizes, Wire(PIXEL_DATA, "OW", pixels + b"Secret")], syntax=syntax)
    found = plan(WholeSource(data), profile=Profile.basic(), pseudonyms=PSEUDONYMS)
    (span,) = (part for part in found.parts if isinstance(part, Span))
    assert data[span.offset :][: span.length] == pixels
    assert joined(found.parts, data).endswith(pixels)
    assert found.size == len(joined(found.parts, data))
