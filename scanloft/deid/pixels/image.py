"""How the frames of an image lie in its pixel data (PS3.3 C.7.6.3, PS3.5 8)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from scanloft.core.errors import MalformedDicom, PixelReview

RawLook = Callable[[int], bytes]
"""Returns the encoded value of a top-level element, b"" where it is absent."""

SAMPLES, PHOTOMETRIC, PLANAR, FRAMES = 0x00280002, 0x00280004, 0x00280006, 0x00280008
ROWS, COLUMNS, ALLOCATED, STORED = 0x00280010, 0x00280011, 0x00280100, 0x00280101
HIGH_BIT, REPRESENTATION = 0x00280102, 0x00280103

_WIDTHS = (1, 8, 16, 32, 64)
_MOST_SAMPLES = 4
# By the start of the photometric interpretation; of others, any number is believed.
_SAMPLES = {"MONOCHROME": 1, "PALETTE": 1, "RGB": 3, "YBR": 3, "HSV": 3, "ARGB": 4, "CMYK": 4}


@dataclass(frozen=True, slots=True)
class Image:
    """The description of an image's pixels, checked to be possible.

    `planar`: each frame has one plane after the other. `bits_allocated` and `bits_stored` count
    per sample.
    """

    rows: int
    columns: int
    frames: int
    samples: int
    planar: bool
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    photometric: str

    @property
    def size_bytes(self) -> int:
        """What all frames need without compression and padding; fuller than 4:2:2 ones do."""
        return (
            self.rows * self.columns * self.samples * self.bits_allocated * self.frames + 7
        ) // 8


def read_image(look: RawLook, *, little: bool) -> Image:
    """Read the description of an image.

    Raises MalformedDicom where it is missing or impossible, PixelReview where it is legal, but
    nothing that can be blanked.
    """

    def number(tag: int) -> int | None:
        raw = look(tag)[:2]
        return int.from_bytes(raw, "little" if little else "big") if len(raw) == 2 else None

    rows, columns, allocated = number(ROWS), number(COLUMNS), number(ALLOCATED)
    if not rows or not columns or not allocated:
        raise MalformedDicom(
            "Rows, Columns or Bits Allocated are missing, so no pixel can be blanked: "
            "export the object again."
        )
    if allocated not in _WIDTHS:
        raise PixelReview(
            f"Regions of pixels with {allocated} bits cannot be blanked: a person has to look at "
            "this object, or it is left out."
        )
    stored = number(STORED) or allocated
    high_bit = number(HIGH_BIT)
    image = Image(
        rows=rows,
        columns=columns,
        frames=_frames(look(FRAMES)),
        samples=number(SAMPLES) or 1,
        planar=number(PLANAR) == 1,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=stored - 1 if high_bit is None else high_bit,
        signed=number(REPRESENTATION) == 1,
        photometric=_photometric(look(PHOTOMETRIC)),
    )
    if not _is_possible(image):
        raise MalformedDicom(
            "Photometric Interpretation, Samples per Pixel, Bits Stored and High Bit do not fit "
            "together: export the object again."
        )
    return image


def _is_possible(image: Image) -> bool:
    expected = [
        samples for start, samples in _SAMPLES.items() if image.photometric.startswith(start)
    ]
    return (
        image.samples in (expected or range(1, _MOST_SAMPLES + 1))
        and image.bits_stored - 1 <= image.high_bit < image.bits_allocated
    )


def _frames(raw: bytes) -> int:
    text = raw.strip(b" \0")
    if not text:
        return 1
    if re.fullmatch(rb"\+?[0-9]{1,10}", text) is None or int(text) == 0:
        raise MalformedDicom("Number of Frames is no number: export the object again.")
    return int(text)


def _photometric(raw: bytes) -> str:
    return raw.strip(b" \0").decode("ascii", "replace").upper()
