"""Frame headers are believed only where they say what the data set says."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import MalformedDicom, PixelReview
from scanloft.deid.pixels.image import Image
from scanloft.deid.pixels.stream import check_stream

IMAGE = Image(
    rows=48,
    columns=64,
    frames=1,
    samples=3,
    planar=False,
    bits_allocated=8,
    bits_stored=8,
    high_bit=7,
    signed=False,
    photometric="RGB",
)


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def jpeg(
    *extra: bytes,
    rows: int = 48,
    columns: int = 64,
    samples: int = 3,
    bits: int = 8,
    sof: int = 0xC0,
) -> bytes:
    frame = segment(sof, struct.pack(">BHHB", bits, rows, columns, samples) + bytes(3 * samples))
    scan = segment(0xDA, bytes(10)) + b"\1\2\3\xff\xd9"
    return b"".join((b"\xff\xd8", *extra, frame, scan))


def jpeg_2000(
    *,
    rows: int = 48,
    columns: int = 64,
    samples: int = 3,
    tile: int = 64,
    step: int = 1,
    mct: int = 0,
) -> bytes:
    sizes = struct.pack(">H8LH", 0, columns, rows, 0, 0, tile, tile, 0, 0, samples)
    siz = segment(0x51, sizes + bytes((7, 1, 1)) * (samples - 1) + bytes((7, step, step)))
    cod = segment(0x52, struct.pack(">BBHB", 0, 0, 1, mct) + bytes(5))
    return b"\xff\x4f" + siz + cod + b"\xff\x90" + bytes(20) + b"\xff\xd9"


ADOBE = b"Adobe\0\x64\0\0\0\0"


def test_frame_headers_are_read() -> None:
    assert check_stream(jpeg(), IMAGE).precision == 8
    assert check_stream(jpeg(sof=0xF7), IMAGE).is_ybr is None
    assert check_stream(jpeg(segment(0xFE, b"\xff\xc0 comment")), IMAGE).rows == 48
    assert not check_stream(jpeg_2000(), IMAGE).multiplied
    assert check_stream(jpeg_2000(mct=1), IMAGE).multiplied


def test_markers_tell_the_colours_of_lossy_jpeg_only() -> None:
    assert check_stream(jpeg(segment(0xE0, b"JFIF\0" + bytes(9))), IMAGE).is_ybr is True
    assert check_stream(jpeg(segment(0xEE, ADOBE + b"\1")), IMAGE).is_ybr is True
    assert check_stream(jpeg(segment(0xEE, ADOBE + b"\0")), IMAGE).is_ybr is False
    assert check_stream(jpeg(segment(0xEE, ADOBE + b"\1"), sof=0xC3), IMAGE).is_ybr is None


@pytest.mark.parametrize("make", [jpeg, jpeg_2000])
@pytest.mark.parametrize(
    "other", [{"rows": 49}, {"rows": 65_535}, {"rows": 0}, {"columns": 65_000}, {"samples": 4}]
)
def test_other_sizes_than_promised_are_refused(make: object, other: dict[str, int]) -> None:
    assert callable(make)
    with pytest.raises(MalformedDicom):
        check_stream(make(**other), IMAGE)


@pytest.mark.parametrize(
    "frame",
    [
        jpeg(bits=12),
        jpeg(sof=0xC9),
        jpeg(segment(0xC0, struct.pack(">BHHB", 8, 48, 64, 3))),
        jpeg()[:16] + b"\xff\xd9",
        jpeg()[2:],
        jpeg()[:-2],
        jpeg() + bytes(2000),
        jpeg_2000(tile=0),
        jpeg_2000()[:54] + b"\xff\xd9",
        b"\0\0\0\x0cjP  " + jpeg_2000(),
        b"",
    ],
)
def test_damaged_and_foreign_frames_are_refused(frame: bytes) -> None:
    with pytest.raises(MalformedDicom):
        check_stream(frame, IMAGE)


def test_millions_of_tiles_are_refused() -> None:
    wide = replace(IMAGE, rows=60_000, columns=60_000)
    with pytest.raises(MalformedDicom):
        check_stream(jpeg_2000(rows=60_000, columns=60_000, tile=1), wide)


def test_components_of_different_sizes_wait_for_a_person() -> None:
    with pytest.raises(PixelReview):
        check_stream(jpeg_2000(step=2), IMAGE)


@given(st.binary(max_size=80), st.sampled_from([b"\xff\xd8", b"\xff\x4f\xff\x51"]))
def test_noise_is_refused(noise: bytes, start: bytes) -> None:
    with pytest.raises((MalformedDicom, PixelReview)):
        check_stream(start + noise + b"\xff\xd9", IMAGE)
