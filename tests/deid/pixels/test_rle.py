from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import MalformedDicom
from scanloft.deid.pixels.rle import decode_frame, encode_frame

pieces = st.lists(
    st.tuples(st.binary(min_size=1, max_size=9), st.integers(1, 300)), min_size=1, max_size=6
).map(lambda parts: b"".join(part * times for part, times in parts))


@given(pieces, st.integers(1, 7), st.sampled_from([(1, 1), (3, 1), (1, 2), (3, 2), (1, 4), (3, 4)]))
def test_what_is_encoded_decodes_to_the_same(
    plane: bytes, columns: int, form: tuple[int, int]
) -> None:
    samples, width = form
    plane = (plane * columns * width)[: len(plane) // columns * columns * width or columns * width]
    plane = plane.ljust(columns * width, b"\1")
    pixels = len(plane) // width
    frame = encode_frame(plane * samples, columns=columns, samples=samples, width=width)
    assert decode_frame(frame, pixels=pixels, samples=samples, width=width) == plane * samples
    assert len(frame) % 2 == 0


def test_black_rows_shrink() -> None:
    assert len(encode_frame(bytes(640 * 480), columns=640, samples=1, width=1)) == 64 + 480 * 10


GOOD = encode_frame(bytes(range(100)), columns=10, samples=1, width=1)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        GOOD[:63],
        bytes(4) + GOOD[4:],
        b"\x10" + GOOD[1:],
        b"\2" + GOOD[1:],
        GOOD[:4] + b"\x20" + GOOD[5:],
        GOOD[:5] + b"\xff" + GOOD[6:],
        GOOD[:-12],
        GOOD[:-12] + b"\x81\0",
    ],
)
def test_damaged_frames_are_refused(frame: bytes) -> None:
    with pytest.raises(MalformedDicom):
        decode_frame(frame, pixels=100, samples=1, width=1)


def test_bytes_behind_the_last_pixel_are_padding() -> None:
    assert decode_frame(GOOD + b"\0\0", pixels=100, samples=1, width=1) == bytes(range(100))


@given(st.binary(max_size=200))
def test_noise_is_refused_or_read_in_full(noise: bytes) -> None:
    frame = b"\1\0\0\0\x40\0\0\0" + bytes(56) + noise
    with suppress(MalformedDicom):
        assert len(decode_frame(frame, pixels=64, samples=1, width=1)) == 64
