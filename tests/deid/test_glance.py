"""What is seen of a raw header: structure and harmless values, nothing of the patient."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.deid.glance import ELEMENTS_LIMIT, Glance, glance
from scanloft.dicom.dictionary import tags_of_vr
from scanloft.dicom.elements import SHORT_VRS
from tests.dicom.objects import BIG, DEFLATED, IMPLICIT, element, nested, part10
from tests.support.images import CANARY, image
from tests.support.objects import CLASSES, file_with
from tests.support.wire import Syntax

TEXT_VRS = sorted(SHORT_VRS - {"AT", "FD", "FL", "SL", "SS", "UL", "US"})
PIXELS = element(0x7FE00010, "OW", bytes(8))


def seen(found: Glance) -> dict[str, str | None]:
    return {entry.keyword or entry.tag: entry.value for entry in found.elements}


def test_structure_and_harmless_values_are_seen() -> None:
    found = glance(image(ImageType=["ORIGINAL", "PRIMARY"], SliceThickness="1.5"))
    values = seen(found)
    assert values["Modality"] == "CT"
    assert values["SOPClassUID"] == "1.2.840.10008.5.1.4.1.1.2"
    assert values["ImageType"] == "ORIGINAL\\PRIMARY"
    assert values["SliceThickness"] == "1.5"
    assert (values["Rows"], values["PixelData"]) == ("4", None)
    assert (found.transfer_syntax_uid, found.is_complete) == ("1.2.840.10008.1.2.1", True)
    rows = next(entry for entry in found.elements if entry.keyword == "Rows")
    assert (rows.tag, rows.vr, rows.length) == ("00280010", "US", 2)


@pytest.mark.parametrize(
    "keyword",
    [
        *("PatientName", "PatientID", "StudyDate", "StudyInstanceUID", "SeriesInstanceUID"),
        *("SOPInstanceUID", "StudyDescription", "AccessionNumber", "OperatorsName", "DeviceUID"),
        *("PatientBirthDate", "PatientSex", "PatientComments", "InstitutionName", "PatientAge"),
    ],
)
def test_what_identifies_is_hidden_and_its_presence_is_not(keyword: str) -> None:
    more: dict[str, Any] = {
        "StudyDescription": "HEAD", "AccessionNumber": "4711", "OperatorsName": "ROE^RAY",
        "PatientBirthDate": "19500101", "PatientSex": "F", "PatientComments": "HEAD",
        "InstitutionName": "CLINIC", "PatientAge": "070Y", "DeviceUID": "1.2.3",
    }  # fmt: skip
    values = seen(glance(image(**more)))
    assert keyword in values
    assert values[keyword] is None


@pytest.mark.parametrize("vr", TEXT_VRS)
def test_no_free_text_is_seen_in_whatever_attribute_and_vr_it_is_written(vr: str) -> None:
    tags = [tag for known in SHORT_VRS for tag in tags_of_vr(known) if tag >> 16 >= 8]
    body = b"".join(element(tag, vr, b"Doe of Graz") for tag in sorted(tags)[:ELEMENTS_LIMIT])
    found = glance(part10(body))
    assert len(found.elements) > 1000
    assert {entry.value for entry in found.elements} == {None}


def test_a_code_that_names_the_patient_is_hidden() -> None:
    body = (
        element(0x00080008, "CS", b"ORIGINAL\\XDOEX")
        + element(0x00080060, "CS", b"JANE")
        + element(0x00100010, "PN", b"Doe^Jane")
        + element(0x00100020, "LO", b"4711")
        + element(0x00180015, "CS", b"HEAD")
        + element(0x00200013, "IS", b"4711")
    )
    values = seen(glance(part10(body)))
    assert values["BodyPartExamined"] == "HEAD"
    assert [values[name] for name in ("Modality", "InstanceNumber")] == [None, None]


def test_nothing_private_is_seen_but_that_it_is_there() -> None:
    body = element(0x00090010, "LO", b"ACME 1.0") + element(0x00091001, "US", b"\1\0") + PIXELS
    found = glance(part10(body)).elements
    assert [(entry.tag, entry.keyword, entry.value) for entry in found[:2]] == [
        ("00090010", "", None),
        ("00091001", "", None),
    ]


@pytest.mark.parametrize("syntax", list(Syntax))
@pytest.mark.parametrize("kind", CLASSES)
def test_no_name_is_seen_in_any_kind_of_object(kind: str, syntax: Syntax) -> None:
    found = glance(file_with([], sop_class_uid=CLASSES[kind], syntax=syntax))
    assert len(found.elements) > 5
    for word in ("Testmann", "Ottilie", "0815"):
        assert word not in repr(found)


def test_numbers_are_read_in_the_order_of_their_bytes() -> None:
    body = struct.pack(">HH2sHH", 0x0028, 0x0010, b"US", 2, 512)
    body += struct.pack(">HH2sHHH", 0x0028, 0x0009, b"AT", 4, 0x0018, 0x1063)
    assert seen(glance(part10(body, BIG))) == {"Rows": "512", "FrameIncrementPointer": "00181063"}


def test_a_header_that_is_cut_or_broken_is_seen_up_to_there() -> None:
    data = image()
    for length in (150, 250, 400):
        found = glance(data[:length])
        assert not found.is_complete
    assert seen(found)["Modality"] == "CT"
    assert glance(bytes(128) + b"DICM") == Glance((), "", is_complete=False)
    assert glance(b"") == Glance((), "", is_complete=True)
    many = b"".join(element(0x00080060, "CS", b"CT") for _ in range(ELEMENTS_LIMIT + 1))
    assert (len(glance(part10(many)).elements), glance(part10(many)).is_complete) == (
        ELEMENTS_LIMIT,
        False,
    )
    assert glance(part10(nested(100_000))).is_complete


@given(st.lists(st.tuples(st.integers(132, 400), st.integers(0, 255)), max_size=12))
def test_whatever_is_damaged_no_name_is_seen(damage: list[tuple[int, int]]) -> None:
    data = bytearray(image())
    for place, byte in damage:
        data[place] = byte
    assert CANARY not in repr(glance(bytes(data)))


@given(st.binary(max_size=300))
def test_whatever_is_sent_something_is_seen_or_nothing(data: bytes) -> None:
    for body in (data, part10(data), part10(data, IMPLICIT), part10(data, DEFLATED)):
        assert len(glance(body).elements) <= ELEMENTS_LIMIT
