"""What a compressed frame says about itself, read before any decoder is trusted with it."""

import struct
from dataclasses import dataclass
from typing import NoReturn

from scanloft.core.errors import MalformedDicom, PixelReview
from scanloft.deid.pixels.image import Image

_SOI, _SOC_SIZ = b"\xff\xd8", b"\xff\x4f\xff\x51"
_LOSSY = frozenset({0xC0, 0xC1, 0xC2})
_FRAMES = frozenset({*_LOSSY, 0xC3, 0xF7})  # lossless JPEG, JPEG-LS
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN, _APP0, _APP14 = 0xDA, 0xE0, 0xEE
_COD, _TILES = 0x52, 0x90
_END = b"\xff\xd9"
_LONGEST_TAIL = 1_024  # padding and what some writers leave behind the end
_MOST_TILES = 65_535


@dataclass(frozen=True, slots=True)
class Stream:
    """The frame header: precision in bits per sample, size in pixels, and the marked colours.

    `is_ybr` is what a JFIF or Adobe marker says, None without one; `multiplied` says that JPEG
    2000 has a multiple component transformation, which decoders undo.
    """

    precision: int
    rows: int
    columns: int
    samples: int
    is_ybr: bool | None = None
    multiplied: bool = False


def check_stream(frame: bytes, image: Image) -> Stream:
    """Return the frame's header if it is the one that the data set promises.

    Raises MalformedDicom if not, if there is none, or if the frame does not end as it has to;
    PixelReview for rare kinds of coding.
    """
    if _END not in frame[-_LONGEST_TAIL:]:
        raise MalformedDicom("A compressed frame is cut off: send the object again.")
    try:
        if frame[:4] == _SOC_SIZ:
            stream = _jpeg_2000(frame)
        elif frame[:2] == _SOI:
            stream = _jpeg(frame)
        else:
            _damaged()
    except (struct.error, IndexError):
        _damaged()
    promised = (image.rows, image.columns, image.samples)
    if (stream.rows, stream.columns, stream.samples) != promised:
        raise MalformedDicom(
            "A compressed frame has other rows, columns or samples than the data set says: "
            "export the object again."
        )
    if not 2 <= stream.precision <= image.bits_allocated:
        raise MalformedDicom(
            "A compressed frame has more bits than Bits Allocated: export the object again."
        )
    return stream


def _jpeg(frame: bytes) -> Stream:
    """Walk the segments up to the first scan (ITU-T T.81 B, T.87 C)."""
    position = 2
    header: tuple[int, int, int, int] | None = None
    is_ybr: bool | None = None
    is_lossy = False
    while True:
        if frame[position] != 0xFF:
            _damaged()
        while frame[position] == 0xFF:
            position += 1
        marker = frame[position]
        position += 1
        if marker in _STANDALONE:
            continue
        (length,) = struct.unpack_from(">H", frame, position)
        segment = frame[position + 2 : position + length]
        if marker in _FRAMES:
            if header is not None:
                _damaged()
            header = struct.unpack_from(">BHHB", segment)
            is_lossy = marker in _LOSSY
        elif marker == _APP0 and segment.startswith(b"JFIF\0"):
            is_ybr = True
        elif marker == _APP14 and segment.startswith(b"Adobe") and len(segment) >= 12:
            is_ybr = segment[11] != 0
        elif marker == _SCAN:
            break
        if length < 2:
            _damaged()
        position += length
    if header is None:
        _damaged()
    precision, rows, columns, samples = header
    # Only lossy JPEG transforms colours by itself; lossless writers mark what they like.
    return Stream(precision, rows, columns, samples, is_ybr=is_ybr if is_lossy else None)


def _jpeg_2000(frame: bytes) -> Stream:
    """Read SIZ, and of COD whether components are transformed (ITU-T T.800 A.5, A.6)."""
    sizes = struct.unpack_from(">8L", frame, 8)
    (samples,) = struct.unpack_from(">H", frame, 40)
    (length,) = struct.unpack_from(">H", frame, 4)
    components = [struct.unpack_from(">BBB", frame, 42 + 3 * index) for index in range(samples)]
    width, height, left, top, tile_width, tile_height, tile_left, tile_top = sizes
    if length != 38 + 3 * samples or not components or not tile_width or not tile_height:
        _damaged()
    if len(set(components)) != 1 or components[0][1:] != (1, 1):
        raise PixelReview(
            "A JPEG 2000 frame has components of different sizes or depths: a person has to look "
            "at this object, or it is left out."
        )
    tiles = -(-(width - tile_left) // tile_width) * -(-(height - tile_top) // tile_height)
    if not 1 <= tiles <= _MOST_TILES:
        _damaged()
    return Stream(
        precision=(components[0][0] & 0x7F) + 1,
        rows=height - top,
        columns=width - left,
        samples=samples,
        multiplied=_is_multiplied(frame, 4 + length),
    )


def _is_multiplied(frame: bytes, position: int) -> bool:
    while frame[position + 1] != _COD:
        if frame[position] != 0xFF or frame[position + 1] == _TILES:
            _damaged()
        (length,) = struct.unpack_from(">H", frame, position + 2)
        position += 2 + length
    return frame[position + 8] != 0


def _damaged() -> NoReturn:
    raise MalformedDicom(
        "A compressed frame is damaged or not of its transfer syntax: export the object again."
    )
