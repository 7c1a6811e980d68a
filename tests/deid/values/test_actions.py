"""What rules and options do to values, by both ways, at any depth, with and without VRs."""

from collections.abc import Callable
from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import UnlistedSubject
from scanloft.deid.engine import by_bytes, by_pydicom
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.results import Deidentified
from scanloft.deid.rules.verdicts import Action, Verdict
from scanloft.deid.values.actions import Actions
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.objects import OLD_UIDS, STUDY, file_with
from tests.support.two_ways import PSEUDONYMS, disagreement
from tests.support.wire import Syntax, Wire, uid, within

Way = Callable[..., Deidentified | None]
SERIES_SEQUENCE, SOP_SEQUENCE = 0x00081115, 0x00081199
PATIENT_NAME, PATIENT_ID, ISSUER = 0x00100010, 0x00100020, 0x00100021
STUDY_DATE, INSTITUTION, DESCRIPTION, COMMENTS = 0x00080020, 0x00080080, 0x0008103E, 0x00104000
FRAME_OF_REFERENCE, STATION, ACQUIRED = 0x00200052, 0x00081010, 0x0008002A

everywhere = pytest.mark.parametrize(
    ("syntax", "sequences"),
    [
        (Syntax.EXPLICIT, ()),
        (Syntax.IMPLICIT, ()),
        (Syntax.EXPLICIT, (SERIES_SEQUENCE, SOP_SEQUENCE)),
        (Syntax.IMPLICIT, (SERIES_SEQUENCE, SOP_SEQUENCE)),
    ],
)
either_way = pytest.mark.parametrize("way", [by_bytes, by_pydicom])


def profile_of(*rules: dict[str, object], **values: object) -> Profile:
    return Profile.from_dict({"name": "test", "version": 1, "rules": [*rules], **values})


def result_of(profile: Profile, *elements: Wire, syntax: str = Syntax.EXPLICIT) -> Deidentified:
    """The result that both ways agree upon."""
    difference, result = disagreement(file_with(elements, syntax=syntax), profile)
    assert difference == ""
    assert isinstance(result, Deidentified)
    return result


def opened(result: Deidentified, *sequences: int) -> Dataset:
    """The data set, or the first item of the innermost sequence."""
    dataset: Dataset = pydicom.dcmread(BytesIO(result.data))
    for tag in sequences:
        dataset = dataset[tag][0]
    return dataset


def rule(keyword: str, action: str, **values: str) -> dict[str, object]:
    tag = pydicom.datadict.tag_for_keyword(keyword)
    assert tag is not None
    return {"tag": f"{tag >> 16:04X},{tag & 0xFFFF:04X}", "action": action, **values}


@everywhere
def test_keep_leaves_text_as_it_is(syntax: str, sequences: tuple[int, ...]) -> None:
    element = within(Wire(INSTITUTION, "LO", b"Testmann Clinic "), *sequences)
    kept = result_of(profile_of(rule("InstitutionName", "keep")), element, syntax=syntax)
    assert opened(kept, *sequences).InstitutionName == "Testmann Clinic"
    bare = opened(result_of(profile_of(), element, syntax=syntax), *sequences)
    assert bare.get("InstitutionName", "") in ("", "REMOVED")


@everywhere
def test_keep_leaves_a_uid_as_it_is(syntax: str, sequences: tuple[int, ...]) -> None:
    element = within(Wire(FRAME_OF_REFERENCE, "UI", uid("1.2.826.7")), *sequences)
    kept = result_of(profile_of(rule("FrameOfReferenceUID", "keep")), element, syntax=syntax)
    assert opened(kept, *sequences).FrameOfReferenceUID == "1.2.826.7"
    assert "1.2.826.7" not in kept.replaced
    replaced = result_of(profile_of(), element, syntax=syntax)
    assert replaced.replaced["1.2.826.7"] == PSEUDONYMS.uid("1.2.826.7")


def test_a_kept_uid_that_is_none_is_replaced() -> None:
    element = Wire(FRAME_OF_REFERENCE, "UI", b"Testmann")
    result = result_of(profile_of(rule("FrameOfReferenceUID", "keep")), element)
    assert opened(result).FrameOfReferenceUID == PSEUDONYMS.uid("Testmann")


@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])
def test_keep_enters_a_sequence_and_still_cleans_its_items(syntax: str) -> None:
    item = (
        Wire(PATIENT_NAME, "PN", b"Testmann"),
        Wire(FRAME_OF_REFERENCE, "UI", uid("1.2.826.7")),
        Wire(0x00180050, "DS", b"2.5 "),
        Wire(0x00091001, "LO", b"private "),
    )
    element = Wire(0x00400275, "SQ", (item,))
    profile = profile_of(rule("RequestAttributesSequence", "keep"))
    kept = opened(result_of(profile, element, syntax=syntax), 0x00400275)
    assert kept.SliceThickness == "2.5"
    assert kept.FrameOfReferenceUID == PSEUDONYMS.uid("1.2.826.7")
    assert {element.tag.group for element in kept} == {0x0010, 0x0018, 0x0020}
    assert "Testmann" not in str(kept)
    assert 0x00400275 not in opened(result_of(profile_of(), element, syntax=syntax))


def test_keep_leaves_even_the_patients_name_where_a_profile_says_so() -> None:
    result = result_of(profile_of(rule("PatientName", "keep")))
    assert str(opened(result).PatientName) == "Testmann^Ottilie"
    assert opened(result).PatientID == PSEUDONYMS.patient_id("TESTID-0815")


@everywhere
def test_remove_and_empty_do_so_with_what_the_profile_keeps(
    syntax: str, sequences: tuple[int, ...]
) -> None:
    elements = (
        within(Wire(0x00080070, "LO", b"ACME"), *sequences),
        Wire(0x00180050, "DS", b"2.5 "),
        Wire(0x00280106, "US", b"\5\0"),
    )
    both = [
        profile_of(*(rule(name, action) for name in ("Manufacturer", "SliceThickness")))
        for action in ("remove", "empty")
    ]
    removed, emptied = (result_of(profile, *elements, syntax=syntax) for profile in both)
    assert 0x00080070 not in opened(removed, *sequences)
    assert 0x00180050 not in opened(removed)
    assert opened(emptied, *sequences).Manufacturer == ""
    assert opened(emptied).SliceThickness is None
    assert (removed.account.counts["removed"], removed.account.counts["emptied"]) == (2, 0)
    assert (emptied.account.counts["removed"], emptied.account.counts["emptied"]) == (0, 2)


@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])
@pytest.mark.parametrize("undefined", [False, True])
def test_remove_and_empty_do_so_with_sequences(syntax: str, undefined: bool) -> None:
    element = within(
        Wire(0x00081150, "UI", b"1.2\0"), SERIES_SEQUENCE, SOP_SEQUENCE, undefined=undefined
    )
    remove, empty = (
        result_of(profile_of(rule("ReferencedSeriesSequence", action)), element, syntax=syntax)
        for action in ("remove", "empty")
    )
    assert SERIES_SEQUENCE not in opened(remove)
    assert len(opened(empty).ReferencedSeriesSequence) == 0
    plain = opened(result_of(profile_of(), element, syntax=syntax), SERIES_SEQUENCE, SOP_SEQUENCE)
    assert plain.ReferencedSOPClassUID == "1.2"


@everywhere
def test_shift_moves_a_date_by_the_days_of_the_patient(
    syntax: str, sequences: tuple[int, ...]
) -> None:
    elements = (
        within(Wire(STUDY_DATE, "DA", b"20200301"), *sequences),
        Wire(ACQUIRED, "DT", b"20200229101112.5+0100 "),
    )
    profile = profile_of(rule("StudyDate", "shift"), rule("AcquisitionDateTime", "shift"))
    result = result_of(profile, *elements, syntax=syntax)
    days = PSEUDONYMS.shift_days("TESTID-0815")
    moved = pydicom.valuerep.DA("20200301")
    assert moved is not None
    expected = moved.fromordinal(moved.toordinal() + days).strftime("%Y%m%d")
    assert opened(result, *sequences).StudyDate == expected
    assert str(opened(result).AcquisitionDateTime).endswith("101112.5+0100")
    assert not str(opened(result).AcquisitionDateTime).startswith("20200229")
    assert result.account.counts["dates_shifted"] == 2


@pytest.mark.parametrize("value", [b"870101", b"20200101-20200201 ", b"20201301", b"Testmann"])
def test_shift_empties_what_is_no_date(value: bytes) -> None:
    result = result_of(profile_of(rule("StudyDate", "shift")), Wire(STUDY_DATE, "DA", value))
    assert opened(result)[STUDY_DATE].value == ""
    assert result.account.counts["dates_shifted"] == 0


def test_shift_of_one_patient_differs_from_that_of_another() -> None:
    date = Wire(STUDY_DATE, "DA", b"20200301")
    profile = profile_of(rule("StudyDate", "shift"))
    one = opened(result_of(profile, date))
    two = opened(result_of(profile, date, Wire(PATIENT_ID, "LO", b"OTHER-1 ")))
    assert one.StudyDate != two.StudyDate


@everywhere
@pytest.mark.parametrize("keyword", ["SeriesDescription", "PatientComments"])
def test_clean_desc_cleans_a_description_and_keeps_the_rest(
    syntax: str, sequences: tuple[int, ...], keyword: str
) -> None:
    tag, vr = (DESCRIPTION, "LO") if keyword == "SeriesDescription" else (COMMENTS, "LT")
    element = within(Wire(tag, vr, b"T1 MPRAGE Testmann 2020-03-01 sag "), *sequences)
    result = result_of(profile_of(options=["clean_desc"]), element, syntax=syntax)
    text = str(opened(result, *sequences)[tag].value)
    assert text.startswith("T1 MPRAGE [removed]")
    assert text.endswith("sag")
    assert "Testmann" not in text
    assert "2020" not in text
    assert result.account.counts["cleaned"] == 1
    bare = result_of(profile_of(), element, syntax=syntax)
    assert tag not in opened(bare, *sequences)


def test_clean_desc_counts_what_needs_no_cleaning_as_kept() -> None:
    element = Wire(DESCRIPTION, "LO", b"T1 MPRAGE sag ")
    result = result_of(profile_of(options=["clean_desc"]), element)
    assert opened(result).SeriesDescription == "T1 MPRAGE sag"
    assert result.account.counts["cleaned"] == 0


def test_cleaned_text_never_grows_beyond_its_vr() -> None:
    element = Wire(DESCRIPTION, "LO", b"T1\\" + b"Testmann T1 " * 5 + b"Test")
    raw = opened(result_of(profile_of(options=["clean_desc"]), element)).get_item(DESCRIPTION)
    assert raw is not None
    parts = raw.value.rstrip().split(b"\\")
    assert [parts[0], len(parts), len(parts[1])] == [b"T1", 2, 64]


@either_way
def test_lookup_gives_the_listed_id_and_name(way: Way) -> None:
    listed = Pseudonyms(b"s" * 32, lookup={"ptid/TESTID-0815": "SUBJ-1"})
    profile = profile_of(patient_ids="lookup")
    result = way(file_with(()), profile=profile, pseudonyms=listed)
    assert result is not None
    assert result.patients == {"TESTID-0815": "SUBJ-1"}
    assert opened(result).PatientID == str(opened(result).PatientName) == "SUBJ-1"


@either_way
def test_lookup_refuses_whom_it_does_not_list_and_names_nobody(way: Way) -> None:
    listed = Pseudonyms(b"s" * 32, lookup={"ptid/testid-0815": "SUBJ-1"})
    with pytest.raises(UnlistedSubject) as caught:
        way(file_with(()), profile=profile_of(patient_ids="lookup"), pseudonyms=listed)
    assert "0815" not in f"{caught.value} {caught.value.facts}"


@either_way
def test_lookup_refuses_an_unlisted_id_inside_of_an_item(way: Way) -> None:
    listed = Pseudonyms(b"s" * 32, lookup={"ptid/TESTID-0815": "SUBJ-1"})
    nested = within(Wire(PATIENT_ID, "LO", b"OTHER-1 "), SERIES_SEQUENCE)
    with pytest.raises(UnlistedSubject):
        way(file_with([nested]), profile=profile_of(patient_ids="lookup"), pseudonyms=listed)


@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])
def test_an_issuer_tells_patients_of_one_number_apart(syntax: str) -> None:
    profile = profile_of(
        subjects="issuer", options=["rtn_long_modif_dates"], patient_id_prefix="X-"
    )
    date = Wire(STUDY_DATE, "DA", b"20200301")
    one, two = (
        result_of(profile, date, Wire(ISSUER, "LO", issuer), syntax=syntax)
        for issuer in (b"Toboso", b"Sierra")
    )
    assert one.patients["TESTID-0815"] == PSEUDONYMS.patient_id(
        "TESTID-0815", within="issuer:Toboso"
    )
    assert one.patients != two.patients
    assert opened(one).StudyDate != opened(two).StudyDate
    assert opened(one).StudyInstanceUID == opened(two).StudyInstanceUID
    assert "Toboso" not in str(opened(one))
    project = result_of(profile_of(), Wire(ISSUER, "LO", b"Toboso"), syntax=syntax)
    assert project.patients == result_of(profile_of(), syntax=syntax).patients


def test_the_issuer_of_an_item_is_that_of_its_patient() -> None:
    item = (Wire(PATIENT_ID, "LO", b"TESTID-0815 "), Wire(ISSUER, "LO", b"Sierra"))
    element = Wire(SERIES_SEQUENCE, "SQ", (item,))
    result = result_of(profile_of(subjects="issuer"), element, Wire(ISSUER, "LO", b"Toboso"))
    expected = [
        PSEUDONYMS.patient_id("TESTID-0815", within=f"issuer:{issuer}")
        for issuer in ("Toboso", "Sierra")
    ]
    assert [opened(result).PatientID, opened(result, SERIES_SEQUENCE).PatientID] == expected


@either_way
@pytest.mark.parametrize(
    ("subjects", "site", "scope"),
    [
        ("site", "Barataria", "site:Barataria"),
        ("site", "", "site:"),
        ("issuer", "Barataria", "site:Barataria"),
        ("project", "Barataria", ""),
    ],
)
def test_a_site_tells_patients_of_one_number_apart(
    way: Way, subjects: str, site: str, scope: str
) -> None:
    profile = profile_of(subjects=subjects)
    result = way(file_with(()), profile=profile, pseudonyms=PSEUDONYMS, site=site)
    assert result is not None
    assert result.patients == {
        "TESTID-0815": PSEUDONYMS.patient_id("TESTID-0815", within=scope)
    }  # fmt: skip


@either_way
def test_a_lookup_table_lists_patients_within_their_site(way: Way) -> None:
    listed = Pseudonyms(b"s" * 32, lookup={"ptid/site:Barataria/TESTID-0815": "SUBJ-3"})
    profile = profile_of(subjects="site", patient_ids="lookup")
    result = way(file_with(()), profile=profile, pseudonyms=listed, site="Barataria")
    assert result is not None
    assert opened(result).PatientID == "SUBJ-3"
    with pytest.raises(UnlistedSubject):
        way(file_with(()), profile=profile, pseudonyms=listed, site="Elsewhere")


def test_the_owner_learns_all_pairs_and_no_other() -> None:
    reference = within(Wire(0x00081155, "UI", uid("1.2.826.8")), SERIES_SEQUENCE, SOP_SEQUENCE)
    known = Wire(0x00081150, "UI", uid("1.2.840.10008.5.1.4.1.1.2"))
    result = result_of(profile_of(), reference, known)
    olds = [*OLD_UIDS.values(), "1.2.826.8"]
    assert result.replaced == {old: PSEUDONYMS.uid(old) for old in olds}
    assert result.patients == {"TESTID-0815": PSEUDONYMS.patient_id("TESTID-0815")}
    assert result.study_uid == result.replaced[OLD_UIDS[STUDY]]


def test_no_pair_is_told_of_what_stays_or_was_blank() -> None:
    blank = result_of(profile_of(options=["rtn_uids"]), Wire(PATIENT_ID, "LO", b""))
    assert (blank.replaced, blank.patients) == ({}, {})


def test_dates_of_objects_without_a_patient_id_move_with_their_study() -> None:
    profile = profile_of(options=["rtn_long_modif_dates"])
    blank, date = Wire(PATIENT_ID, "LO", b""), Wire(STUDY_DATE, "DA", b"20200301")
    one = opened(result_of(profile, blank, date))
    same = opened(result_of(profile, blank, date, Wire(0x00080018, "UI", b"1.2.4\0")))
    other = opened(result_of(profile, blank, date, Wire(STUDY, "UI", b"1.2.4\0")))
    assert one.StudyDate == same.StudyDate != other.StudyDate


class Blank:
    """A data set that has nothing."""

    encodings = ("latin-1",)

    def look(self, tag: int) -> bytes:
        return b""


def test_a_chosen_function_replaces_uids_but_for_those_of_the_standard() -> None:
    actions = Actions(profile=profile_of(), pseudonyms=PSEUDONYMS, site="")
    actions.uids.replace_by(lambda old: f"9.{old}")
    verdict = Verdict(Action.REPLACE_UID, "UI")
    value = b"1.2.3\\1.2.840.10008.1.2.1\\"
    assert actions.apply(FRAME_OF_REFERENCE, verdict, value, Blank()) == (
        b"9.1.2.3\\1.2.840.10008.1.2.1\\"
    )
    assert actions.uids.replaced == {"1.2.3": "9.1.2.3"}
    assert actions.counts["uids_replaced"] == 1


@pytest.mark.parametrize("action", [Action.WRITE, Action.HASH, Action.REGEX])
def test_an_action_that_fails_gives_way_to_the_other_one(action: Action) -> None:
    actions = Actions(profile=profile_of(), pseudonyms=PSEUDONYMS, site="")
    for otherwise, expected in ((Action.EMPTY, b""), (Action.DUMMY, b"\0\0")):
        verdict = Verdict(action, "US", otherwise)
        assert actions.apply(STATION, verdict, b"\1\0", Blank()) == expected
    assert (actions.counts["emptied"], actions.counts["replaced"]) == (1, 1)
