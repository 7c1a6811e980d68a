"""The process that decodes, blanks and encodes: run as a program, apart from the archive's own.

Decoders in C++ meet hostile bytes here, without credentials and with bounded memory. Input: a
line of JSON, the Job; then for each frame its precision in bits and its length (`<BL`) and bytes.
Output: READY; for each frame a Status and the length of the new frame (`<BL`) and bytes.
"""

import json
import resource
import struct
import sys
from dataclasses import asdict, dataclass
from enum import IntEnum
from types import ModuleType
from typing import Any, BinaryIO

from scanloft.deid.pixels.devices import Rectangle
from scanloft.deid.pixels.image import Image
from scanloft.deid.pixels.native import blank_native

JPEG_LS_LOSSLESS = "1.2.840.10008.1.2.4.80"
FRAME = struct.Struct("<BL")
READY = b"ready"
_BASE_MEMORY_BYTES = 1 << 30


class Status(IntEnum):
    """What became of a frame."""

    DONE = 0
    NOT_DECODED = 1
    NOT_ENCODED = 2


@dataclass(frozen=True, slots=True)
class Job:
    """One frame's description (`frames` is 1) and what to blank in each."""

    transfer_syntax_uid: str
    image: Image
    rectangles: tuple[Rectangle, ...]

    def dumps(self) -> bytes:
        """Return a line of JSON that `loads` reads."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def loads(cls, line: bytes) -> "Job":
        """Read what `dumps` returned."""
        plain = json.loads(line)
        return cls(
            plain["transfer_syntax_uid"],
            Image(**plain["image"]),
            tuple(Rectangle(**region) for region in plain["rectangles"]),
        )


def main() -> None:
    """Work on frames from standard input until it ends."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    job = Job.loads(source.readline())
    _bound_memory(_BASE_MEMORY_BYTES + 16 * job.image.size_bytes)
    gdcm = _gdcm()
    target.write(READY)
    target.flush()
    while len(head := source.read(FRAME.size)) == FRAME.size:
        precision, length = FRAME.unpack(head)
        status, frame = recode(gdcm, job, source.read(length), precision)
        _answer(target, status, frame)


def recode(gdcm: ModuleType, job: Job, frame: bytes, precision: int) -> tuple[Status, bytes]:
    """Return a frame as JPEG-LS Lossless with the rectangles blanked, proven to be that."""
    image = job.image
    bits = 8 if precision <= 8 else 16
    pixels = _decoded(gdcm, frame, image, job.transfer_syntax_uid, (bits, precision))
    if pixels is None or len(pixels) != image.rows * image.columns * image.samples * bits // 8:
        return Status.NOT_DECODED, b""
    if bits < image.bits_allocated:
        pixels = _widened(pixels)
    if image.signed and 8 < precision == image.bits_stored < 16:
        pixels = _extended(pixels, precision)
    blanked = bytes(blank_native(pixels, image=image, little=True, rectangles=job.rectangles))
    encoded = _encoded(gdcm, blanked, image)
    whole = (image.bits_allocated, image.bits_allocated)
    again = encoded and _decoded(gdcm, encoded, image, JPEG_LS_LOSSLESS, whole)
    if not encoded or again != blanked:
        return Status.NOT_ENCODED, b""
    return Status.DONE, encoded


def _decoded(
    gdcm: Any, frame: bytes, image: Image, syntax: str, bits: tuple[int, int]
) -> bytes | None:
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(frame)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    picture = _picture(gdcm, element, image, syntax, bits)
    return _bytes(picture.GetBuffer())


def _encoded(gdcm: Any, pixels: bytes, image: Image) -> bytes:
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetByteStringValue(pixels)
    whole = (image.bits_allocated, image.bits_allocated)  # what GDCM writes in any case
    picture = _picture(gdcm, element, image, "1.2.840.10008.1.2.1", whole)
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(_syntax(gdcm, JPEG_LS_LOSSLESS))
    picture.thisown = False  # SetInput takes it over; Python would free it a second time
    change.SetInput(picture)
    if not change.Change():
        return b""
    fragments = change.GetOutput().GetDataElement().GetSequenceOfFragments()
    count = fragments.GetNumberOfFragments()
    values = [fragments.GetFragment(index).GetByteValue() for index in range(count)]
    return b"".join(_bytes(value.GetBuffer()) or b"" for value in values)


def _picture(gdcm: Any, element: Any, image: Image, syntax: str, bits: tuple[int, int]) -> Any:
    picture = gdcm.Image()
    picture.SetNumberOfDimensions(2)
    picture.SetDimensions((image.columns, image.rows, 1))
    picture.SetDataElement(element)
    # Colours are never converted: called RGB, the components come out as they are stored.
    photometric = gdcm.PhotometricInterpretation.GetPIType(
        "RGB" if image.samples > 1 else "MONOCHROME2"
    )
    picture.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(photometric))
    if image.samples > 1:
        picture.SetPlanarConfiguration(0)
    picture.SetTransferSyntax(_syntax(gdcm, syntax))
    allocated, stored = bits
    form = gdcm.PixelFormat(image.samples, allocated, stored, stored - 1, int(image.signed))
    picture.SetPixelFormat(form)
    return picture


def _syntax(gdcm: Any, uid: str) -> Any:
    return gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(uid))


def _bytes(text: str | None) -> bytes | None:
    # The binding hands out bytes as text, with what is no UTF-8 escaped.
    return None if text is None else text.encode("utf-8", "surrogateescape")


def _widened(pixels: bytes) -> bytes:
    wide = bytearray(2 * len(pixels))
    wide[::2] = pixels
    return bytes(wide)


def _extended(pixels: bytes, precision: int) -> bytes:
    """Repeat the sign bit of 16-bit samples above `precision`, as readers of 16 bits expect it."""
    sign = 1 << (precision - 9)
    above = 0x100 - sign
    upper = bytes(byte | above if byte & sign else byte & (sign - 1) for byte in range(256))
    extended = bytearray(pixels)
    extended[1::2] = pixels[1::2].translate(upper)
    return bytes(extended)


def _answer(target: BinaryIO, status: Status, frame: bytes) -> None:
    target.write(FRAME.pack(status, len(frame)))
    target.write(frame)
    target.flush()


def _bound_memory(limit_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))


def _gdcm() -> ModuleType:
    import gdcm  # type: ignore[import-untyped]  # has no types

    gdcm.Trace.DebugOff()
    gdcm.Trace.WarningOff()
    gdcm.Trace.ErrorOff()
    return gdcm  # type: ignore[no-any-return]  # has no types


if __name__ == "__main__":
    main()
