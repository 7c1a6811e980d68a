"""Small pictures of first frames: right ones of plain pixels, none of others, whatever comes."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.dicom.thumbnail import SIDE, thumbnail
from tests.dicom.objects import BIG, JPEG, element, fragments, part10
from tests.support.images import image


def picture(
    pixels: bytes, *, rows: int = 2, columns: int = 2, samples: int = 1, allocated: int = 8,
    stored: int = 0, signed: int = 0, photometric: bytes = b"MONOCHROME2 ", planes: int = 0,
) -> bytes:  # fmt: skip
    def number(tag: int, value: int) -> bytes:
        return element(tag, "US", struct.pack("<H", value))

    return part10(
        number(0x00280002, samples)
        + element(0x00280004, "CS", photometric)
        + number(0x00280006, planes)
        + number(0x00280010, rows)
        + number(0x00280011, columns)
        + number(0x00280100, allocated)
        + number(0x00280101, stored or allocated)
        + number(0x00280103, signed)
        + element(0x7FE00010, "OW", pixels)
    )


def shades(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and the samples of a PNG, which is checked on the way."""
    png = thumbnail(data)
    assert png is not None
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(png):
        (length,) = struct.unpack(">L", png[at : at + 4])
        name, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack(">L", png[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(name + content)
        chunks[name], at = content, at + 12 + length
    width, height, depth, colour = struct.unpack(">LLBB", chunks[b"IHDR"][:10])
    assert depth == 8
    line = width * (3 if colour == 2 else 1) + 1
    raw = zlib.decompress(chunks[b"IDAT"])
    assert len(raw) == line * height
    return width, height, b"".join(raw[n * line + 1 : (n + 1) * line] for n in range(height))


def test_gray_values_are_stretched_from_the_darkest_to_the_brightest() -> None:
    assert shades(picture(bytes([10, 20, 30, 20]))) == (2, 2, bytes([0, 127, 255, 127]))
    inverted = picture(bytes([10, 20, 30, 20]), photometric=b"MONOCHROME1 ")
    assert shades(inverted)[2] == bytes([255, 128, 0, 128])
    assert shades(picture(bytes(4)))[2] == bytes(4)


def test_only_the_bits_that_are_stored_count() -> None:
    """What else lies in a word may be an overlay with a name."""
    pixels = struct.pack("<4H", 0xF000, 0xF0FF, 0x0000, 0x00FF)
    assert shades(picture(pixels, allocated=16, stored=8))[2] == bytes([0, 255, 0, 255])
    signed = struct.pack("<4h", -2, -1, 0, 1)
    assert shades(picture(signed, allocated=16, signed=1))[2] == bytes([0, 85, 170, 255])


def test_colours_are_kept() -> None:
    pixels = bytes(range(12))
    assert shades(picture(pixels, samples=3, photometric=b"RGB "))[2] == pixels


@pytest.mark.parametrize(("rows", "columns"), [(512, 300), (1, 1000), (130, 130)])
def test_large_frames_become_small(rows: int, columns: int) -> None:
    width, height, _ = shades(picture(bytes(rows * columns), rows=rows, columns=columns))
    assert max(width, height) <= SIDE
    assert min(width, height) >= 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        picture(bytes(3)),
        picture(bytes(4), rows=0),
        picture(bytes(4), rows=65535, columns=65535),
        picture(bytes(8), allocated=12),
        picture(bytes(4), stored=9),
        picture(bytes(12), samples=3, photometric=b"YBR_FULL"),
        picture(bytes(12), samples=3, photometric=b"RGB ", planes=1),
        picture(bytes(4), photometric=b"PALETTE COLOR "),
        part10(element(0x00280010, "US", b"\2\0") + fragments(0, 8), JPEG),
        part10(bytes(40), BIG),
        image()[:400],
    ],
)
def test_of_what_has_no_plain_pixels_there_is_no_picture(data: bytes) -> None:
    assert thumbnail(data) is None


@given(st.lists(st.tuples(st.integers(132, 470), st.integers(0, 255)), max_size=8))
def test_whatever_is_damaged_there_is_a_picture_or_none(damage: list[tuple[int, int]]) -> None:
    data = bytearray(image())
    for place, byte in damage:
        data[place] = byte
    found = thumbnail(bytes(data))
    assert found is None or found.endswith(b"IEND" + struct.pack(">L", zlib.crc32(b"IEND")))
