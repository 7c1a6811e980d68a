"""Whether the pixel data of an object is all there and what its header promises (PS3.3 C.7.6.3)."""

import re
from collections.abc import Callable

from scanloft.core.errors import MalformedDicom
from scanloft.dicom.structure import Pixels
from scanloft.dicom.syntaxes import NATIVE, is_video

Look = Callable[[int], bytes]
"""Gives the raw value of an element at the top level, b"" where it is absent."""

_COUNT = re.compile(rb"[0-9]{1,12}")
SAMPLES, PHOTOMETRIC, FRAMES = 0x00280002, 0x00280004, 0x00280008
ROWS, COLUMNS, BITS_ALLOCATED = 0x00280010, 0x00280011, 0x00280100
PIXEL_ATTRIBUTES = frozenset({SAMPLES, PHOTOMETRIC, FRAMES, ROWS, COLUMNS, BITS_ALLOCATED})


def check_pixels(
    pixels: Pixels | None, look: Look, *, transfer_syntax_uid: str, little: bool = True
) -> None:
    """Compare the size of the pixel data with what rows, columns and frames promise.

    Raises MalformedDicom where there is less; more is padding.
    """
    if pixels is None:
        return
    if (transfer_syntax_uid in NATIVE) != (pixels.fragments is None):
        raise MalformedDicom(
            "The pixel data is not encoded as its transfer syntax says: export the object again."
        )
    frames = frame_count(look)
    if pixels.fragments is not None:
        needed = 1 if is_video(transfer_syntax_uid) else frames
        if pixels.fragments < needed:
            raise MalformedDicom(
                "The object is truncated, as it has fewer fragments of pixel data than frames: "
                "send it again."
            )
        return
    expected = (frames * _frame_bits(look, little=little) + 7) // 8
    if pixels.end - pixels.value_offset < expected:
        raise MalformedDicom(
            "The object is truncated, as it has less pixel data than rows, columns and frames "
            "promise: send it again."
        )


def native_length(look: Look, *, held: int, little: bool) -> int:
    """Return how many of the `held` bytes are frames; 0 where the header does not say."""
    count, bits = look(FRAMES).strip(b" \0"), _frame_bits(look, little=little)
    if count and (_COUNT.fullmatch(count) is None or int(count) == 0):
        return 0
    frames = frame_count(look)
    # Some writers let every frame begin at a byte, or call full colour subsampled.
    lengths = [(frames * bits + 7) // 8, frames * ((bits + 7) // 8)]
    if b"422" in look(PHOTOMETRIC):
        lengths.append(frames * (bits // 2 * 3 + 7) // 8)
    return max((length for length in lengths if length <= held), default=0)


def frame_count(look: Look) -> int:
    """Return Number of Frames; 1 where there is none or it is no number."""
    count = look(FRAMES).strip(b" \0")
    return int(count) if _COUNT.fullmatch(count) else 1


def _frame_bits(look: Look, *, little: bool) -> int:
    order = "little" if little else "big"
    rows, columns, samples, bits = (
        int.from_bytes(look(tag)[:2], order)  # type: ignore[arg-type]  # one of the two names
        for tag in (ROWS, COLUMNS, SAMPLES, BITS_ALLOCATED)
    )
    if b"422" in look(PHOTOMETRIC):
        samples = 2
    return rows * columns * (samples or 1) * bits
