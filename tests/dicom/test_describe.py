import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
)

from scanloft.core.errors import ArchiveError, MalformedDicom, NotDicom
from scanloft.dicom.describe import VALUE_LIMIT_BYTES, HeaderIncomplete, describe
from scanloft.dicom.values import codecs_of

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
SYNTAXES = [
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
]


@pytest.fixture
def dataset() -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID = MRImageStorage
    dataset.SOPInstanceUID = "1.2.826.3"
    dataset.StudyInstanceUID = "1.2.826.1"
    dataset.SeriesInstanceUID = "1.2.826.2"
    dataset.StudyDate = "20200229"
    dataset.Modality = "MR"
    dataset.PatientName = "SL-ABC"
    dataset.PatientID = "SL-ABC"
    dataset.SeriesNumber = 7
    dataset.InstanceNumber = None
    dataset.Rows = 2
    dataset.Columns = 2
    dataset.BitsAllocated = 16
    dataset.PixelRepresentation = 0
    dataset.PixelData = b"\1\2\3\4\5\6\7\x08"
    dataset["PixelData"].VR = "OW"
    return dataset


def pack(dataset: Dataset, *, syntax: str = ExplicitVRLittleEndian) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = UID("1.2.826.3")
    meta.TransferSyntaxUID = UID(syntax)
    dataset.file_meta = meta
    dataset.preamble = b"\0" * 128
    target = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(target, dataset, enforce_file_format=False)
    return target.getvalue()


def element(tag: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_index_entry_is_the_same_in_every_encoding(dataset: Dataset, syntax: str) -> None:
    data = pack(dataset, syntax=syntax)
    found = describe(data, size_bytes=len(data))
    assert (found.study_uid, found.series_uid, found.sop_uid) == (
        "1.2.826.1",
        "1.2.826.2",
        "1.2.826.3",
    )
    assert (found.sop_class_uid, found.transfer_syntax_uid) == (MRImageStorage, syntax)
    assert found.attributes == {
        "00080020": ("20200229",),
        "00080060": ("MR",),
        "00100010": ("SL-ABC",),
        "00100020": ("SL-ABC",),
        "00200011": (7,),
        "00280010": (2,),
        "00280011": (2,),
        "00280100": (16,),
    }


def test_header_ends_where_the_pixel_data_element_begins(dataset: Dataset) -> None:
    data = pack(dataset)
    found = describe(data, size_bytes=len(data))
    assert data[found.header_length :][:6] == b"\xe0\x7f\x10\x00OW"
    del dataset.PixelData
    data = pack(dataset)
    assert describe(data, size_bytes=len(data)).header_length == len(data)


def test_beginning_of_the_object_suffices(dataset: Dataset) -> None:
    data = pack(dataset)
    whole = describe(data, size_bytes=len(data))
    assert describe(data[: whole.header_length + 12], size_bytes=len(data)) == whole


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_incomplete_header_says_how_much_to_read(dataset: Dataset, syntax: str) -> None:
    data = pack(dataset, syntax=syntax)
    whole = describe(data, size_bytes=len(data))
    for length in range(132, len(data)):
        read = length
        for _ in range(20):
            try:
                found = describe(data[:read], size_bytes=len(data))
            except HeaderIncomplete as error:
                wanted = error.wanted_bytes
            else:
                break
            assert read < wanted <= len(data)
            read = wanted
        assert found == whole


def test_object_without_pixels_is_incomplete_until_its_last_element(dataset: Dataset) -> None:
    del dataset.PixelData
    data = pack(dataset)
    with pytest.raises(HeaderIncomplete):
        describe(data[:-10], size_bytes=len(data))


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("SeriesNumber", b"x1"), ("SeriesNumber", b"1_0 "), ("Rows", b"\1"), ("StudyDate", b"\xff2")],
)
def test_bad_value_drops_that_attribute_only(dataset: Dataset, keyword: str, value: bytes) -> None:
    good = pack(dataset)
    tag = pydicom.datadict.tag_for_keyword(keyword)
    assert tag is not None
    held = describe(good, size_bytes=len(good)).attributes
    original = pydicom.dcmread(BytesIO(good)).get_item(tag)
    vr = str(original.VR).encode()
    raw = original.value
    assert isinstance(raw, bytes)
    bad = good.replace(element(tag, vr, raw), element(tag, vr, value))
    assert bad != good
    found = describe(bad, size_bytes=len(bad)).attributes
    assert found == {name: kept for name, kept in held.items() if name != f"{tag:08X}"}


def test_value_too_long_for_a_row_is_left_out(dataset: Dataset) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.StudyDescription = "x" * (VALUE_LIMIT_BYTES + 1)
        dataset.SeriesDescription = "y" * VALUE_LIMIT_BYTES
    data = pack(dataset)
    found = describe(data, size_bytes=len(data)).attributes
    assert "00081030" not in found
    assert found["0008103E"] == ("y" * VALUE_LIMIT_BYTES,)


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 100", "Buc^Jérôme"),
        ("ISO_IR 192", "Wang^XiaoDong=王^小东"),
        ("GB18030", "Wang^XiaoDong=王^小东"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
        ("ISO_IR 144", "Люкceмбypг"),
    ],
)
def test_names_are_decoded_by_their_character_set(
    dataset: Dataset, charset: str | list[str], name: str
) -> None:
    dataset.SpecificCharacterSet = charset
    dataset.PatientName = name
    data = pack(dataset)
    assert describe(data, size_bytes=len(data)).attributes["00100010"] == (name,)


def test_unknown_character_set_leaves_ascii_readable(dataset: Dataset) -> None:
    good = pack(dataset)
    at = good.index(b"\x08\x00\x16\x00UI")
    charset = element(0x00080005, b"CS", b"KLINGON ")
    data = good[:at] + charset + good[at:]
    assert describe(data, size_bytes=len(data)).attributes["00100020"] == ("SL-ABC",)
    assert codecs_of(b"ISO IR 192") == ("UTF8",)


def test_deep_nesting_costs_no_recursion(dataset: Dataset) -> None:
    data = pack(dataset)
    at = data.index(b"\x10\x00\x10\x00PN")
    depth = 100_000
    opened = struct.pack("<HH2sHL", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF)
    opened += struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
    closed = struct.pack("<HHLHHL", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    bomb = data[:at] + opened * depth + closed * depth + data[at:]
    assert describe(bomb, size_bytes=len(bomb)).attributes["00100020"] == ("SL-ABC",)


def test_attributes_of_items_are_not_those_of_the_instance(dataset: Dataset) -> None:
    item = Dataset()
    item.PatientID = "OTHER"
    item.Modality = "CT"
    dataset.ReferencedSeriesSequence = Sequence([item])
    dataset["ReferencedSeriesSequence"].is_undefined_length = True
    data = pack(dataset)
    found = describe(data, size_bytes=len(data)).attributes
    assert (found["00100020"], found["00080060"]) == (("SL-ABC",), ("MR",))


def test_missing_or_hostile_uid_is_refused_by_name(dataset: Dataset) -> None:
    for uid in ("", "../../etc/passwd", "1" * 65, "1.2\n.3"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset.SeriesInstanceUID = uid
        data = pack(dataset)
        with pytest.raises(MalformedDicom, match="SeriesInstanceUID") as refusal:
            describe(data, size_bytes=len(data))
        assert "passwd" not in refusal.value.message


def test_truncated_and_foreign_objects_are_refused(dataset: Dataset) -> None:
    data = pack(dataset)
    end = describe(data, size_bytes=len(data)).header_length
    for length in range(140, end):
        try:
            found = describe(data[:length], size_bytes=length)
        except MalformedDicom:
            continue
        # Cut between two elements it is a data set in itself.
        assert found.header_length == length
        assert pydicom.dcmread(BytesIO(data[:length])).StudyInstanceUID == found.study_uid
    with pytest.raises(NotDicom):
        describe(b"%PDF-1.7" * 100, size_bytes=800)


def test_deflated_bomb_is_inflated_no_further_than_a_header(dataset: Dataset) -> None:
    good = pack(dataset, syntax=DeflatedExplicitVRLittleEndian)
    meta = good[: good.index(b"1.2.840.10008.1.2.1.99") + 22]
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = struct.pack("<HH2sHL", 0x0008, 0x0001, b"OB", 0, 0x10000000)
    body = packer.compress(zeros) + packer.compress(bytes(64 * 1024 * 1024)) + packer.flush()
    with pytest.raises(MalformedDicom):
        describe(meta + body, size_bytes=len(meta + body))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared test data is not here")
def test_real_files_are_described_as_pydicom_reads_them() -> None:
    described = 0
    for path in sorted(SHARED.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        try:
            found = describe(data, size_bytes=len(data))
        except ArchiveError:
            continue
        described += 1
        stream = BytesIO(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = pydicom.dcmread(stream, stop_before_pixels=True)
        assert found.study_uid == str(read.StudyInstanceUID).strip()
        if found.transfer_syntax_uid != DeflatedExplicitVRLittleEndian:
            assert found.header_length == stream.tell()
    assert described > 700
