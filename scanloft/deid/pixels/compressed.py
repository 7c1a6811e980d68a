"""Blanking rectangles in compressed pixel data: decoded, blanked, and encoded without loss.

RLE stays RLE Lossless; JPEG, JPEG-LS and JPEG 2000 become JPEG-LS Lossless.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scanloft.core.errors import MalformedDicom, PixelReview
from scanloft.deid.pixels.codec import Codec
from scanloft.deid.pixels.codec_process import JPEG_LS_LOSSLESS, Job
from scanloft.deid.pixels.devices import Rectangle
from scanloft.deid.pixels.fragments import encapsulated, frames_of
from scanloft.deid.pixels.image import PHOTOMETRIC, PLANAR, Image
from scanloft.deid.pixels.native import blank_native
from scanloft.deid.pixels.rle import decode_frame, encode_frame
from scanloft.deid.pixels.stream import Stream, check_stream

FRAME_LIMIT_BYTES = 64 * 2**20
"""Decoding takes some ten times as much memory."""
RLE_LOSSLESS = "1.2.840.10008.1.2.5"
_JPEG = "1.2.840.10008.1.2.4."
DECODED = frozenset(
    _JPEG + suffix for suffix in ("50", "51", "53", "55", "57", "70", "80", "81", "90", "91")
)

Changes = Mapping[int, tuple[str, bytes] | None]
"""New VR and value, encoded little endian and of even length, by tag; None: remove it."""


@dataclass(frozen=True, slots=True)
class Recoded:
    """The new pixel data value, from the offset table to the delimiter, and what goes with it."""

    transfer_syntax_uid: str
    value: bytes
    changes: Changes


def blank_compressed(
    value: bytes | memoryview,
    *,
    transfer_syntax_uid: str,
    image: Image,
    rectangles: Sequence[Rectangle],
) -> Recoded:
    """Return all frames with the rectangles blanked and every other pixel as it is decoded.

    Frames are held decoded one at a time. Raises MalformedDicom for frames that are damaged or
    not of the promised size, PixelReview for what cannot be decoded and encoded here.
    """
    if transfer_syntax_uid == RLE_LOSSLESS:
        frames = frames_of(value, frames=image.frames)
        blanked = [_blank_rle(bytes(frame), image, rectangles) for frame in frames]
        return Recoded(RLE_LOSSLESS, encapsulated(blanked), {})
    if transfer_syntax_uid not in DECODED:
        raise PixelReview(
            "Pixels in this transfer syntax cannot be blanked: convert it to a common one, or "
            "have a person look at this object."
        )
    if image.size_bytes > FRAME_LIMIT_BYTES * image.frames:
        raise PixelReview(
            f"A frame has more than {FRAME_LIMIT_BYTES // 2**20} MiB, too many to blank where it "
            "is compressed: a person has to look at this object, or it is sent without."
        )
    if image.bits_allocated not in (8, 16):
        raise PixelReview(
            "Compressed pixels of this depth cannot be blanked: a person has to look at this "
            "object, or it is left out."
        )
    return _recode(frames_of(value, frames=image.frames), transfer_syntax_uid, image, rectangles)


def _recode(
    frames: list[bytes | memoryview],
    transfer_syntax_uid: str,
    image: Image,
    rectangles: Sequence[Rectangle],
) -> Recoded:
    photometric = _photometric(check_stream(bytes(frames[0]), image), image)
    decoded = replace(image, planar=False, photometric=photometric)
    recoded: list[bytes] = []
    with Codec(Job(transfer_syntax_uid, decoded, tuple(rectangles))) as codec:
        for frame in map(bytes, frames):
            stream = check_stream(frame, image)
            _check_same(stream, image, photometric)
            recoded.append(codec.recode(frame, precision=stream.precision))
    return Recoded(JPEG_LS_LOSSLESS, encapsulated(recoded), _changes(image, photometric))


def _check_same(stream: Stream, image: Image, photometric: str) -> None:
    if _photometric(stream, image) != photometric:
        raise MalformedDicom(
            "The compressed frames differ in their colour space: export the object again."
        )
    if stream.precision < 8 or (image.signed and stream.precision == 8 < image.bits_allocated):
        raise PixelReview(
            "Pixels of this depth are seldom compressed and cannot be blanked: a person has to "
            "look at this object, or it is left out."
        )


def _photometric(stream: Stream, image: Image) -> str:
    """Return what the decoded components are (PS3.5 8.2); markers in the stream overrule."""
    if image.samples != 3:
        return image.photometric
    if stream.multiplied or image.photometric in ("YBR_RCT", "YBR_ICT"):
        return "RGB"
    if image.photometric not in ("RGB", "YBR_FULL", "YBR_FULL_422"):
        return image.photometric
    is_ybr = image.photometric != "RGB" if stream.is_ybr is None else stream.is_ybr
    return "YBR_FULL" if is_ybr else "RGB"


def _changes(image: Image, photometric: str) -> Changes:
    changes: dict[int, tuple[str, bytes] | None] = {}
    if photometric != image.photometric:
        text = photometric.encode("ascii")
        changes[PHOTOMETRIC] = ("CS", text + b" " * (len(text) % 2))
    if image.planar and image.samples > 1:
        changes[PLANAR] = ("US", bytes(2))
    return changes


def _blank_rle(frame: bytes, image: Image, rectangles: Sequence[Rectangle]) -> bytes:
    if image.bits_allocated not in (8, 16, 32):
        raise PixelReview(
            "Compressed pixels of this depth cannot be blanked: a person has to look at this "
            "object, or it is left out."
        )
    width = image.bits_allocated // 8
    pixels = image.rows * image.columns
    planes = decode_frame(frame, pixels=pixels, samples=image.samples, width=width)
    one = replace(image, frames=1, planar=True)
    blanked = blank_native(planes, image=one, little=True, rectangles=rectangles)
    return encode_frame(blanked, columns=image.columns, samples=image.samples, width=width)
