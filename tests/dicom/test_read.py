import struct
import warnings
from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from scanloft.core.errors import ArchiveError, MalformedDicom
from scanloft.dicom.read import read_dicom, read_unknown_sequence
from tests.dicom.objects import BODY, EXPLICIT, ITEM, element, image, part10
from tests.support.growth import in_proportion


def test_an_object_is_read_with_its_meta_information() -> None:
    dataset = read_dicom(part10(image(element(0x7FE00010, "OW", bytes(8)))))
    assert dataset.Modality == "CT"
    assert dataset.PixelData == bytes(8)
    assert dataset.file_meta.TransferSyntaxUID == EXPLICIT


def test_a_hundred_thousand_elements_are_read_in_time_in_proportion() -> None:
    def elements(count: int) -> bytes:
        body = b"".join(element(0x00091000 + n % 256, "LO", b"ab") for n in range(count))
        return part10(BODY + body)

    assert in_proportion(read_dicom, elements, 100_000)


def test_every_shared_dicom_file_is_read_as_pydicom_reads_it() -> None:
    folder = Path(__file__).parents[2].parent / "shared" / "data"
    files = sorted(folder.rglob("*.dcm"))
    if not files:
        pytest.skip("the shared test data is not here")
    read = 0
    for path in files:
        data = path.read_bytes()
        try:
            dataset = read_dicom(data)
        except ArchiveError:
            continue
        read += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = pydicom.dcmread(BytesIO(data), force=True)
        last = 0x7FE00010 if "PixelData" in expected else 0xFFFFFFFF
        # Plain numbers: iterating over a data set sorts it, which hides what was read.
        tags = [int(tag) for tag, _ in expected.items()]
        assert [int(tag) for tag, _ in dataset.items()] == [tag for tag in tags if tag <= last]
    assert read > 700


def test_a_sequence_of_vr_un_is_read_as_implicit_little_endian() -> None:
    inner = struct.pack("<HHL", 0x0008, 0x0060, 2) + b"CT"
    value = ITEM + struct.pack("<L", len(inner)) + inner
    assert read_unknown_sequence(value, depth=0)[0].Modality == "CT"
    with pytest.raises(MalformedDicom):
        read_unknown_sequence(value[:-1], depth=0)
