import json
import struct
import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import config
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from scanloft.core.errors import ArchiveError, NotDicom
from scanloft.dicom.describe import describe
from scanloft.dicom.json import DEPTH_LIMIT, instance_json
from tests.dicom.test_describe import SHARED, dataset, element, pack

__all__ = ["dataset"]

BASE = "https://archive.example/instances/1.2.826.3/bulkdata"


def _json(data: bytes) -> Any:
    answer = instance_json(data, bulkdata_base=BASE)
    return json.loads(json.dumps(answer, allow_nan=False))


def _with(data: bytes, *elements: bytes) -> bytes:
    """The elements put in before the patient's."""
    at = data.index(b"\x10\x00\x10\x00PN")
    return data[:at] + b"".join(elements) + data[at:]


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]
)
def test_pydicom_reads_the_same_data_set_back(dataset: Dataset, syntax: str) -> None:
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    item.CodeMeaning = "Größe"
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.ReferencedImageSequence = Sequence([item, Dataset()])
    dataset.PatientName = "Wang^XiaoDong=王^小东"
    dataset.PatientWeight = "70.5"
    dataset.ImageType = ["DERIVED", "", "SECONDARY"]
    dataset.FrameIncrementPointer = [0x00181063, 0x00181065]
    dataset.SmallestImagePixelValue = 3
    dataset.TriggerTime = None
    answer = _json(pack(dataset, syntax=syntax))
    read = Dataset.from_json(answer, bulk_data_uri_handler=lambda *_: b"\1\2\3\4\5\6\7\x08")
    del read[0x00083002]
    expected = Dataset({tag: dataset[tag] for tag in dataset.keys()})  # noqa: SIM118 - not a dict
    assert read == expected


def test_elements_are_in_order_and_groups_0000_and_0002_are_not_there(dataset: Dataset) -> None:
    data = _with(pack(dataset), element(0x00080000, b"UL", b"\0\0\0\0"))
    answer = _json(data)
    assert list(answer) == sorted(answer)
    assert not [tag for tag in answer if tag.startswith("0002") or tag.endswith("0000")]
    assert answer["00083002"] == {"vr": "UI", "Value": [ExplicitVRLittleEndian]}


def test_pixel_data_is_addressed_whether_or_not_it_was_read(dataset: Dataset) -> None:
    data = pack(dataset)
    header = data[: describe(data, size_bytes=len(data)).header_length]
    expected = {"vr": "OW", "BulkDataURI": f"{BASE}/7FE00010"}
    assert _json(data)["7FE00010"] == expected
    assert _json(header)["7FE00010"] == expected
    del dataset.PixelData
    del dataset.PixelRepresentation
    assert "7FE00010" not in _json(pack(dataset))


@pytest.mark.parametrize(("bits", "tag", "vr"), [(32, "7FE00008", "OF"), (64, "7FE00009", "OD")])
def test_floating_point_pixels_are_addressed_too(
    dataset: Dataset, bits: int, tag: str, vr: str
) -> None:
    del dataset.PixelData
    del dataset.PixelRepresentation
    dataset.BitsAllocated = bits
    assert _json(pack(dataset))[tag] == {"vr": vr, "BulkDataURI": f"{BASE}/{tag}"}


def test_small_binary_is_inline_and_large_binary_is_addressed(dataset: Dataset) -> None:
    item = Dataset()
    item.add_new(0x00091002, "OB", b"\1" * 1025)
    dataset.add_new(0x00090010, "LO", "SCANLOFT TEST")
    dataset.add_new(0x00091001, "OB", b"\1\2")
    dataset.ReferencedImageSequence = Sequence([Dataset(), item])
    answer = _json(pack(dataset))
    assert answer["00091001"] == {"vr": "OB", "InlineBinary": "AQI="}
    nested = answer["00081140"]["Value"][1]["00091002"]
    assert nested == {"vr": "OB", "BulkDataURI": f"{BASE}/00081140/2/00091002"}


def test_large_text_is_bulk_data(dataset: Dataset) -> None:
    dataset.add_new(0x00081030, "UT", "x" * 65_537)
    uri = f"{BASE}/00081030"
    assert _json(pack(dataset))["00081030"] == {"vr": "UT", "BulkDataURI": uri}


@pytest.mark.parametrize(
    ("vr", "value"),
    [
        (b"DS", b"NaN "), (b"DS", b"Infinity"), (b"DS", b"1e999 "), (b"DS", b"1\\x "),
        (b"DS", b"1_0 "), (b"IS", b"1.5 "), (b"IS", b"9" * 5000), (b"FL", b"\0\0\xc0\x7f"),
        (b"FD", b"\0\0\0\0\0\0\xf0\x7f"), (b"FD", b"\1\2"), (b"US", b"\1"), (b"AT", b"\1\2"),
        (b"CS", b"\xff\xfe"), (b"UI", b"\xff\xfe"), (b"LO", b"\x1b$Zx"), (b"DA", b"\x9f "),
    ],
)  # fmt: skip
def test_bad_element_degrades_to_its_vr_alone(dataset: Dataset, vr: bytes, value: bytes) -> None:
    data = _with(pack(dataset), element(0x00091001, vr, value))
    answer = _json(data)
    assert answer["00091001"] == {"vr": vr.decode()}
    assert answer["00100020"] == {"vr": "LO", "Value": ["SL-ABC"]}


def test_wrong_vr_is_shown_as_written(dataset: Dataset) -> None:
    data = _with(pack(dataset), element(0x00091001, b"US", b"\1\0"))
    assert _json(data)["00091001"] == {"vr": "US", "Value": [1]}


def test_markup_is_text_like_any_other(dataset: Dataset) -> None:
    for text in ("<script>alert(1)</script>", "'; DROP TABLE", "=cmd()", '\u2028\u0001"\\'):
        dataset.SpecificCharacterSet = "ISO_IR 192"
        dataset.add_new(0x00324000, "LT", text)
        assert _json(pack(dataset))["00324000"]["Value"] == [text]


def test_bytes_of_another_character_set_degrade_one_element(dataset: Dataset) -> None:
    data = _with(
        pack(dataset),
        element(0x00080005, b"CS", b"ISO_IR 192"),
        element(0x00081030, b"LO", b"Gr\xf6\xdfe!"),
    )
    answer = _json(data)
    assert answer["00081030"] == {"vr": "LO"}
    assert answer["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}


def _nested(depth: int) -> bytes:
    opened = struct.pack("<HH2sHL", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF)
    opened += struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
    closed = struct.pack("<HHLHHL", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    return opened * depth + closed * depth


@pytest.mark.parametrize("depth", [DEPTH_LIMIT, DEPTH_LIMIT + 1, 100_000])
def test_deep_sequences_are_shown_to_a_depth(dataset: Dataset, depth: int) -> None:
    answer = _json(_with(pack(dataset), _nested(depth)))
    shown = 0
    node = answer
    while "Value" in node.get("00081140", {}):
        node = node["00081140"]["Value"][0]
        shown += 1
    assert shown == min(depth, DEPTH_LIMIT)
    assert answer["00100020"]["Value"] == ["SL-ABC"]


def test_deep_sequences_of_defined_length_are_shown_to_a_depth_too(dataset: Dataset) -> None:
    inner = b""
    for _ in range(500):
        item = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner
        inner = struct.pack("<HH2sHL", 0x0008, 0x1140, b"SQ", 0, len(item)) + item
    answer = _json(_with(pack(dataset), inner))
    assert answer["00100020"]["Value"] == ["SL-ABC"]


@pytest.mark.parametrize("lie", [0, 3, 9, 10_000, 0xFFFFFFF0])
def test_item_that_lies_about_its_length_degrades_its_sequence(dataset: Dataset, lie: int) -> None:
    content = element(0x00081150, b"UI", b"1.2\0")
    item = struct.pack("<HHL", 0xFFFE, 0xE000, lie) + content
    sequence = struct.pack("<HH2sHL", 0x0008, 0x1140, b"SQ", 0, len(item)) + item
    answer = _json(_with(pack(dataset), sequence))
    assert answer["00081140"] == {"vr": "SQ"}
    assert answer["00100020"]["Value"] == ["SL-ABC"]


@pytest.mark.parametrize("is_explicit", [True, False])
def test_sequence_written_as_unknown_is_read(dataset: Dataset, is_explicit: bool) -> None:
    content = element(0x00081150, b"UI", b"1.2\0")
    if not is_explicit:
        content = struct.pack("<HHL", 0x0008, 0x1150, 4) + b"1.2\0"
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(content)) + content
    ending = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    head = struct.pack("<HH2sHL", 0x0008, 0x1140, b"UN", 0, 0xFFFFFFFF)
    answer = _json(_with(pack(dataset), head + item + ending))
    expected = [{"00081150": {"vr": "UI", "Value": ["1.2"]}}]
    assert answer["00081140"] == {"vr": "SQ", "Value": expected}
    assert answer["00100020"]["Value"] == ["SL-ABC"]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_ever_raises(data: st.DataObject) -> None:
    good = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(132, len(good) - 1))
        good[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(good)))
    try:
        _json(bytes(good[:cut]))
        describe(bytes(good[:cut]), size_bytes=cut)
    except ArchiveError:
        pass


def _good() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        item = Dataset()
        item.CodeValue = "121401"
        made = Dataset()
        made.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
        made.SOPClassUID, made.SOPInstanceUID = "1.2.3", "1.2.4"
        made.StudyInstanceUID, made.SeriesInstanceUID = "1.2.5", "1.2.6"
        made.PatientName = "Yamada^Tarou=山田^太郎"
        made.ConceptNameCodeSequence = Sequence([item])
        made.ConceptCodeSequence = Sequence([item])
        made["ConceptNameCodeSequence"].is_undefined_length = True
        made.PatientWeight, made.SeriesNumber, made.Rows = "70.5", 3, 4
    return pack(made)


GOOD = _good()


def test_what_is_not_dicom_is_refused() -> None:
    with pytest.raises(NotDicom):
        instance_json(b"\0" * 1000, bulkdata_base=BASE)


@pytest.fixture
def unvalidated() -> Iterator[None]:
    with config.disable_value_validation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the shared test data is not here")
def test_real_files_are_shown_as_pydicom_shows_them(unvalidated: None) -> None:
    compared = 0
    for path in sorted(SHARED.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        try:
            header = data[: describe(data, size_bytes=len(data)).header_length]
            answer = _json(header)
        except ArchiveError:
            continue
        compared += 1
        for tag, entry in _pydicom_json(path).items():
            if answer[tag]["vr"] != "UN" or entry["vr"] == "UN":
                assert _plain(answer[tag]) == _plain(entry), (path, tag)
    assert compared > 700


def _pydicom_json(path: Path) -> dict[str, Any]:
    read = pydicom.dcmread(BytesIO(path.read_bytes()), stop_before_pixels=True)
    shown: dict[str, Any] = {}
    for entry in read:
        try:
            converted = entry.to_json_dict(lambda _: "bulk", bulk_data_threshold=1024)
        except ValueError:  # a value that pydicom cannot show
            continue
        if entry.tag.element and entry.tag != 0x00080005:
            shown[f"{int(entry.tag):08X}"] = converted
    return shown


def _plain(node: Any) -> Any:
    """Without what the two may differ in: bulk data, blanks, and how an empty value is shown."""
    if isinstance(node, dict):
        kept = {k: _plain(v) for k, v in node.items() if k not in ("BulkDataURI", "InlineBinary")}
        shown = {k: v for k, v in kept.items() if v is not None and not k.endswith("0000")}
        return {k: v for k, v in shown.items() if k != "00080005"} or None
    if isinstance(node, list):
        entries = [_plain(entry) for entry in node]
        return entries if any(entry is not None for entry in entries) else None
    return (node.strip(" \0") or None) if isinstance(node, str) else node
