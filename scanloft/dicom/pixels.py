"""Whether the pixel data of an object is all there and what its header promises (PS3.3 C.7.6.3)."""

import re

from pydicom.dataset import Dataset

from scanloft.core.errors import MalformedDicom
from scanloft.dicom.layout import Layout
from scanloft.dicom.raw import raw_value, text
from scanloft.dicom.syntaxes import NATIVE, is_video


def check_pixels(layout: Layout, header: Dataset) -> None:
    """Compare the size of the pixel data with what rows, columns and frames promise.

    Raises MalformedDicom where there is less; more is padding and harmless.
    """
    if layout.pixels is None:
        return
    native = layout.transfer_syntax_uid in NATIVE
    if native != (layout.pixels.fragments is None):
        raise MalformedDicom(
            "The pixel data is not encoded as its transfer syntax says: export the object again."
        )
    count = text(header, 0x00280008)
    frames = int(count) if re.fullmatch("[0-9]{1,12}", count) else 1
    if layout.pixels.fragments is not None:
        needed = 1 if is_video(layout.transfer_syntax_uid) else frames
        if layout.pixels.fragments < needed:
            raise MalformedDicom(
                "The object is truncated, as it has fewer fragments of pixel data than frames: "
                "send it again."
            )
        return
    expected = (frames * _frame_bits(layout, header) + 7) // 8
    if layout.pixels.end - layout.pixels.value_offset < expected:
        raise MalformedDicom(
            "The object is truncated, as it has less pixel data than rows, columns and frames "
            "promise: send it again."
        )


def _frame_bits(layout: Layout, header: Dataset) -> int:
    rows, columns, samples, bits = (
        int.from_bytes(raw_value(header, tag)[:2], "little" if layout.little else "big")
        for tag in (0x00280010, 0x00280011, 0x00280002, 0x00280100)
    )
    if "422" in text(header, 0x00280004):
        samples = 2
    return rows * columns * (samples or 1) * bits
