import re
import struct
import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from scanloft.core.errors import MalformedDicom, NotAnInstance, Rejected
from scanloft.core.part10 import IMPLEMENTATION_CLASS_UID
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.results import Deidentified
from scanloft.deid.values.pseudonyms import Pseudonyms
from scanloft.dicom.read import read_dicom

Pack = Callable[..., bytes]
Run = Callable[..., Deidentified]
CANARY = b"CANARY"


def opened(result: Deidentified) -> pydicom.FileDataset:
    return pydicom.dcmread(BytesIO(result.data))


def raw(tag: int, vr: bytes, value: bytes) -> bytes:
    """One explicit VR little endian element."""
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr)
    long = vr in (b"OB", b"OW", b"SQ", b"UN", b"UT", b"UC", b"UR")
    return (
        head
        + (struct.pack("<HL", 0, len(value)) if long else struct.pack("<H", len(value)))
        + value
    )


def sequence(tag: int, element: bytes) -> bytes:
    """A sequence with one item."""
    return raw(tag, b"SQ", struct.pack("<HHL", 0xFFFE, 0xE000, len(element)) + element)


def with_element(data: bytes, element: bytes, before: bytes) -> bytes:
    """Put raw bytes before the element that starts with the given bytes."""
    assert data.count(before) == 1
    return data.replace(before, element + before)


PIXELS = b"\xe0\x7f\x10\x00OB"


def test_the_same_object_gives_the_same_bytes(base: Dataset, pack: Pack, run: Run) -> None:
    data = pack(base)
    assert run(data) == run(data)


def test_another_secret_gives_other_identifiers(base: Dataset, pack: Pack, run: Run) -> None:
    data = pack(base)
    other = deidentify(data, profile=Profile.basic(), pseudonyms=Pseudonyms(b"another" * 5))
    assert other.sop_uid != run(data).sop_uid


def test_the_result_names_what_is_inside(base: Dataset, pack: Pack, run: Run) -> None:
    result = run(pack(base))
    dataset = opened(result)
    assert dataset.StudyInstanceUID == result.study_uid != "1.2.826.1.1"
    assert dataset.SeriesInstanceUID == result.series_uid != "1.2.826.1.2"
    assert dataset.SOPInstanceUID == dataset.file_meta.MediaStorageSOPInstanceUID == result.sop_uid
    assert dataset.SOPClassUID == result.sop_class_uid == dataset.file_meta.MediaStorageSOPClassUID
    assert dataset.file_meta.TransferSyntaxUID == result.transfer_syntax_uid
    assert dataset.SliceThickness == "2.5"
    assert result.data[result.header_length :].startswith(PIXELS)
    assert result.data.endswith(b"\1\2\3\4\5\6\7\x08")


def test_the_header_of_an_object_without_pixels_is_all_of_it(
    base: Dataset, pack: Pack, run: Run
) -> None:
    del base.PixelData
    result = run(pack(base))
    assert result.header_length == len(result.data)


def test_name_and_id_become_the_same_pseudonym(
    base: Dataset, pack: Pack, run: Run, pseudonyms: Pseudonyms
) -> None:
    dataset = opened(run(pack(base)))
    assert dataset.PatientID == pseudonyms.patient_id("LAMANCHA-1605")
    assert str(dataset.PatientName) == dataset.PatientID


def test_a_blank_patient_stays_blank(base: Dataset, pack: Pack, run: Run) -> None:
    base.PatientID = ""
    dataset = opened(run(pack(base)))
    assert dataset.PatientID == ""
    assert str(dataset.PatientName) == ""


def test_an_id_in_another_character_set_is_the_same_patient(
    base: Dataset, pack: Pack, run: Run
) -> None:
    base.PatientID = "Müller-1"
    base.SpecificCharacterSet = "ISO_IR 100"
    latin = opened(run(pack(base)))
    base.SpecificCharacterSet = "ISO_IR 192"
    assert opened(run(pack(base))).PatientID == latin.PatientID


def test_references_between_objects_stay_whole(base: Dataset, pack: Pack, run: Run) -> None:
    image = run(pack(base))
    item = Dataset()
    item.ReferencedSOPClassUID = base.SOPClassUID
    item.ReferencedSOPInstanceUID = base.SOPInstanceUID
    series = Dataset()
    series.SeriesInstanceUID = base.SeriesInstanceUID
    series.ReferencedSOPSequence = Sequence([item])
    base.ReferencedSeriesSequence = Sequence([series])
    base.SOPInstanceUID = "1.2.826.1.4"
    referring = opened(run(pack(base))).ReferencedSeriesSequence[0]
    assert referring.SeriesInstanceUID == image.series_uid
    assert referring.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == image.sop_uid
    assert referring.ReferencedSOPSequence[0].ReferencedSOPClassUID == base.SOPClassUID


def test_the_stamps_say_what_was_done(base: Dataset, pack: Pack, run: Run) -> None:
    base.DeidentificationMethod = "CANARY"
    dataset = opened(run(pack(base), "rtn_dev_id", "rtn_long_full_dates"))
    assert dataset.PatientIdentityRemoved == "YES"
    assert list(dataset.DeidentificationMethod) == [
        "scanloft test v1",
        "PS3.15 Basic Application Level Confidentiality Profile",
    ]
    codes = [item.CodeValue for item in dataset.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113106", "113109"]
    assert {item.CodingSchemeDesignator for item in dataset.DeidentificationMethodCodeSequence} == {
        "DCM"
    }
    assert dataset.LongitudinalTemporalInformationModified == "UNMODIFIED"


@pytest.mark.parametrize(
    ("options", "expected"),
    [((), "REMOVED"), (("rtn_long_modif_dates",), "MODIFIED")],
)
def test_the_stamp_of_dates_follows_the_options(
    base: Dataset, pack: Pack, run: Run, options: tuple[str, ...], expected: str
) -> None:
    dataset = opened(run(pack(base), *options))
    assert dataset.LongitudinalTemporalInformationModified == expected


def test_preamble_and_meta_information_are_made_new(base: Dataset, pack: Pack, run: Run) -> None:
    data = pack(base, preamble=CANARY.ljust(128, b"!"))
    meta = raw(0x00020016, b"AE", b"CANARYAE") + raw(0x00020102, b"OB", CANARY)
    place = data.index(b"\x08\x00\x16\x00UI")
    result = run(data[:place] + meta + data[place:]).data
    assert CANARY not in result
    assert result[:128] == b"\0" * 128
    file_meta = pydicom.dcmread(BytesIO(result)).file_meta
    assert [element.tag.element for element in file_meta] == [0, 1, 2, 3, 0x10, 0x12, 0x13]
    assert file_meta.ImplementationClassUID == IMPLEMENTATION_CLASS_UID


@pytest.mark.parametrize(
    "element",
    [
        raw(0x00090010, b"LO", b"CANARYCREATR") + raw(0x00091001, b"LO", CANARY),
        raw(0x00091001, b"LO", CANARY),
        sequence(0x00291010, raw(0x00281052, b"DS", CANARY)),
        raw(0x00290000, b"UL", b"CANA"),
        raw(0x00184444, b"LO", CANARY),
        raw(0x50000010, b"LO", CANARY),
        raw(0x501E3000, b"OW", CANARY),
        raw(0x60003000, b"OW", CANARY),
        raw(0x60000022, b"LO", CANARY),
        raw(0x00100010, b"UN", CANARY),
        raw(0x00102154, b"UN", CANARY),
        raw(0x00180015, b"PN", CANARY),
        raw(0x00180015, b"AE", CANARY),
        raw(0x00081115, b"LO", CANARY),
        sequence(0x00180015, raw(0x00281052, b"DS", CANARY)),
        raw(0x00140104, b"PN", CANARY),
        raw(0x00141020, b"DA", b"CANARY  "),
        raw(0x00080404, b"DT", CANARY),
        raw(0x00081190, b"UR", CANARY),
        raw(0x00083012, b"UI", CANARY),
        raw(0x00081150, b"UI", CANARY),
        raw(0x00089123, b"LO", CANARY),
        sequence(0x00880200, raw(0x7FE00010, b"OB", CANARY)),
        sequence(0x00081115, raw(0x7FE00010, b"OB", CANARY)),
        sequence(0x4FFE0001, raw(0x00281052, b"DS", CANARY)),
        sequence(0x04000561, raw(0x00281052, b"DS", CANARY)),
        raw(0x00081115, b"UN", b"\xfe\xff\0\xe0\x0e\0\0\0" + b"\x10\0\x10\0\6\0\0\0" + CANARY),
        raw(0x00081115, b"UN", b"CANARY no sequence"),
        raw(0x00041500, b"CS", CANARY),
    ],
)  # fmt: skip
def test_special_places_are_not_forgotten(
    base: Dataset, pack: Pack, run: Run, element: bytes
) -> None:
    del base.PatientName
    data = with_element(pack(base), element, PIXELS)
    result = run(data)
    assert CANARY[:4] not in result.data
    pydicom.dcmread(BytesIO(result.data)).walk(lambda _dataset, _element: None)


@pytest.mark.parametrize(
    "trailer",
    [
        raw(0xFFFCFFFC, b"OB", CANARY),
        raw(0xFFFAFFFA, b"SQ", b""),
        CANARY,
        raw(0x7FE10010, b"LO", CANARY),
    ],
)
def test_nothing_follows_the_pixels(base: Dataset, pack: Pack, run: Run, trailer: bytes) -> None:
    data = pack(base)
    assert run(data + trailer) == run(data)


def test_a_name_in_an_undefined_length_item_three_sequences_deep_goes(
    base: Dataset, pack: Pack, run: Run
) -> None:
    item = Dataset()
    item.PatientName = "Quixote^Alonso=奇士^郎=キシ"
    item.SpecificCharacterSet = "ISO_IR 192"
    for _ in range(3):
        outer = Dataset()
        outer.add(DataElement(0x00081199, "SQ", Sequence([item])))
        outer[0x00081199].is_undefined_length = True
        item.is_undefined_length_sequence_item = True
        item = outer
    base.update(item)
    result = run(pack(base)).data
    assert b"Quixote" not in result
    assert "奇士".encode() not in result


@pytest.mark.parametrize(
    ("scheme", "meaning"),
    [("99LOCAL", "Removed"), ("L", "Removed"), (None, "Removed"), ("SCT", "Heart")],
)
def test_meanings_of_local_codes_go(
    base: Dataset, pack: Pack, run: Run, scheme: str | None, meaning: str
) -> None:
    item = Dataset()
    item.CodeValue = "1"
    if scheme is not None:
        item.CodingSchemeDesignator = scheme
    item.CodeMeaning = "Heart"
    base.AnatomicRegionSequence = Sequence([item])
    assert opened(run(pack(base))).AnatomicRegionSequence[0].CodeMeaning == meaning


def test_the_meaning_of_a_standard_code_that_names_the_patient_goes(
    base: Dataset, pack: Pack, run: Run
) -> None:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = "1", "SCT"
    item.CodeMeaning = "Heart of Alonso"
    base.AnatomicRegionSequence = Sequence([item])
    assert opened(run(pack(base))).AnatomicRegionSequence[0].CodeMeaning == "Removed"


@pytest.mark.parametrize(
    ("tag", "vr"),
    [
        (0x00100033, b"LO"), (0x00100034, b"LO"), (0x00401006, b"SH"), (0x00401007, b"SH"),
        (0x0040A160, b"UT"), (0x4010101A, b"SH"), (0x21000160, b"SH"), (0x00240044, b"LT"),
        (0x0018991A, b"UT"), (0x00440106, b"UT"), (0x00080418, b"LT"), (0x04000520, b"OB"),
        (0x00100035, b"LO"), (0x00280301, b"LT"), (0x04000120, b"OB"),
    ],
)  # fmt: skip
def test_text_that_the_table_does_not_list_goes(
    base: Dataset, pack: Pack, run: Run, tag: int, vr: bytes
) -> None:
    value = CANARY if tag != 0x00280301 else b"NO"
    result = run(with_element(pack(base), raw(tag, vr, value), PIXELS))
    assert tag not in opened(result)
    assert CANARY not in result.data


def test_a_long_code_value_stays(base: Dataset, pack: Pack, run: Run) -> None:
    data = with_element(pack(base), raw(0x00080119, b"UC", b"621566751000087104"), PIXELS)
    assert opened(run(data)).LongCodeValue == "621566751000087104"


@pytest.mark.parametrize(
    ("tag", "vr"),
    [(0x00180015, b"CS"), (0x00181160, b"SH"), (0x00181061, b"OB"), (0x00181061, b"CS")],
)
def test_any_kept_text_that_names_the_patient_is_emptied(
    base: Dataset, pack: Pack, run: Run, tag: int, vr: bytes
) -> None:
    base.PatientName = "Lee^Alonso"
    named, other = (
        run(with_element(pack(base), raw(tag, vr, value), PIXELS)).data
        for value in (b"Lee ", b"LEES")
    )
    assert b"Lee " not in named
    assert b"LEES" in other


@pytest.mark.parametrize("charset", ["ISO_IR 100", "ISO_IR 192"])
def test_a_name_is_found_whatever_its_case_and_character_set(
    base: Dataset, pack: Pack, run: Run, charset: str
) -> None:
    base.SpecificCharacterSet = charset
    base.PatientName = "Müller^Jo"
    base.ContentLabel = "X"
    base.ProtocolName = "AB"
    base.FilterType = "MÜLLER"
    base.TriggerSourceOrType = "Rot MÜLLER"
    base.SequenceName = "MÜLLERIAN"
    dataset = opened(run(pack(base)))
    assert dataset.TriggerSourceOrType == dataset.FilterType == "REMOVED"
    assert dataset.SequenceName == "MÜLLERIAN"


def test_of_an_image_type_only_the_value_that_names_the_patient_goes(
    base: Dataset, pack: Pack, run: Run
) -> None:
    base.ImageType = ["DERIVED", "PRIMARY", "QUIXOTE", "NONE"]
    assert list(opened(run(pack(base))).ImageType) == ["DERIVED", "PRIMARY", "", "NONE"]


def test_a_modality_stays_where_it_is_a_name_as_well(base: Dataset, pack: Pack, run: Run) -> None:
    base.PatientName = "Seg^Rgb"
    base.Modality, base.PhotometricInterpretation = "SEG", "RGB"
    dataset = opened(run(pack(base)))
    assert (dataset.Modality, dataset.PhotometricInterpretation) == ("SEG", "RGB")


def test_bytes_behind_native_pixels_are_cut(base: Dataset, pack: Pack, run: Run) -> None:
    whole = run(pack(base)).data
    base.PixelData = b"\1\2\3\4\5\6\7\x08" + CANARY
    base["PixelData"].VR = "OB"
    assert run(pack(base)).data == whole


def test_native_pixels_of_an_odd_length_keep_one_pad_byte(
    base: Dataset, pack: Pack, run: Run
) -> None:
    base.Rows, base.Columns = 1, 3
    base.PixelData = b"\1\2\3\xff"
    base["PixelData"].VR = "OB"
    assert run(pack(base)).data.endswith(b"\4\0\0\0\1\2\3\xff")
    base.PixelData = b"\1\2\3CANARY\0"
    assert run(pack(base)).data.endswith(b"\4\0\0\0\1\2\3\0")


def test_pixels_stay_where_the_header_does_not_say_how_many_there_are(
    base: Dataset, pack: Pack, run: Run
) -> None:
    data = with_element(pack(base), raw(0x00280008, b"IS", b"2.0 "), b"\x28\0\x10\0")
    data = data.replace(b"\x08\0\0\0\1\2\3", b"\x10\0\0\0\1\2\3") + b"12345678"
    assert run(data).data.endswith(b"12345678")


@pytest.mark.parametrize(("table", "kept"), [(b"", b""), (bytes(4), bytes(4)), (b"CANARY12", b"")])
def test_an_offset_table_that_cannot_be_one_is_emptied(
    base: Dataset, pack: Pack, run: Run, table: bytes, kept: bytes
) -> None:
    del base.PixelData
    item = struct.Struct("<HHL")
    pixels = PIXELS + b"\0\0\xff\xff\xff\xff%b" + item.pack(0xFFFE, 0xE000, 2) + b"JJ"
    pixels += item.pack(0xFFFE, 0xE0DD, 0)
    head, expected = (item.pack(0xFFFE, 0xE000, len(value)) + value for value in (table, kept))
    data = pack(base, syntax="1.2.840.10008.1.2.4.50") + pixels.replace(b"%b", head)
    assert run(data).data.endswith(pixels.replace(b"%b", expected))


def test_free_text_that_names_this_patient_is_emptied(base: Dataset, pack: Pack, run: Run) -> None:
    base.ContentDescription = "for quixote, by hand"
    base.Manufacturer = "Quixotex"
    dataset = opened(run(pack(base)))
    assert dataset.ContentDescription == "REMOVED"
    assert dataset.Manufacturer == "Quixotex"


@pytest.mark.parametrize(
    ("option", "keyword", "value"),
    [
        ("rtn_dev_id", "StationName", "CT01"),
        ("rtn_inst_id", "InstitutionName", "Hospital"),
        ("rtn_pat_chars", "PatientWeight", "81"),
        ("rtn_long_full_dates", "StudyDate", "20200229"),
        ("rtn_long_full_dates", "SecondaryReviewDate", "20200229"),
        ("rtn_long_modif_dates", "StudyTime", "101112"),
        ("rtn_uids", "FrameOfReferenceUID", "1.2.826.9"),
        ("rtn_uids", "VolumeFrameOfReferenceUID", "1.2.826.9"),
    ],
)
def test_an_option_keeps_what_it_is_for_and_nothing_without_it(
    base: Dataset, pack: Pack, run: Run, option: str, keyword: str, value: str
) -> None:
    setattr(base, keyword, value)
    data = pack(base)
    assert str(opened(run(data, option))[keyword].value) == value
    assert str(opened(run(data)).get(keyword, "")) != value


def test_kept_uids_stay_everywhere(base: Dataset, pack: Pack, run: Run) -> None:
    result = run(pack(base), "rtn_uids")
    dataset = opened(result)
    assert dataset.SOPInstanceUID == dataset.file_meta.MediaStorageSOPInstanceUID == "1.2.826.1.3"
    assert (result.study_uid, result.series_uid) == ("1.2.826.1.1", "1.2.826.1.2")


def test_shifted_dates_keep_their_distance_and_other_patients_move_otherwise(
    base: Dataset, pack: Pack, run: Run, pseudonyms: Pseudonyms
) -> None:
    base.StudyDate = "20200301"
    base.SeriesDate = "20200229"
    base.AcquisitionDateTime = "20200229235959.5+0100"
    base.PatientBirthDate = "19500101"
    base.ContentDate = "19870101"
    base.StudyTime = "101112"
    data = pack(base).replace(b"DA\x08\x0019870101", b"DA\x06\x00870101")
    result = run(data, "rtn_long_modif_dates")
    dataset = opened(result)
    assert result.account.counts["dates_shifted"] == 3
    assert -3650 <= pseudonyms.shift_days("LAMANCHA-1605") <= -1
    assert dataset.StudyDate not in ("20200301", "")
    assert dataset.AcquisitionDateTime == dataset.SeriesDate + "235959.5+0100"
    assert dataset.StudyTime == "101112"
    assert dataset.PatientBirthDate == ""
    assert dataset.get("ContentDate", "") in ("", "19000101")
    base.PatientID = "other"
    assert opened(run(pack(base), "rtn_long_modif_dates")).StudyDate != dataset.StudyDate


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian]
)
def test_each_native_syntax_is_kept(base: Dataset, pack: Pack, run: Run, syntax: str) -> None:
    base.PixelRepresentation = 0
    base.SmallestImagePixelValue = 515
    dataset = opened(run(pack(base, syntax=syntax)))
    assert dataset.file_meta.TransferSyntaxUID == syntax
    assert dataset.PixelData == base.PixelData
    assert dataset.SmallestImagePixelValue == 515


def test_a_deflated_object_becomes_explicit_little_endian(
    base: Dataset, pack: Pack, run: Run
) -> None:
    plain = run(pack(base))
    assert run(pack(base, syntax=DeflatedExplicitVRLittleEndian)) == plain


def test_bad_values_of_kept_elements_pass_as_they_are(base: Dataset, pack: Pack, run: Run) -> None:
    bad = (
        raw(0x00180088, b"DS", b"NaN or so ")
        + raw(0x00180089, b"IS", b"1.5e400x")
        + raw(0x00181318, b"DS", b"1\\2\\\xff")
        + raw(0x00181316, b"ZZ", b"odd")
    )
    data = with_element(pack(base), bad, PIXELS)
    result = run(data).data
    assert b"NaN or so " in result
    assert b"1.5e400x" in result
    assert b"1\\2\\\xff" in result
    assert b"\x18\x00\x16\x13DS\x03\x00odd" in result


def test_an_unknown_character_set_is_no_reason_to_refuse(
    base: Dataset, pack: Pack, run: Run
) -> None:
    data = pack(base).replace(
        b"\x08\x00\x16\x00UI", raw(0x00080005, b"CS", b"KLINGON\xff") + b"\x08\x00\x16\x00UI"
    )
    assert b"KLINGON" in run(data).data


@pytest.mark.parametrize(
    "keyword", ["SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"]
)
def test_a_missing_uid_is_named(base: Dataset, pack: Pack, run: Run, keyword: str) -> None:
    delattr(base, keyword)
    with pytest.raises(MalformedDicom, match=f"^{keyword} is missing"):
        run(pack(base))


@pytest.mark.parametrize(
    "uid", [b"../../../etc", b"1.2\n3", b"1.2.3\\1.2.4", b"<script>", b"9" * 66]
)
def test_a_uid_that_is_none_is_refused_and_not_quoted(
    base: Dataset, pack: Pack, run: Run, uid: bytes
) -> None:
    old = raw(0x0020000D, b"UI", b"1.2.826.1.1\0")
    data = pack(base)
    assert old in data
    with pytest.raises(MalformedDicom, match=r"^StudyInstanceUID is not") as caught:
        run(data.replace(old, raw(0x0020000D, b"UI", uid)))
    assert uid.decode() not in str(caught.value)


def test_the_account_counts_every_fate(base: Dataset, pack: Pack, run: Run) -> None:
    base.add(DataElement(0x00091001, "LO", "x"))
    base.PatientComments = "x"
    base.AccessionNumber = "x"
    counts = run(pack(base)).account.to_dict()["counts"]
    assert counts == {
        "kept": 7, "removed": 1, "emptied": 1, "replaced": 2, "cleaned": 0, "uids_replaced": 3,
        "dates_shifted": 0, "private_removed": 1,
    }  # fmt: skip


def test_every_shared_file_gives_an_object_that_reads_or_a_clear_refusal(
    shared_files: list[Path], run: Run
) -> None:
    results = 0
    for path in shared_files:
        data = path.read_bytes()
        try:
            result = run(data, pixel_review=False)
        except Rejected:
            continue
        results += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source, output = pydicom.dcmread(BytesIO(data), force=True), opened(result)
            output.walk(lambda _dataset, _element: None)
        assert output.SOPInstanceUID == result.sop_uid
        assert_no_identifier_survives(source, result, path)
    assert results > 700


def assert_no_identifier_survives(
    source: pydicom.Dataset, result: Deidentified, path: Path
) -> None:
    header = result.data[: result.header_length]
    # A patient called like a dummy, and a Patient ID that is also the Series Number, prove nothing.
    harmless = {"REMOVED", str(source.get("SeriesNumber"))}
    name = source.get("PatientName")
    values = {str(name), str(source.get("PatientID"))} - harmless
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for element in source.iterall():
            if element.VR == "UI" and "Class" not in element.keyword:
                values |= set(str(element.value).strip("[]").replace("'", "").split(", "))
    for value in values:
        if len(value) >= 5 and not value.startswith("1.2.840.10008."):
            encoded = name.original_string if value == str(name) else value.encode()
            word = re.escape(encoded)
            assert not re.search(rb"(?<![0-9A-Za-z.])" + word + rb"(?![0-9A-Za-z.])", header), path


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8))
def test_no_damage_makes_it_fail_otherwise_than_by_refusing(
    base: Dataset, pack: Pack, run: Run, changes: list[tuple[int, int]]
) -> None:
    item = Dataset()
    item.CodeValue = "1"
    base.AnatomicRegionSequence = Sequence([item])
    base.AnatomicRegionSequence[0].is_undefined_length_sequence_item = True
    damaged = bytearray(pack(base))
    for place, value in changes:
        damaged[132 + place % (len(damaged) - 132)] = value
    try:
        result = run(bytes(damaged))
    except Rejected:
        return
    read_dicom(result.data)


def test_a_dicomdir_is_no_instance(base: Dataset, pack: Pack, run: Run) -> None:
    base.SOPClassUID = "1.2.840.10008.1.3.10"
    with pytest.raises(NotAnInstance, match="DICOMDIR"):
        run(pack(base))
