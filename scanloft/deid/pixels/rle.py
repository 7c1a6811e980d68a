"""RLE Lossless frames in and out, without a library (PS3.5 G)."""

import re
import struct
from collections.abc import Iterator
from itertools import pairwise

from scanloft.core.errors import MalformedDicom

_HEADER_BYTES = 64
_MOST_SEGMENTS = 15
_LONGEST = 128
# Runs of two cost as much as they save, so they stay within literals.
_RUN = re.compile(rb"(.)\1{2,127}", re.DOTALL)


def decode_frame(frame: bytes, *, pixels: int, samples: int, width: int) -> bytearray:
    """Return a frame as one plane after the other, samples of `width` bytes, little endian.

    Raises MalformedDicom for a frame that is not one of that size.
    """
    segments = list(_segments(frame))
    if len(segments) != samples * width:
        raise MalformedDicom(
            "An RLE frame has another number of segments than samples and bits make: "
            "export the object again."
        )
    planes = bytearray(pixels * samples * width)
    for index, segment in enumerate(segments):
        sample, byte = divmod(index, width)  # the most significant byte comes first
        start, end = sample * pixels * width, (sample + 1) * pixels * width
        planes[start + width - 1 - byte : end : width] = _unpacked(segment, pixels)
    return planes


def encode_frame(planes: bytes | bytearray, *, columns: int, samples: int, width: int) -> bytes:
    """Return the RLE frame of what `decode_frame` returned; no run crosses a row."""
    size = len(planes) // samples
    segments = [
        _packed(
            bytes(planes[sample * size + width - 1 - byte : (sample + 1) * size : width]), columns
        )
        for sample in range(samples)
        for byte in range(width)
    ]
    offsets, position = [], _HEADER_BYTES
    for segment in segments:
        offsets.append(position)
        position += len(segment)
    offsets += [0] * (_MOST_SEGMENTS - len(offsets))
    return b"".join((struct.pack("<16L", len(segments), *offsets), *segments))


def _segments(frame: bytes) -> Iterator[bytes]:
    count = int.from_bytes(frame[:4], "little")
    if len(frame) < _HEADER_BYTES or not 1 <= count <= _MOST_SEGMENTS:
        raise MalformedDicom("An RLE frame has no header: export the object again.")
    offsets = [*struct.unpack_from(f"<{count}L", frame, 4), len(frame)]
    if offsets != sorted(offsets) or offsets[0] < _HEADER_BYTES:
        raise MalformedDicom("An RLE frame has a damaged header: export the object again.")
    for start, end in pairwise(offsets):
        yield frame[start:end]


def _unpacked(segment: bytes, size: int) -> bytes:
    pieces: list[bytes] = []
    position = held = 0
    while held < size and position + 1 < len(segment):
        control = segment[position]
        if control < 128:
            piece = segment[position + 1 : position + 2 + control]
            position += 2 + control
        elif control > 128:
            piece = segment[position + 1 : position + 2] * (257 - control)
            position += 2
        else:
            position += 1
            continue
        pieces.append(piece)
        held += len(piece)
    if held != size:
        raise MalformedDicom("An RLE frame is cut off or damaged: send the object again.")
    return b"".join(pieces)


def _packed(plane: bytes, columns: int) -> bytes:
    packed = bytearray()
    for start in range(0, len(plane), columns):
        row = plane[start : start + columns]
        done = 0
        for run in _RUN.finditer(row):
            first, last = run.span()
            _append_literals(packed, row[done:first])
            packed.append(257 - (last - first))
            packed.append(row[first])
            done = last
        _append_literals(packed, row[done:])
    if len(packed) % 2:
        packed.append(0)
    return bytes(packed)


def _append_literals(packed: bytearray, literals: bytes) -> None:
    for start in range(0, len(literals), _LONGEST):
        piece = literals[start : start + _LONGEST]
        packed.append(len(piece) - 1)
        packed += piece
