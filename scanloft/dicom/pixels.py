"""Whether the pixel data of an object is all there and what its header promises (PS3.3 C.7.6.3)."""

import re
import struct

from pydicom.dataset import Dataset

from scanloft.core.errors import MalformedDicom
from scanloft.dicom.layout import Layout
from scanloft.dicom.raw import raw_value, text
from scanloft.dicom.syntaxes import NATIVE, is_video


def check_pixels(layout: Layout, header: Dataset) -> None:
    """Compare the size of the pixel data with what rows, columns and frames promise.

    Raises MalformedDicom where there is less; more is padding.
    """
    if layout.pixels is None:
        return
    native = layout.transfer_syntax_uid in NATIVE
    if native != (layout.pixels.fragments is None):
        raise MalformedDicom(
            "The pixel data is not encoded as its transfer syntax says: export the object again."
        )
    frames = _frames(header)
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


def cut_pixels(layout: Layout, header: Dataset) -> list[bytes | memoryview]:
    """Return the pixel data element without what no frame is made of; else byte for byte.

    Bytes behind the last native frame go, and an offset table that cannot be one is emptied
    (PS3.5 A.4). Where the header does not say how much there is, all stays.
    """
    pixels = layout.pixels
    if pixels is None:
        return []
    body, order = memoryview(layout.body), "<L" if layout.little else ">L"
    start, end = pixels.value_offset, pixels.end
    if pixels.fragments is not None:
        (table,) = struct.unpack_from(order, body, start + 4)
        if end - start < 16 or table in (0, 4 * _frames(header)):
            return [body[pixels.offset : end]]
        return [body[pixels.offset : start + 4], bytes(4), body[start + 8 + table : end]]
    length = _native_length(layout, header, held=end - start)
    if length == 0 or end - start <= length + length % 2:
        return [body[pixels.offset : end]]
    head: list[bytes | memoryview] = [body[pixels.offset : start - 4]]
    head.append(struct.pack(order, length + length % 2))
    return [*head, body[start : start + length], bytes(length % 2)]


def _native_length(layout: Layout, header: Dataset, *, held: int) -> int:
    """Return how many of the held bytes are frames; 0 where the header does not say."""
    count, bits = text(header, 0x00280008), _frame_bits(layout, header)
    if count and (re.fullmatch("[0-9]{1,12}", count) is None or int(count) == 0):
        return 0
    frames = _frames(header)
    # Some writers let every frame begin at a byte, or call full colour subsampled.
    lengths = [(frames * bits + 7) // 8, frames * ((bits + 7) // 8)]
    if "422" in text(header, 0x00280004):
        lengths.append(frames * (bits // 2 * 3 + 7) // 8)
    return max(length for length in lengths if length <= held)


def _frames(header: Dataset) -> int:
    count = text(header, 0x00280008)
    return int(count) if re.fullmatch("[0-9]{1,12}", count) else 1


def _frame_bits(layout: Layout, header: Dataset) -> int:
    rows, columns, samples, bits = (
        int.from_bytes(raw_value(header, tag)[:2], "little" if layout.little else "big")
        for tag in (0x00280010, 0x00280011, 0x00280002, 0x00280100)
    )
    if "422" in text(header, 0x00280004):
        samples = 2
    return rows * columns * (samples or 1) * bits
