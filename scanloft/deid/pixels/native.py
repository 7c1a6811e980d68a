"""Blanking rectangles in pixel data that is not compressed (PS3.5 8.1.1, PS3.3 C.7.6.3)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scanloft.core.errors import MalformedDicom, PixelReview
from scanloft.deid.pixels.devices import Rectangle
from scanloft.deid.pixels.image import Image

_MOST_RUNS = 4_000_000  # takes about 4 s

Run = tuple[int, int]
"""Where pixels are blanked: the first and the one after the last, counted over all frames."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of the pixel data that are replaced: `data`, from `offset` on."""

    offset: int
    data: bytes


def blank_native(
    value: bytes | bytearray | memoryview,
    *,
    image: Image,
    little: bool,
    rectangles: Sequence[Rectangle],
) -> bytearray:
    """Return a copy of all frames' pixels with the rectangles blanked in each frame.

    Raises MalformedDicom where there are fewer bytes than the image needs.
    """
    blanked = bytearray(value)
    if image.bits_allocated == 1:
        _blank_bits(blanked, image, rectangles, little=little)
        return blanked
    for span in _spans(len(blanked), image=image, little=little, rectangles=rectangles):
        blanked[span.offset : span.offset + len(span.data)] = span.data
    return blanked


def _spans(
    length: int, *, image: Image, little: bool, rectangles: Sequence[Rectangle]
) -> Iterator[Span]:
    """Yield what to replace in pixel data of `length` bytes.

    In the order of frames, not always of offsets; spans may overlap. Not for single bits.

    Raises MalformedDicom where there are fewer bytes than the image needs, PixelReview for an
    image of millions of very short rows.
    """
    width = image.bits_allocated // 8
    fills = [fill.to_bytes(width, "little" if little else "big") for fill in black(image)]
    swapped = not little and width == 1  # big endian OW holds 8-bit pixels in swapped pairs
    if swapped:
        fills = fills[-1:] * len(fills)  # one value, as nobody knows which byte is which: grey
    regions = _clipped(image, rectangles)
    if _is_subsampled(length, image):
        found = _subsampled(length, image, regions, fills)
    elif image.planar and image.samples > 1:
        found = _planes(length, image, regions, fills)
    else:
        found = _interleaved(length, image, regions, b"".join(fills))
    for span in found:
        yield _whole_words(span, length) if swapped else span


def black(image: Image) -> list[int]:
    """Return the stored value of each sample that shows nothing: black, or 0 if it is signed.

    YBR black is (0, 128, 128), for 8 bits; MONOCHROME1 is black at its highest value.
    """
    if image.photometric.startswith("YBR") and image.samples == 3:
        middle = 1 << (image.bits_stored - 1)
        luminance = middle >> 3 if "PARTIAL" in image.photometric else 0
        return [luminance, middle, middle]
    if image.photometric == "MONOCHROME1" and not image.signed:
        highest = (1 << image.bits_stored) - 1
        return [highest << (image.high_bit + 1 - image.bits_stored)] * image.samples
    return [0] * image.samples


def _interleaved(
    length: int, image: Image, regions: Iterable[Rectangle], fill: bytes
) -> Iterator[Span]:
    _check(length, image.rows * image.columns * image.frames * len(fill))
    for first, last in _runs(image, regions, image.frames):
        yield Span(first * len(fill), fill * (last - first))


def _planes(
    length: int, image: Image, regions: Iterable[Rectangle], fills: list[bytes]
) -> Iterator[Span]:
    size, width = image.rows * image.columns, len(fills[0])
    _check(length, size * image.frames * width * len(fills))
    for first, last in _runs(image, regions, image.frames * len(fills)):
        yield Span(first * width, fills[first // size % len(fills)] * (last - first))


def _subsampled(
    length: int, image: Image, regions: Iterable[Rectangle], fills: list[bytes]
) -> Iterator[Span]:
    """4:2:2 has Y Y Cb Cr for each two pixels of a row (PS3.3 C.7.6.3.1.2)."""
    pair = fills[0] + fills[0] + fills[1] + fills[2]
    size = image.rows * image.columns
    frame_pairs = (size + 1) // 2
    _check(length, frame_pairs * image.frames * len(pair))
    for first, last in _runs(image, regions, image.frames):
        frame = first // size
        start = frame * frame_pairs + (first - frame * size) // 2
        end = frame * frame_pairs + (last - frame * size + 1) // 2
        yield Span(start * len(pair), pair * (end - start))


def _blank_bits(
    blanked: bytearray, image: Image, rectangles: Sequence[Rectangle], *, little: bool
) -> None:
    """Bits are packed from the lowest on, frames without a gap between them (PS3.5 8.1.1)."""
    frame_bits = image.rows * image.columns * image.samples
    _check(len(blanked), (frame_bits * image.frames + 7) // 8)
    aligned_bits = (frame_bits + 7) // 8 * 8
    if (
        _even(len(blanked))
        == _even(aligned_bits * image.frames // 8)
        != _even((frame_bits * image.frames + 7) // 8)
    ):
        step = aligned_bits  # some writers let every frame begin at a byte
    else:
        step = frame_bits
    fill = image.photometric == "MONOCHROME1"
    size = image.rows * image.columns
    for first, last in _runs(image, _clipped(image, rectangles), image.frames * image.samples):
        frame, within = divmod(first, size)
        # One bit per sample has one sample in every standard IOD; more are treated as planes.
        start = frame // image.samples * step + frame % image.samples * size + within
        end = start + last - first
        if not little:  # swapped pairs of bytes, as above
            start, end = start // 16 * 16, min(-(-end // 16) * 16, len(blanked) * 8)
        _fill_bits(blanked, start, end, fill=fill)


def _fill_bits(blanked: bytearray, start: int, end: int, *, fill: bool) -> None:
    first, last = start // 8, (end - 1) // 8
    held = int.from_bytes(blanked[first : last + 1], "little")
    mask = ((1 << (end - start)) - 1) << (start - first * 8)
    held = held | mask if fill else held & ~mask
    blanked[first : last + 1] = held.to_bytes(last + 1 - first, "little")


def _runs(image: Image, regions: Iterable[Rectangle], planes: int) -> Iterator[Run]:
    """Yield runs of pixels over all planes; rows of full width are one run for each plane."""
    size = image.rows * image.columns
    regions = list(regions)
    rows = sum(1 if region.width == image.columns else region.height for region in regions)
    if rows * planes > _MOST_RUNS:
        raise PixelReview(
            "The image has too many rows to blank: a person has to look at it, or it is left out."
        )
    for plane in range(planes):
        for region in regions:
            start = plane * size + region.y * image.columns + region.x
            if region.width == image.columns:
                yield start, start + region.height * image.columns
                continue
            for row_start in range(start, start + region.height * image.columns, image.columns):
                yield row_start, row_start + region.width


def _clipped(image: Image, rectangles: Iterable[Rectangle]) -> list[Rectangle]:
    return [
        Rectangle(
            region.x,
            region.y,
            min(region.width, image.columns - region.x),
            min(region.height, image.rows - region.y),
        )
        for region in rectangles
        if region.x < image.columns and region.y < image.rows
    ]


def _is_subsampled(length: int, image: Image) -> bool:
    # Some writers call full colour subsampled: then there are three samples for each pixel.
    full = image.size_bytes
    return "422" in image.photometric and image.samples == 3 and length < full


def _whole_words(span: Span, length: int) -> Span:
    before, end = span.offset % 2, span.offset + len(span.data)
    after = 1 if end % 2 and end < length else 0
    if not before and not after:
        return span
    return Span(span.offset - before, span.data[:1] * before + span.data + span.data[-1:] * after)


def _check(length: int, needed: int) -> None:
    if length < needed:
        raise MalformedDicom(
            "There is less pixel data than rows, columns and frames promise: send it again."
        )


def _even(length: int) -> int:
    return length + length % 2
