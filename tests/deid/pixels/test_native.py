"""Blanking is compared with numpy's, pixel by pixel, for every layout of native pixels."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from scanloft.core.errors import MalformedDicom, PixelReview
from scanloft.deid.pixels.devices import Rectangle
from scanloft.deid.pixels.image import Image, RawLook, read_image
from scanloft.deid.pixels.native import black, blank_native

GREY = Image(
    rows=6,
    columns=5,
    frames=2,
    samples=1,
    planar=False,
    bits_allocated=8,
    bits_stored=8,
    high_bit=7,
    signed=False,
    photometric="MONOCHROME2",
)
COLOUR = replace(GREY, samples=3, photometric="RGB")

images = st.builds(
    replace,
    st.just(GREY),
    rows=st.integers(1, 9),
    columns=st.integers(1, 9),
    frames=st.integers(1, 3),
    samples=st.integers(1, 4),
    planar=st.booleans(),
    photometric=st.sampled_from(["MONOCHROME1", "MONOCHROME2", "RGB", "YBR_FULL", "PALETTE COLOR"]),
    signed=st.booleans(),
)
rectangles = st.lists(
    st.builds(Rectangle, st.integers(0, 11), st.integers(0, 11), *[st.integers(1, 12)] * 2),
    max_size=3,
)


def noise(length: int) -> bytes:
    return np.random.default_rng(length).integers(1, 256, length, np.uint8).tobytes()


def inside(image: Image, regions: list[Rectangle]) -> NDArray[np.bool_]:
    mask = np.zeros((image.rows, image.columns), bool)
    for region in regions:
        mask[region.y : region.y + region.height, region.x : region.x + region.width] = True
    return mask


@given(images, st.sampled_from([8, 16, 32, 64]), rectangles, st.integers(0, 3))
def test_only_the_rectangles_are_blanked_in_every_frame(
    image: Image, bits: int, regions: list[Rectangle], padding: int
) -> None:
    image = replace(image, bits_allocated=bits, bits_stored=bits, high_bit=bits - 1)
    value = noise(image.size_bytes + padding)
    blanked = blank_native(value, image=image, little=True, rectangles=regions)

    expected = np.frombuffer(value[: image.size_bytes], f"<u{bits // 8}").copy()
    shape = (image.frames, image.samples, image.rows, image.columns)
    if image.planar:
        planes = expected.reshape(shape)
    else:
        planes = expected.reshape((image.frames, image.rows, image.columns, image.samples))
        planes = planes.transpose(0, 3, 1, 2)
    for sample, fill in enumerate(black(image)):
        planes[:, sample, inside(image, regions)] = fill
    assert bytes(blanked) == expected.tobytes() + value[image.size_bytes :]


@given(images, st.sampled_from([16, 32]), rectangles)
def test_big_endian_pixels_are_blanked_alike(
    image: Image, bits: int, regions: list[Rectangle]
) -> None:
    image = replace(image, bits_allocated=bits, bits_stored=bits, high_bit=bits - 1)
    value = noise(image.size_bytes)
    big = np.frombuffer(value, f"<u{bits // 8}").astype(f">u{bits // 8}").tobytes()
    little = bytes(blank_native(value, image=image, little=True, rectangles=regions))
    blanked = bytes(blank_native(big, image=image, little=False, rectangles=regions))
    assert np.array_equal(
        np.frombuffer(little, f"<u{bits // 8}"), np.frombuffer(blanked, f">u{bits // 8}")
    )


@given(images, rectangles)
def test_bytes_that_big_endian_words_swap_are_blanked_too(
    image: Image, regions: list[Rectangle]
) -> None:
    image = replace(image, photometric="RGB")
    value = noise(image.size_bytes)
    if len(value) % 2:
        value += b"\7"
    swapped = np.frombuffer(value, "<u2").astype(">u2").tobytes()
    little = bytes(blank_native(value, image=image, little=True, rectangles=regions))
    blanked = bytes(blank_native(swapped, image=image, little=False, rectangles=regions))
    unswapped = np.frombuffer(blanked, ">u2").astype("<u2").tobytes()
    gone = [index for index, byte in enumerate(little) if byte != value[index]]
    kept = [index for index, byte in enumerate(unswapped) if byte == value[index]]
    assert not set(gone) & set(kept)
    assert all(index ^ 1 in gone or index in gone for index in set(range(len(value))) - set(kept))


@given(images, rectangles)
def test_single_bits_are_blanked_across_bytes(image: Image, regions: list[Rectangle]) -> None:
    image = replace(image, samples=1, bits_allocated=1, bits_stored=1, high_bit=0, signed=False)
    total = image.frames * image.rows * image.columns
    value = noise((total + 7) // 8)
    blanked = blank_native(value, image=image, little=True, rectangles=regions)
    before = np.unpackbits(np.frombuffer(value, np.uint8), bitorder="little")
    frames = before[:total].reshape(image.frames, image.rows, image.columns)
    frames[:, inside(image, regions)] = black(image)[0]
    assert bytes(blanked) == np.packbits(before, bitorder="little").tobytes()


def test_single_bits_of_frames_that_begin_at_bytes_are_found() -> None:
    image = replace(GREY, rows=3, columns=3, frames=4, bits_allocated=1, bits_stored=1, high_bit=0)
    value = b"\xff" * 8  # without gaps it were 6
    blanked = blank_native(value, image=image, little=True, rectangles=[Rectangle(0, 0, 3, 3)])
    assert bytes(blanked) == b"\x00\xfe" * 4


@pytest.mark.parametrize("columns", [4, 5])
@pytest.mark.parametrize("rows", [1, 3])
def test_subsampled_colour_is_blanked_by_pairs(rows: int, columns: int) -> None:
    image = replace(COLOUR, rows=rows, columns=columns, frames=2, photometric="YBR_FULL_422")
    pairs = (rows * columns + 1) // 2
    value = noise(2 * 4 * pairs)
    region = Rectangle(1, 0, 2, 1)
    blanked = bytes(blank_native(value, image=image, little=True, rectangles=[region]))
    for frame in (0, 4 * pairs):
        assert blanked[frame : frame + 8] == bytes([0, 0, 128, 128] * 2)
        assert blanked[frame + 8 : frame + 4 * pairs] == value[frame + 8 : frame + 4 * pairs]


def test_full_colour_that_is_called_subsampled_is_blanked_as_full_colour() -> None:
    image = replace(COLOUR, photometric="YBR_FULL_422", frames=1)
    value = noise(image.size_bytes)
    blanked = bytes(
        blank_native(value, image=image, little=True, rectangles=[Rectangle(1, 0, 1, 1)])
    )
    assert blanked == value[:3] + bytes([0, 128, 128]) + value[6:]


@pytest.mark.parametrize(
    ("photometric", "signed", "stored", "fill"),
    [
        ("MONOCHROME2", False, 12, [0]),
        ("MONOCHROME2", True, 12, [0]),
        ("MONOCHROME1", False, 12, [0xFFF]),
        ("MONOCHROME1", True, 12, [0]),
        ("PALETTE COLOR", False, 16, [0]),
    ],
)
def test_black_depends_on_what_the_values_mean(
    photometric: str, signed: bool, stored: int, fill: list[int]
) -> None:
    image = replace(
        GREY,
        photometric=photometric,
        signed=signed,
        bits_allocated=16,
        bits_stored=stored,
        high_bit=stored - 1,
    )
    assert black(image) == fill


def test_black_in_colour_has_no_colour() -> None:
    assert black(COLOUR) == [0, 0, 0]
    assert black(replace(COLOUR, photometric="YBR_FULL")) == [0, 128, 128]
    assert black(replace(COLOUR, photometric="YBR_PARTIAL_422")) == [16, 128, 128]


@pytest.mark.parametrize("image", [GREY, COLOUR, replace(COLOUR, planar=True)])
def test_less_pixel_data_than_promised_is_refused(image: Image) -> None:
    with pytest.raises(MalformedDicom, match="less pixel data"):
        blank_native(
            bytes(image.size_bytes - 1),
            image=image,
            little=True,
            rectangles=[Rectangle(0, 0, 1, 1)],
        )


def test_less_single_bits_than_promised_are_refused() -> None:
    image = replace(GREY, bits_allocated=1, bits_stored=1, high_bit=0)
    with pytest.raises(MalformedDicom, match="less pixel data"):
        blank_native(bytes(7), image=image, little=True, rectangles=[Rectangle(0, 0, 1, 1)])


def test_millions_of_short_rows_are_refused() -> None:
    image = replace(GREY, rows=60_000, columns=2, frames=100)
    with pytest.raises(PixelReview, match="too many rows"):
        blank_native(
            bytes(image.size_bytes),
            image=image,
            little=True,
            rectangles=[Rectangle(0, 0, 1, 60_000)],
        )


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"Rows": 0}, MalformedDicom),
        ({"BitsAllocated": 0}, MalformedDicom),
        ({"BitsAllocated": 12}, PixelReview),
        ({"BitsStored": 9}, MalformedDicom),
        ({"HighBit": 8}, MalformedDicom),
        ({"HighBit": 3}, MalformedDicom),
        ({"SamplesPerPixel": 5}, MalformedDicom),
        ({"PhotometricInterpretation": "RGB"}, MalformedDicom),
        ({"SamplesPerPixel": 3, "PhotometricInterpretation": "MONOCHROME2"}, MalformedDicom),
        ({"NumberOfFrames": "many"}, MalformedDicom),
        ({"NumberOfFrames": "0"}, MalformedDicom),
        ({"NumberOfFrames": "-1"}, MalformedDicom),
    ],
)
def test_impossible_images_are_refused(
    values: dict[str, int | str], error: type[Exception], looking: Callable[..., RawLook]
) -> None:
    usual = {"Rows": 2, "Columns": 3, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    assert read_image(looking(**usual), little=True).size_bytes == 6
    with pytest.raises(error):
        read_image(looking(**{**usual, **values}), little=True)


def test_an_image_is_read_in_either_byte_order(looking: Callable[..., RawLook]) -> None:
    values: dict[str, int | str] = {
        "Rows": 2,
        "Columns": 300,
        "BitsAllocated": 16,
        "SamplesPerPixel": 3,
        "PlanarConfiguration": 1,
        "NumberOfFrames": "12 ",
        "PhotometricInterpretation": "rgb ",
    }
    little = read_image(looking(**values), little=True)
    assert little == read_image(looking(order="big", **values), little=False)
    assert (little.frames, little.planar, little.photometric) == (12, True, "RGB")
    assert little.size_bytes == 2 * 300 * 2 * 3 * 12
