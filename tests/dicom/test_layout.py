import os
import zlib
from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID

from scanloft.core.errors import MalformedDicom, NotAnInstance, NotDicom, Oversized
from scanloft.dicom.layout import lay_out
from scanloft.dicom.read import read_dicom
from tests.dicom.objects import BIG, BODY, DEFLATED, EXPLICIT, IMPLICIT, element, part10


def test_deflated_objects_are_inflated() -> None:
    deflater = zlib.compressobj(wbits=-15)
    body = deflater.compress(BODY) + deflater.flush()
    assert read_dicom(part10(body, DEFLATED)).Modality == "CT"


@pytest.mark.parametrize("zeros", [2 * 10**7, 3 * 10**8])
def test_a_deflate_bomb_is_refused_before_it_is_parsed(zeros: int) -> None:
    deflater = zlib.compressobj(wbits=-15, level=9)
    chunks = [deflater.compress(BODY)]
    chunks += [deflater.compress(bytes(10**6)) for _ in range(zeros // 10**6)]
    body = b"".join([*chunks, deflater.flush()])
    with pytest.raises(Oversized, match="inflates beyond"):
        read_dicom(part10(body, DEFLATED))


@pytest.mark.parametrize("cut", [1, 10])
def test_a_damaged_deflated_object_is_refused(cut: int) -> None:
    deflater = zlib.compressobj(wbits=-15)
    body = deflater.compress(BODY) + deflater.flush()
    with pytest.raises(MalformedDicom, match="truncated"):
        read_dicom(part10(body[:-cut], DEFLATED))
    with pytest.raises(MalformedDicom, match="damaged"):
        read_dicom(part10(b"\xff" * 50, DEFLATED))


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG])
def test_meta_information_may_be_missing_or_not_name_the_syntax(syntax: str) -> None:
    dataset = Dataset()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    dataset.Modality = "CT"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    target = BytesIO()
    pydicom.dcmwrite(target, dataset, enforce_file_format=False)
    data = target.getvalue()
    body = data[data.rindex(b"\0\x08\0\x16" if syntax == BIG else b"\x08\0\x16\0") :]
    if syntax == BIG:
        with pytest.raises(MalformedDicom, match="Part 10 header"):
            read_dicom(body)
        return
    for variant in (body, bytes(128) + b"DICM" + element(0x00020001, "OB", b"\0\1") + body):
        read = read_dicom(variant)
        assert read.Modality == "CT"
        assert read.file_meta.TransferSyntaxUID == syntax


@pytest.mark.parametrize(
    "syntax",
    ["1.2.840.113619.5.2", "1.2.3", "1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.205", "x"],
)
def test_private_and_referring_syntaxes_are_refused_with_advice(syntax: str) -> None:
    with pytest.raises(MalformedDicom, match="convert it to a standard one"):
        read_dicom(part10(BODY, syntax))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        bytes(200),
        b"%PDF-1.7 " * 30,
        b"\x1f\x8b" + bytes(range(256)),
        b"{" + b'"a": 1,' * 50,
        bytes(128) + b"DICOM"[:3],
    ],
)
def test_other_content_is_not_dicom(data: bytes) -> None:
    with pytest.raises(NotDicom, match="not DICOM"):
        read_dicom(data)


def test_a_dicomdir_is_no_instance_and_needs_not_be_kept() -> None:
    with pytest.raises(NotAnInstance, match=r"DICOMDIR.* can be deleted\.$"):
        read_dicom(part10(element(0x00041130, "CS", b"MEDIA ")))


def test_a_header_with_nothing_behind_it_is_truncated() -> None:
    with pytest.raises(MalformedDicom, match="truncated"):
        read_dicom(part10(b""))


def test_a_class_of_directories_is_a_dicomdir_whatever_follows() -> None:
    media_class = element(0x00020002, "UI", b"1.2.840.10008.1.3.10")
    data = part10(BODY)
    with pytest.raises(NotAnInstance, match="DICOMDIR"):
        lay_out(data[:132] + media_class + data[132:])


def test_what_resembles_dicom_is_not_passed_as_something_else() -> None:
    elements = element(0x00091001, "LO", b"ab") * 3
    with pytest.raises(MalformedDicom, match="unknown element"):
        lay_out(elements)


def test_the_data_set_is_laid_out_to_its_end() -> None:
    layout = lay_out(part10(BODY))
    assert layout.body[layout.start : layout.end] == BODY
    assert (layout.transfer_syntax_uid, layout.implicit, layout.little) == (EXPLICIT, False, True)
    assert layout.pixels is None


@pytest.mark.parametrize(("times", "refused"), [(38, False), (60, True)])
def test_a_deflated_object_may_grow_forty_times_and_a_mebibyte(times: int, refused: bool) -> None:
    noise = os.urandom(200_000)
    size = len(noise) * times + 2**20
    value = noise + bytes(size - len(noise))
    deflater = zlib.compressobj(wbits=-15, level=9)
    body = deflater.compress(BODY + element(0x00091001, "OB", value)) + deflater.flush()
    if refused:
        with pytest.raises(Oversized):
            lay_out(part10(body, DEFLATED))
    else:
        assert lay_out(part10(body, DEFLATED)).end > size
