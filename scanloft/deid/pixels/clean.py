"""Blanking regions of an object's pixel data: what the engine calls (PS3.15 E.3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from scanloft.core.errors import PixelReview
from scanloft.deid.pixels.devices import Rectangle
from scanloft.deid.pixels.image import Image, RawLook, read_image
from scanloft.deid.pixels.native import blank_native

_EXTENDED_OFFSETS = (0x7FE00001, 0x7FE00002)


@dataclass(frozen=True, slots=True)
class CleanedPixels:
    """The new value of Pixel Data, its transfer syntax, and the elements that change with it.

    `changes` has new VR and value by tag, or None for what has to go; values are encoded little
    endian, as everything is whose transfer syntax changes. Lossy Image Compression is never
    among them: what was lossy stays marked so.
    """

    transfer_syntax_uid: str
    value: bytes | bytearray | memoryview
    changes: dict[int, tuple[str, bytes] | None] = field(default_factory=dict)


def clean_pixels(
    value: bytes | memoryview,
    *,
    encapsulated: bool,
    transfer_syntax_uid: str,
    look: RawLook,
    little: bool,
    rectangles: Sequence[Rectangle],
    limit_bytes: int,
) -> CleanedPixels:
    """Return pixel data with the rectangles blanked in every frame, all other pixels as before.

    `value` is that of Pixel Data (7FE0,0010); if it is encapsulated, from the item of the offset
    table to the delimiter. `look` returns the encoded value of a top-level element, b"" if it is
    absent. The decoded frames together may have `limit_bytes`. Where no rectangle lies within
    the image, everything is returned as it is.

    Raises MalformedDicom for what is damaged, PixelReview for what cannot be blanked here.
    """
    image = read_image(look, little=little)
    if image.size_bytes > limit_bytes:
        raise PixelReview(
            f"The image has more than {limit_bytes // 2**20} MiB of pixels, too many to blank: a "
            "person has to look at it, or it is left out."
        )
    if not _reaches(rectangles, image):
        return CleanedPixels(transfer_syntax_uid, value)
    if not encapsulated:
        native = blank_native(value, image=image, little=little, rectangles=rectangles)
        return CleanedPixels(transfer_syntax_uid, native)
    from scanloft.deid.pixels.compressed import blank_compressed  # native images need it not

    recoded = blank_compressed(
        value, transfer_syntax_uid=transfer_syntax_uid, image=image, rectangles=rectangles
    )
    offsets = {tag: None for tag in _EXTENDED_OFFSETS if look(tag)}
    return CleanedPixels(recoded.transfer_syntax_uid, recoded.value, {**recoded.changes, **offsets})


def _reaches(rectangles: Sequence[Rectangle], image: Image) -> bool:
    return any(region.x < image.columns and region.y < image.rows for region in rectangles)
