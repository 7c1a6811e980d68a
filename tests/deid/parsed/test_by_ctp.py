"""Profiles that run a CTP script: its actions, and the floor beneath them."""

import pytest

from scanloft.core.errors import CtpQuarantine, MalformedDicom, PixelReview, UnlistedSubject
from scanloft.deid.ctp.hashing import hash_uid
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.objects import OLD_UIDS, SERIES, SOP, STUDY, file_with
from tests.support.scripts import ROOT, opened, run, script
from tests.support.two_ways import PSEUDONYMS
from tests.support.wire import Syntax, Wire, uid, within

OUTER, INNER = 0x00081115, 0x00081199
HASHED = {
    "0020000D": "@hashuid(@UIDROOT,this)",
    "0020000E": "@hashuid(@UIDROOT,this)",
    "00080018": "@hashuid(@UIDROOT,this)",
}
syntaxes = pytest.mark.parametrize(
    "syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT, Syntax.BIG, Syntax.DEFLATED]
)


@syntaxes
def test_what_a_script_sets_stands_and_all_else_passes_the_floor(syntax: str) -> None:
    text = script({"00100010": "TRIAL^SUBJECT", "00080080": "@keep()", "00080090": "@keep()"})
    result = run(
        text,
        Wire(0x00080080, "LO", b"Clinic"),
        Wire(0x00080090, "PN", b"Meier "),
        Wire(0x00081040, "LO", b"Secret"),
        Wire(0x00091001, "LO", b"Secret"),
        syntax=syntax,
    )
    dataset = opened(result)
    assert str(dataset.PatientName) == "TRIAL^SUBJECT"
    assert dataset.PatientID == PSEUDONYMS.patient_id("TESTID-0815")
    assert b"Secret" not in result.data
    # What is only kept was not set by the script.
    assert b"Meier" not in result.data
    assert dataset.StudyInstanceUID == PSEUDONYMS.uid(OLD_UIDS[STUDY]) == result.study_uid


@syntaxes
def test_without_the_floor_the_script_alone_decides(syntax: str) -> None:
    result = run(
        script({"00100010": "TRIAL^SUBJECT"}),
        Wire(0x00081040, "LO", b"Department"),
        Wire(0x00091001, "LO", b"private "),
        syntax=syntax,
        floor=False,
    )
    dataset = opened(result)
    assert str(dataset.PatientName) == "TRIAL^SUBJECT"
    assert (dataset.PatientID, dataset.InstitutionalDepartmentName) == ("TESTID-0815", "Department")
    assert b"private " in result.data
    assert dataset.StudyInstanceUID == OLD_UIDS[STUDY] == result.study_uid
    assert result.account.counts["removed"] == 0
    assert bytes(dataset.PixelData) == b"\1\2\3\4"


@pytest.mark.parametrize("floor", [True, False])
def test_the_output_says_that_a_script_was_run_and_claims_no_profile(floor: bool) -> None:
    old = Wire(0x00120063, "LO", b"Testmann's own method")
    dataset = opened(run(script({"00120062": "NO"}), old, floor=floor))
    assert dataset.PatientIdentityRemoved == "YES"
    assert dataset.DeidentificationMethod[0] == "scanloft test v1"
    assert "CTP DicomAnonymizer" in dataset.DeidentificationMethod[1]
    (item,) = dataset.DeidentificationMethodCodeSequence
    assert item.CodeValue == "ctp-script"


def test_references_that_a_script_does_not_reach_follow_its_uids() -> None:
    reference = within(Wire(0x00081155, "UI", uid(OLD_UIDS[SOP])), OUTER, INNER)
    frame = Wire(0x00200052, "UI", uid("1.2.826.7"))
    result = run(script(HASHED), reference, frame)
    dataset = opened(result)
    assert dataset.SOPInstanceUID == hash_uid(ROOT, OLD_UIDS[SOP]) == result.sop_uid
    assert opened(result, OUTER, INNER).ReferencedSOPInstanceUID == dataset.SOPInstanceUID
    assert dataset.FrameOfReferenceUID == hash_uid(ROOT, "1.2.826.7")
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID


def test_uids_of_the_standard_stay_where_a_script_has_a_root() -> None:
    known = within(Wire(0x00081155, "UI", uid("1.2.840.10008.1.20.1")), OUTER)
    found = opened(run(script(HASHED), known), OUTER)
    assert found.ReferencedSOPInstanceUID == "1.2.840.10008.1.20.1"


def test_the_owner_learns_the_pairs_of_the_script_and_of_the_floor() -> None:
    text = script({**HASHED, "00100020": "SUBJ-1"})
    result = run(text, Wire(0x00200052, "UI", uid("1.2.826.7")))
    olds = [OLD_UIDS[SOP], OLD_UIDS[STUDY], OLD_UIDS[SERIES], "1.2.826.7"]
    assert result.replaced == {old: hash_uid(ROOT, old) for old in olds}
    assert result.patients == {"TESTID-0815": "SUBJ-1"}


def test_the_name_that_a_script_leaves_becomes_the_id_that_it_gave() -> None:
    assert opened(run(script({"00100020": "SUBJ-1"}))).PatientName == "SUBJ-1"


def test_an_id_that_a_script_looked_up_need_not_be_listed_itself() -> None:
    listed = Pseudonyms(b"s" * 32, lookup={"ptid/TESTID-0815": "SUBJ-1"})
    text = script({"00100020": "@lookup(this,ptid)"})
    assert opened(run(text, pseudonyms=listed, patient_ids="lookup")).PatientID == "SUBJ-1"


@pytest.mark.parametrize("floor", [True, False])
def test_what_a_script_sets_inside_of_items_stays(floor: bool) -> None:
    text = script({"00081115": "@process()", "00100010": "@select(){ROOT^X}{ITEM^Y}"})
    item = (Wire(0x00100010, "PN", b"Testmann"), Wire(0x00100030, "DA", b"19500101"))
    result = run(text, Wire(OUTER, "SQ", (item,)), floor=floor)
    assert str(opened(result).PatientName) == "ROOT^X"
    assert str(opened(result, OUTER).PatientName) == "ITEM^Y"
    assert opened(result, OUTER).PatientBirthDate == ("" if floor else "19500101")


def test_the_items_of_what_a_script_does_not_enter_pass_the_floor() -> None:
    item = (Wire(0x00100010, "PN", b"Somebody"),)
    result = run(script({"00100010": "TRIAL^X"}), Wire(OUTER, "SQ", (item,)))
    assert b"Somebody" not in result.data


def test_options_and_rules_hold_for_what_the_script_left() -> None:
    result = run(
        script({"00100010": "TRIAL^X"}),
        Wire(0x0008103E, "LO", b"T1 Testmann sag "),
        Wire(0x00081010, "SH", b"CT01"),
        options=["clean_desc"],
        rules=[{"tag": "0008,1010", "action": "hash"}],
    )
    dataset = opened(result)
    assert dataset.SeriesDescription.startswith("T1 [removed]")
    assert dataset.StationName == PSEUDONYMS.text_hash("CT01")
    assert b"Testmann" not in result.data


def test_the_floor_knows_the_patient_that_the_script_replaced() -> None:
    text = script({"00100010": "TRIAL^X", "00100020": "SUBJ-1"})
    result = run(text, Wire(0x00080070, "LO", b"for Testmann"))
    assert b"Testmann" not in result.data


@pytest.mark.parametrize("action", ["@remove()", "", "Doe^J"])
def test_the_floor_knows_the_physician_that_the_script_replaced(action: str) -> None:
    physician, series = Wire(0x00080090, "PN", b"House^Gregory "), "Knee for House"
    result = run(
        script({"00080090": action}),
        physician,
        Wire(0x0008103E, "LO", series.encode()),
        options=["clean_desc"],
    )
    assert b"House" not in result.data


@pytest.mark.parametrize("floor", [True, False])
def test_an_object_that_a_script_sends_to_quarantine_waits(floor: bool) -> None:
    text = script({"00100020": '@if(this,equals,"TESTID-0815"){@quarantine()}{@keep()}'})
    with pytest.raises(CtpQuarantine) as caught:
        run(text, floor=floor)
    assert "0815" not in str(caught.value)
    assert run(text, Wire(0x00100020, "LO", b"OTHER-1 "), floor=floor).sop_uid


@pytest.mark.parametrize("floor", [True, False])
def test_a_patient_whom_the_lookup_table_does_not_list_waits(floor: bool) -> None:
    text = script({"00100020": "@lookup(this,ptid)"})
    listed = Pseudonyms(b"s" * 32, lookup={"ptid/TESTID-0815": "SUBJ-1"}, lookup_patients=False)
    result = run(text, pseudonyms=listed, floor=floor)
    assert opened(result).PatientID == "SUBJ-1"
    with pytest.raises(UnlistedSubject) as caught:
        run(text, Wire(0x00100020, "LO", b"OTHER-1 "), pseudonyms=listed, floor=floor)
    assert "OTHER" not in str(caught.value)


def test_a_script_that_takes_the_study_away_is_refused() -> None:
    with pytest.raises(MalformedDicom, match="StudyInstanceUID"):
        run(script({"0020000D": "@remove()"}), floor=False)


@pytest.mark.parametrize("floor", [True, False])
def test_pixels_that_may_show_names_wait_whatever_the_script_does(floor: bool) -> None:
    text = script({"00080060": "CT", "00280301": "NO"})
    for element in (Wire(0x00080060, "CS", b"US"), Wire(0x00280301, "CS", b"YES ")):
        with pytest.raises(PixelReview):
            run(text, element, floor=floor)
        assert run(text, element, floor=floor, pixel_review=False).sop_uid


@pytest.mark.parametrize("floor", [True, False])
def test_pixels_are_blanked_beside_a_script(floor: bool) -> None:
    devices = [{"manufacturer": "ACME", "blank": [[0, 0, 2, 1]]}]
    result = run(
        script({"00080070": "@remove()", "00280301": "@remove()"}),
        Wire(0x00080070, "LO", b"ACME"),
        Wire(0x00280301, "CS", b"YES "),
        floor=floor,
        options=["clean_pixel"],
        devices=devices,
    )
    dataset = opened(result)
    assert bytes(dataset.PixelData) == b"\0\0\3\4"
    assert dataset.BurnedInAnnotation == "NO"
    assert "Manufacturer" not in dataset


@pytest.mark.parametrize("floor", [True, False])
def test_meta_information_and_what_follows_the_pixels_never_pass(floor: bool) -> None:
    profile = Profile("c", 1, base=Base.CTP, ctp_script=script({}), floor=floor)
    data = file_with([], meta=[Wire(0x00020016, "AE", b"SECRET")], preamble=b"SECRET12" * 16)
    result = deidentify(data + b"SECRET", profile=profile, pseudonyms=PSEUDONYMS)
    assert b"SECRET" not in result.data
    assert result.data.endswith(b"\1\2\3\4")


def test_what_a_script_only_copies_still_passes_the_floor() -> None:
    copying = {
        "00100010": "@contents(this)",
        "00100020": "@contents(PatientID)",
        "00104000": "@uppercase(PatientName)",
    }
    result = run(script(copying))
    for secret in (b"Testmann", b"TESTMANN", b"TESTID-0815"):
        assert secret not in result.data


@pytest.mark.parametrize("floor", [True, False])
def test_an_object_whose_script_gives_what_no_date_can_be_waits(floor: bool) -> None:
    with pytest.raises(CtpQuarantine, match=r"\(0008,0020\)"):
        run(script({"00080020": "hello"}), Wire(0x00080020, "DA", b"20200101"), floor=floor)
