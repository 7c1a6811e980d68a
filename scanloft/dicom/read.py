"""Reading whole objects that may be hostile: pydicom parses what has been walked before.

Source: PS3.10 7 (files), PS3.5 7 (elements and sequences).
"""

from functools import partial
from io import BytesIO

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import UID
from pydicom.values import convert_SQ

from scanloft.dicom.elements import UNDEFINED
from scanloft.dicom.layout import Layout, lay_out
from scanloft.dicom.pixels import check_pixels
from scanloft.dicom.raw import raw_value, tolerant_pydicom
from scanloft.dicom.structure import Pixels, Tally, check_items


def read_dicom(data: bytes) -> FileDataset:
    """Read a whole object; element values stay raw until they are asked for.

    Raises NotDicom, NotAnInstance (a DICOMDIR), MalformedDicom (truncated, nested deeper than 64,
    no known syntax) and Oversized (a deflated data set that inflates beyond 256 MiB or 40 times
    its size and 1 MiB).
    """
    with tolerant_pydicom():
        layout = lay_out(data, whole=True)
        header = read_header(layout)
        check_pixels(
            layout.pixels,
            partial(raw_value, header),
            transfer_syntax_uid=layout.transfer_syntax_uid,
            little=layout.little,
        )
        if layout.pixels is not None:
            header[layout.pixels.tag] = _pixel_element(layout, layout.pixels)
        meta = FileMetaDataset(
            read_dataset(BytesIO(layout.meta), is_implicit_VR=False, is_little_endian=True)
        )
        meta.TransferSyntaxUID = UID(layout.transfer_syntax_uid)
        return FileDataset(
            BytesIO(),
            header,
            preamble=b"\0" * 128,
            file_meta=meta,
            is_implicit_VR=layout.implicit,
            is_little_endian=layout.little,
        )


def read_header(layout: Layout) -> Dataset:
    """Parse the data set up to its pixel data; to be called inside `tolerant_pydicom`."""
    end = layout.end if layout.pixels is None else layout.pixels.offset
    return read_dataset(
        BytesIO(layout.body[layout.start : end]),
        is_implicit_VR=layout.implicit,
        is_little_endian=layout.little,
    )


def read_unknown_sequence(value: bytes, *, depth: int, tally: Tally | None = None) -> Sequence:
    """Parse a sequence written as UN: implicit VR little endian (PS3.5 6.2.2).

    Raises MalformedDicom where it is no sequence or lies too deep.
    """
    check_items(value, depth=depth, tally=tally)
    return convert_SQ(value, is_implicit_VR=True, is_little_endian=True)


def _pixel_element(layout: Layout, pixels: Pixels) -> RawDataElement:
    native = pixels.fragments is None
    # The value of encapsulated pixels goes without its sequence delimitation item (8 bytes).
    value = layout.body[pixels.value_offset : pixels.end if native else pixels.end - 8]
    return RawDataElement(
        BaseTag(pixels.tag),
        pixels.vr,
        len(value) if native else UNDEFINED,
        value,
        pixels.value_offset,
        layout.implicit,
        layout.little,
    )
