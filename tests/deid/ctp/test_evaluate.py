"""Running scripts: the order of things, what stays without being named, and sequences."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from scanloft.core.errors import CtpQuarantine
from scanloft.deid.ctp.evaluate import CtpOutcome, apply
from scanloft.deid.ctp.hashing import decimal_md5, hash_uid
from scanloft.deid.ctp.script import parse_script

Run = Callable[..., CtpOutcome]


def test_expressions_see_what_arrived_and_not_what_became_of_it(patient: Dataset, run: Run) -> None:
    run(patient, {"00100020": "@value(PatientName)", "00100010": "@value(PatientID)"})
    assert (patient.PatientID, patient.PatientName) == ("Quixote^Alonso^X", "abc")


def test_only_always_and_require_make_elements(patient: Dataset, run: Run) -> None:
    actions = {
        "00100040": "@always()O",
        "00100030": "@require(StudyDate)",
        "00104000": '@require(OtherPatientIDs,"none")',
        "00080080": "@require()",
        "00080081": "Main Street",
        "00081115": "@always()@require()",
        "00081140": "@always()",
        "00081250": "@always()text",
    }
    run(patient, actions)
    assert patient.PatientSex == "O"
    assert patient.PatientBirthDate == "20200301"
    assert patient.PatientComments == "none"
    assert patient["InstitutionName"].value == ""
    assert "InstitutionAddress" not in patient
    assert len(patient.ReferencedSeriesSequence) == 0
    assert "RelatedSeriesSequence" not in patient


def test_a_private_element_is_made_as_long_string(patient: Dataset, run: Run) -> None:
    run(patient, {"00130010": "@always()CTP", "00131010": "@always()Project"})
    assert [patient[0x00131010].VR, patient[0x00131010].value] == ["LO", "Project"]


def test_assigned_is_what_the_script_removed_or_gave_a_value(patient: Dataset, run: Run) -> None:
    actions = {
        "00100010": "@remove()",
        "00100020": "@hash(this)",
        "00080020": "@keep()",
        "00080050": "@if(this,isblank){x}{@keep()}",
        "00081140": "@process()",
        "00100040": "@always()O",
        "00100030": "19000101",
    }
    outcome = run(patient, actions)
    assert set(outcome.assigned) == {
        (0x00100010,), (0x00100020,), (0x00100040,), (0x00081140, 0, 0x00100020)
    }  # fmt: skip
    in_item = outcome.assigned[0x00081140, 0, 0x00100020]
    assert (in_item.vr, in_item.old, in_item.new) == ("LO", "inner", decimal_md5("inner"))


def test_unspecified_elements_go_except_what_makes_an_object(patient: Dataset, run: Run) -> None:
    patient.SpecificCharacterSet = "ISO_IR 192"
    patient.Rows = 2
    patient.add_new(0x50000010, "US", 2)
    patient.add_new(0x60000010, "US", 2)
    outcome = run(patient, {"00100010": "@keep()"}, keep=["0008"], remove=["unspecifiedelements"])
    assert "PatientID" not in patient
    assert "SeriesInstanceUID" not in patient
    assert {"StudyInstanceUID", "SOPInstanceUID", "SOPClassUID", "Rows", "PatientName"} <= set(
        patient.dir()
    )
    assert "StudyDescription" in patient, "group 0008 is kept"
    assert 0x50000010 in patient
    assert 0x60000010 in patient
    assert not outcome.assigned


def test_the_character_set_stays_so_that_texts_can_be_read(patient: Dataset, run: Run) -> None:
    patient.SpecificCharacterSet = "ISO_IR 192"
    run(patient, {"00080005": "@remove()"}, remove=["unspecifiedelements"])
    assert patient.SpecificCharacterSet == "ISO_IR 192"


def test_curves_and_overlays_go_even_with_a_script(patient: Dataset, run: Run) -> None:
    patient.add_new(0x50020010, "US", 2)
    patient.add_new(0x60020010, "US", 2)
    run(patient, {"60020010": "@keep()"}, keep=["6002"], remove=["curves", "overlays"])
    assert 0x50020010 not in patient
    assert 0x60020010 not in patient


def private(dataset: Dataset, creator: str) -> None:
    block = dataset.private_block(0x0019, creator, create=True)
    block.add_new(0xF6, "LO", "from the device")
    block.add_new(0x01, "LO", "Mr Quixote")


def test_private_groups_go_except_safe_and_scripted_ones(patient: Dataset, run: Run) -> None:
    private(patient, "Agfa ADC NX")
    private(patient, "ACME")
    patient.private_block(0x0019, "ACME").add_new(0x02, "SH", "to be longer")
    patient.private_block(0x3711, "A.L.I. Technologies, Inc.", create=True).add_new(0x0C, "UI", "1")
    actions = {"0019[acme]01": "@hash(this,4)", "0019[ACME]02": "a long string"}
    run(patient, actions, keep=["safeprivateelements"], remove=["privategroups"])
    left = {int(element.tag) for element in patient if element.tag.is_private}
    assert left == {0x00190010, 0x00190011, 0x001910F6, 0x00191101, 0x00191102, 0x37110010}
    assert patient[0x00191102].VR == "LO"
    assert patient[0x00191101].value == decimal_md5("Mr Quixote", 4)


@pytest.mark.parametrize("rule", ["privategroups", "unspecifiedelements"])
def test_private_groups_go_whole_if_nothing_keeps_them(
    patient: Dataset, run: Run, rule: str
) -> None:
    private(patient, "Agfa ADC NX")
    run(patient, {"00100010": "@keep()"}, remove=[rule])
    assert not [element for element in patient if element.tag.is_private]


def test_a_block_that_is_not_there_is_no_matter(patient: Dataset, run: Run) -> None:
    before = patient.to_json()
    outcome = run(patient, {"0019[ACME]01": "x", "001900[ACME]": "@remove()"})
    assert patient.to_json() == before
    assert not outcome.assigned


def test_the_claim_of_a_block_can_be_named(patient: Dataset, run: Run) -> None:
    private(patient, "ACME")
    run(patient, {"001900[ACME]": "NEW ACME"})
    assert patient[0x00190010].value == "NEW ACME"


def test_items_are_left_alone_without_process(patient: Dataset, run: Run) -> None:
    run(patient, {"00100020": "X"}, remove=["privategroups"])
    assert patient.PatientID == "X"
    assert patient.ReferencedImageSequence[0].PatientID == "inner"


def test_process_runs_the_same_script_on_every_item(patient: Dataset, run: Run) -> None:
    patient.ReferencedImageSequence.append(Dataset())
    inner = Dataset()
    inner.PatientID = "deep"
    inner.PatientComments = "none"
    patient.ReferencedImageSequence[0].ReferencedImageSequence = Sequence([inner])
    actions = {
        "00081140": "@process()",
        "00081155": "@hashuid(9999,this)",
        "00100020": "@select(){root}{@contents(this)-@contents(root:PatientID)}",
        "00100040": "@always()O",
        "00100010": "@keep()",
    }
    outcome = run(patient, actions, remove=["unspecifiedelements"])
    image = patient.ReferencedImageSequence[0]
    assert patient.PatientID == "root"
    assert image.ReferencedSOPInstanceUID == hash_uid("9999", "1.2.3.9")
    assert image.PatientID == "inner-abc"
    assert [element.value for element in image.ReferencedImageSequence[0]] == ["deep-abc"]
    assert "PatientSex" not in image, "no elements are made in items"
    assert len(patient.ReferencedImageSequence[1]) == 0
    assert (0x00081140, 0, 0x00081140, 0, 0x00100020) in outcome.assigned


@pytest.mark.parametrize("there", [False, True])
def test_codes_of_the_method_become_items(patient: Dataset, run: Run, there: bool) -> None:
    if there:
        patient.DeidentificationMethodCodeSequence = Sequence([Dataset()])
    run(patient, {"00120064": "113100/ 113105"})
    items = patient.DeidentificationMethodCodeSequence[int(there) :]
    assert [(item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning) for item in items] == [
        ("113100", "DCM", "Basic Application Confidentiality Profile"),
        ("113105", "DCM", "Clean Descriptors Option"),
    ]


def test_codes_can_begin_anew_and_can_be_none(patient: Dataset, run: Run) -> None:
    patient.DeidentificationMethodCodeSequence = Sequence([Dataset()])
    outcome = run(patient, {"00120064": ""})
    assert not outcome.assigned
    assert len(patient.DeidentificationMethodCodeSequence) == 1
    run(patient, {"00120064": "RESET/113100"})
    assert len(patient.DeidentificationMethodCodeSequence) == 1
    assert patient.DeidentificationMethodCodeSequence[0].CodeValue == "113100"


def test_after_an_error_nothing_has_changed(patient: Dataset, run: Run) -> None:
    before = patient.to_json()
    with pytest.raises(CtpQuarantine):
        run(
            patient,
            {"00080020": "@remove()", "00100040": "@always()O", "00100020": "@quarantine()"},
        )
    assert patient.to_json() == before


def test_the_file_meta_information_can_be_asked_but_not_changed(patient: Dataset, run: Run) -> None:
    patient.file_meta = FileMetaDataset()
    patient.file_meta.SourceApplicationEntityTitle = "SCANNER"
    run(patient, {"00100020": "@value([0002,0016])", "00020016": "X", "00020018": "@always()X"})
    assert patient.PatientID == "SCANNER"
    assert patient.file_meta.SourceApplicationEntityTitle == "SCANNER"
    assert 0x00020018 not in patient


def written(dataset: Dataset) -> Dataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta = meta
    target = BytesIO()
    pydicom.dcmwrite(target, dataset, enforce_file_format=True)
    target.seek(0)
    return pydicom.dcmread(target)


def test_texts_are_read_from_bytes_in_the_character_set_of_the_object(
    patient: Dataset, run: Run
) -> None:
    patient.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    patient.PatientName = "Yamada^Tarou=山田^太郎"
    patient.PatientID = "7"
    patient.PatientWeight = "70.50"
    patient.Rows = 512
    stored = written(patient)
    actions = {
        "00100010": "@contents(this)",
        "00100020": "@hash(PatientName)",
        "00081030": "@contents(PatientWeight)@contents(Rows)",
    }
    run(stored, actions)
    assert stored.PatientName == "Yamada^Tarou=山田^太郎"
    assert stored.PatientID == decimal_md5("Yamada^Tarou=山田^太郎")
    assert stored.StudyDescription == "70.50512", "a decimal string keeps its digits"
    assert written(stored).PatientName == "Yamada^Tarou=山田^太郎"


def test_numbers_can_be_given_as_text(patient: Dataset, run: Run) -> None:
    patient.Rows = 512
    patient.PixelSpacing = ["1", "2"]
    patient.add_new("ExposureTimeInms", "FD", 1.5)
    run(patient, {"00280010": "256", "00280030": r"0.5\\0.5", "00189328": "2.5"})
    stored = written(patient)
    assert stored.Rows == 256
    assert stored.PixelSpacing == [0.5, 0.5]
    assert stored.ExposureTimeInms == 2.5


def test_the_clock_is_an_argument() -> None:
    dataset = Dataset()
    script = parse_script("set.[0010,4000]PatientComments=@always()@date(/) @time()")
    apply(script, dataset, lookup={}, now=datetime(1999, 1, 2, 3, 4, 5))  # noqa: DTZ001
    assert dataset.PatientComments == "1999/01/02 030405"
