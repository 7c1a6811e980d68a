"""A small picture of the first frame of an image, made without numpy: plain native pixels alone."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from scanloft.core.errors import MalformedDicom
from scanloft.dicom.elements import UNDEFINED, Truncated
from scanloft.dicom.header import walk
from scanloft.dicom.texts import open_raw

SIDE = 128
"""Its longer side has at most so many pixels."""

_ROWS, _COLUMNS, _SAMPLES, _PLANES = 0x00280010, 0x00280011, 0x00280002, 0x00280006
_ALLOCATED, _STORED, _SIGNED, _PHOTOMETRIC = 0x00280100, 0x00280101, 0x00280103, 0x00280004
_PIXELS = 0x7FE00010
_NUMBERS = frozenset({_ROWS, _COLUMNS, _SAMPLES, _PLANES, _ALLOCATED, _STORED, _SIGNED})
_GRAY, _COLOUR = {b"MONOCHROME1": True, b"MONOCHROME2": False}, b"RGB"


@dataclass(frozen=True, slots=True)
class _Frame:
    """The first frame: `data[start:]`, rows of columns of samples, the bytes of one in order."""

    data: bytes
    start: int
    rows: int
    columns: int
    samples: int
    sample_bytes: int
    bits: int
    is_signed: bool
    is_inverted: bool

    def value(self, row: int, column: int, sample: int = 0) -> int:
        """One sample, of which only the bits that are stored count (PS3.5 8.1.1)."""
        place = (row * self.columns + column) * self.samples + sample
        at = self.start + place * self.sample_bytes
        value = int.from_bytes(self.data[at : at + self.sample_bytes], "little")
        value &= (1 << self.bits) - 1
        return value - (1 << self.bits) if self.is_signed and value >> (self.bits - 1) else value


def thumbnail(data: bytes) -> bytes | None:
    """The first frame as a small PNG, gray values stretched; None where it has no plain pixels.

    Whatever the data, it raises nothing.
    """
    try:
        frame = _frame(data)
    except (Truncated, MalformedDicom):
        return None
    if frame is None:
        return None
    step = max(1, -(-max(frame.rows, frame.columns) // SIDE))
    places = [
        [(row, column) for column in range(0, frame.columns, step)]
        for row in range(0, frame.rows, step)
    ]
    if frame.samples == 1:
        shade = _shading(frame, [place for line in places for place in line])
        lines = [bytes(shade(frame.value(*place)) for place in line) for line in places]
    else:
        lines = [
            bytes(frame.value(*place, sample) for place in line for sample in range(3))
            for line in places
        ]
    return _png(lines, width=len(places[0]), is_gray=frame.samples == 1)


def _frame(data: bytes) -> _Frame | None:
    header = open_raw(data)
    numbers: dict[int, int] = {}
    photometric = b""
    for element in walk(header, limit=len(header.data)):
        raw = header.data[element.start : element.start + element.length]
        if element.tag in _NUMBERS and len(raw) == 2:
            numbers[element.tag] = int.from_bytes(raw, "little")
        elif element.tag == _PHOTOMETRIC:
            photometric = raw.strip(b" \0")
        elif element.tag == _PIXELS and element.length != UNDEFINED and header.encoding.is_little:
            return _checked(header.data, element.start, numbers, photometric)
    return None


def _checked(data: bytes, start: int, numbers: dict[int, int], photometric: bytes) -> _Frame | None:
    allocated, samples = numbers.get(_ALLOCATED, 0), numbers.get(_SAMPLES, 1)
    stored = numbers.get(_STORED, allocated)
    is_gray = samples == 1 and photometric in (*_GRAY, b"") and allocated in (8, 16)
    is_colour = (samples, photometric, allocated, stored) == (3, _COLOUR, 8, 8)
    if not (is_gray or (is_colour and numbers.get(_PLANES, 0) == 0)):
        return None
    frame = _Frame(
        data=data,
        start=start,
        rows=numbers.get(_ROWS, 0),
        columns=numbers.get(_COLUMNS, 0),
        samples=samples,
        sample_bytes=allocated // 8,
        bits=stored,
        is_signed=is_gray and numbers.get(_SIGNED, 0) == 1,
        is_inverted=_GRAY.get(photometric, False),
    )
    size = frame.rows * frame.columns * samples * frame.sample_bytes
    return frame if 0 < size <= len(data) - start and 0 < stored <= allocated else None


def _shading(frame: _Frame, places: list[tuple[int, int]]) -> Callable[[int], int]:
    """From values to shades: from the darkest to the brightest of those at the places."""
    values = [frame.value(*place) for place in places]
    low, spread = min(values), max(max(values) - min(values), 1)

    def shade(value: int) -> int:
        bright = (value - low) * 255 // spread
        return 255 - bright if frame.is_inverted else bright

    return shade


def _png(lines: list[bytes], *, width: int, is_gray: bool) -> bytes:
    """A PNG of 8 bits a sample (ISO/IEC 15948), each line unfiltered."""
    head = struct.pack(">LLBBBBB", width, len(lines), 8, 0 if is_gray else 2, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + line for line in lines))
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">L", zlib.crc32(name + content))
    return struct.pack(">L", len(content)) + name + content + checksum
