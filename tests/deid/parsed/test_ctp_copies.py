"""What a CTP script copies passes the floor, wherever from and whatever stands around it."""

from typing import Any

import pytest

from scanloft.deid.ctp.hashing import decimal_md5, hash_uid
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Base, Profile
from tests.support.objects import OLD_UIDS, SERIES, SOP, STUDY, file_with
from tests.support.scripts import ROOT, opened, run, script
from tests.support.two_ways import PSEUDONYMS
from tests.support.wire import Wire, uid

REGION, REQUEST = 0x00082218, 0x00400275
COMMENTS, INSTITUTION, COUNTRY = 0x00104000, 0x00080080, 0x00102150
PHYSICIAN = Wire(0x00080090, "PN", b"House^Gregory ")
BIRTH = Wire(0x00100030, "DA", b"19600102")
REQUESTED = Wire(REQUEST, "SQ", ((Wire(0x00321032, "PN", b"Strange^Stephen "),),))
CREATOR = Wire(0x00090010, "LO", b"ACME")
PRIVATE = Wire(0x00091002, "LO", b"Wilson^James")


def text_set(expression: str, *elements: Wire, tag: int = COMMENTS, **values: Any) -> str | None:
    """Return what remains of the text that a script sets in an element."""
    old = Wire(tag, "LT" if tag == COMMENTS else "LO", b"before")
    result = opened(run(script({f"{tag:08X}": expression}), old, *elements, **values))
    return str(result[tag].value) if tag in result else None


@pytest.mark.parametrize(
    ("expression", "elements"),
    [
        ("@contents(RequestAttributesSequence::RequestingPhysician)", [REQUESTED]),
        ("@contents(0009[ACME]02)", [CREATOR, PRIVATE]),
        ("@contents(PatientID)X", []),
        ("A@contents(PatientID)", []),
        ("Born @contents(PatientBirthDate)", [BIRTH]),
        ('@contents(PatientBirthDate,"(....)(..)(..)","$1-$2-$3")', [BIRTH]),
        ("@truncate(PatientBirthDate,4) @truncate(PatientBirthDate,-4)", [BIRTH]),
        ("@append(){x}", []),
        ("@uppercase(ReferringPhysicianName)", [PHYSICIAN]),
        ('@contents(ReferringPhysicianName,"\\^.*")', [PHYSICIAN]),
        ('Dr@contents(ReferringPhysicianName,".*\\^")', [PHYSICIAN]),
        ('@value(StationName,"none")', [Wire(0x00081010, "SH", b"CT")]),
        ("@pathelement(StationName,1)", [Wire(0x00081010, "SH", b"A/ROOM42")]),
        ("@truncate(StationName,8)", [Wire(0x00081010, "SH", b"ROOM 42 EAST")]),
        ("@incrementdate(PatientBirthDate,0)", [BIRTH]),
        ("@modifydate(PatientBirthDate,*,*,*)", [BIRTH]),
        ('@lookup(StationName,k,ignore,".*")', [Wire(0x00081010, "SH", b"ROOM")]),
        ("@if(PatientID,exists){@select(){of @contents(StationName)}{}}{}",
         [Wire(0x00081010, "SH", b"ROOM")]),
    ],
)  # fmt: skip
def test_a_copy_passes_the_floor(expression: str, elements: list[Wire]) -> None:
    assert text_set(expression, *elements) is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Toboso General", "Toboso General"),
        ("House of @hash(ReferringPhysicianName,3)", f"House of {decimal_md5('House^Gregory', 3)}"),
        ("@hash(StationName,4)", decimal_md5("CT01", 4)),
        ("@initials(ReferringPhysicianName)", "GH"),
        ("@truncate(PatientBirthDate,4)", "1960"),
        ("@modifydate(PatientBirthDate,*,*,2)", "19600102"),
        ("@incrementdate(PatientBirthDate,1)", "19600103"),
        ("@round(PatientAge,5)", "050Y"),
        ("@lookup(StationName,room)", "1"),
        ("@contents(Manufacturer) by @contents(Modality)", "ACME Corp by CT"),
        ('@if(StationName,equals,"CT01"){CT01}{other}', "CT01"),
        ('@contents(InstitutionName,"Toboso ","")', "General"),
    ],
)
def test_what_is_computed_or_the_scripts_own_stands(expression: str, expected: str) -> None:
    elements = [
        PHYSICIAN,
        BIRTH,
        Wire(0x00080060, "CS", b"CT"),
        Wire(0x00080070, "LO", b"ACME Corp "),
        Wire(INSTITUTION, "LO", b"Toboso General"),
        Wire(0x00081010, "SH", b"CT01"),
        Wire(0x00101010, "AS", b"050Y"),
        # The next day stands somewhere else, too.
        Wire(REGION, "SQ", ((Wire(0x00100030, "DA", b"19600103"),),)),
    ]
    listed = type(PSEUDONYMS)(b"s" * 32, lookup={"room/CT01": "1"}, lookup_patients=False)
    assert text_set(expression, *elements, pseudonyms=listed) == expected


MODEL, MEANS_OF_ENTRY = 0x00081090, 0x00181003
STUDY_DATE = Wire(0x00080020, "DA", b"20190817")
DESCRIPTION = Wire(0x00081030, "LO", b"Knee of Dr. Quixote ")


@pytest.mark.parametrize("tag", [MODEL, MEANS_OF_ENTRY])
@pytest.mark.parametrize(
    "expression",
    [
        "@contents(InstitutionName)",
        "@contents(this) @uppercase(InstitutionName)",
        "@contents(ReferringPhysicianName)",
        '@contents(ReferringPhysicianName,"(.)","$1 ")',
        "@truncate(PatientBirthDate,4)@truncate(PatientBirthDate,-4)",
        "@contents(0009[ACME]02)",
        "@contents(RequestAttributesSequence::RequestingPhysician)",
        "@contents(StudyInstanceUID)",
        "@append(){@contents(StudyDate)}",
        '@contents(PatientName,"(.)","$1-")',
    ],
)
def test_a_copy_does_not_stay_because_its_new_place_would(tag: int, expression: str) -> None:
    institution = Wire(INSTITUTION, "LO", b"Barataria Insula")
    elements = [institution, PHYSICIAN, BIRTH, CREATOR, PRIVATE, REQUESTED, STUDY_DATE]
    assert text_set(expression, *elements, tag=tag) == "REMOVED"


def test_a_copy_in_a_code_or_a_number_leaves_it_empty_and_in_a_uid_becomes_a_new_one() -> None:
    actions = {
        "00180015": "@contents(StationName)",
        "00200013": "@contents(PatientBirthDate)",
        "00080018": "@contents(DeviceUID)",
    }
    station, device = Wire(0x00081010, "SH", b"ROOM"), Wire(0x00181002, "UI", uid("1.2.826.9"))
    part, number = Wire(0x00180015, "CS", b"KNEE"), Wire(0x00200013, "IS", b"7 ")
    text = script(actions).replace(f'<p t="UIDROOT">{ROOT}</p>', "")
    dataset = opened(run(text, station, device, BIRTH, part, number, options=["rtn_uids"]))
    assert dataset.BodyPartExamined == ""
    assert dataset.InstanceNumber is None
    assert dataset.SOPInstanceUID == "1.2.826.9"
    dataset = opened(run(text, station, device, BIRTH, part, number))
    assert dataset.SOPInstanceUID == PSEUDONYMS.uid("1.2.826.9")


def test_a_copy_does_not_stay_in_an_item_because_its_place_there_would() -> None:
    actions = {f"{REGION:08X}": "@process()", f"{MODEL:08X}": "at @value(root:InstitutionName)"}
    item = (Wire(MODEL, "LO", b"before"), Wire(0x00081010, "SH", b"ROOM"))
    result = run(
        script(actions), Wire(REGION, "SQ", (item,)), Wire(INSTITUTION, "LO", b"Barataria ")
    )
    assert b"Barataria" not in result.data
    assert opened(result, REGION).ManufacturerModelName == "REMOVED"


def test_what_a_kept_element_says_of_the_patient_is_not_hidden_by_other_letters() -> None:
    maker = Wire(0x00080070, "LO", b"Testmann")
    assert text_set("x@contents(Manufacturer)", maker, tag=MEANS_OF_ENTRY) == "REMOVED"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("@contents(this)", "Knee of Dr. [removed]"),
        ("Trial 7: @contents(this)", "Trial 7: Knee of Dr. [removed]"),
        ("@uppercase(this)", "KNEE OF DR. [removed]"),
        ("@contents(StudyDescription)/7", "Knee of Dr. [removed]/7"),
        # In these the name might not be found.
        ("@lowercase(this)", None),
        ("@truncate(StudyDescription,16)", None),
        ("x@contents(this)", None),
        ("@contents(this) @contents(InstitutionName)", None),
    ],
)  # fmt: skip
def test_a_copy_is_cleaned_where_its_source_would_be_and_its_words_are_whole(
    expression: str, expected: str | None
) -> None:
    institution = Wire(INSTITUTION, "LO", b"Barataria ")
    elements = [DESCRIPTION, institution, Wire(0x0008103E, "LO", b"Knee of Dr. Quixote ")]
    result = opened(run(script({"0008103E": expression}), *elements, options=["clean_desc"]))
    assert result.get("SeriesDescription") == expected
    kept = text_set("@contents(StudyDescription)", DESCRIPTION, tag=MODEL, options=["clean_desc"])
    assert kept == "REMOVED"


@pytest.mark.parametrize(
    ("tag", "expression", "is_moved"),
    [
        ("00080020", "@contents(SeriesDate)", True),
        ("00080020", r"@contents(SeriesDate)\\20200101", False),
        ("00080030", "@truncate(SeriesDate,6)", False),
        ("0008002A", "@contents(SeriesDate)101112", False),
        (f"{MEANS_OF_ENTRY:08X}", "@always()@contents(SeriesDate)", False),
    ],
)
def test_a_copied_date_is_moved_as_where_it_is_from_or_goes(
    tag: str, expression: str, is_moved: bool
) -> None:
    olds = [
        Wire(0x00080020, "DA", b"20010101"),
        Wire(0x00080021, "DA", b"20190817"),
        Wire(0x0008002A, "DT", b"20010101"),
        Wire(0x00080030, "TM", b"101112"),
    ]
    result = run(script({tag: expression}), *olds, options=["rtn_long_modif_dates"])
    dataset, number = opened(result), int(tag, 16)
    assert dataset.SeriesDate not in ("", "20190817")
    assert b"20190817" not in result.data
    assert b"201908" not in result.data
    if is_moved:
        assert dataset[number].value == dataset.SeriesDate
    else:
        assert number not in dataset or dataset[number].value in ("", "REMOVED")


def test_a_copy_of_what_the_profile_keeps_stands() -> None:
    assert text_set("on @contents(Manufacturer)", Wire(0x00080070, "LO", b"ACME"), tag=MODEL) == (
        "on ACME"
    )
    station = Wire(0x00081010, "SH", b"ROOM")
    assert text_set("@contents(StationName)", station) is None
    assert text_set("@contents(StationName)", station, options=["rtn_dev_id"]) == "ROOM"


@pytest.mark.parametrize("options", [[], ["rtn_safe_priv"]])
def test_a_copy_of_a_private_element_stands_where_the_profile_keeps_it(options: list[str]) -> None:
    creator = Wire(0x00190010, "LO", b"SIEMENS MR HEADER ")
    safe = Wire(0x0019100C, "IS", b"1000")
    text = text_set("b @contents(0019[SIEMENS MR HEADER]0C)", creator, safe, options=options)
    assert text == ("b 1000" if options else None)


def test_a_copy_of_file_meta_information_passes_the_floor() -> None:
    profile = Profile(
        "c", 1, base=Base.CTP, ctp_script=script({"00081010": "AE @contents([0002,0016])"})
    )
    data = file_with([Wire(0x00081010, "SH", b"before")], meta=[Wire(0x00020016, "AE", b"SECRET")])
    result = deidentify(data, profile=profile, pseudonyms=PSEUDONYMS)
    assert b"SECRET" not in result.data


def test_the_floor_is_beneath_the_items_that_a_script_enters() -> None:
    actions = {
        f"{REGION:08X}": "@process()",
        f"{COMMENTS:08X}": "@contents(root:PatientName)",
        "00081070": "@value(root:ReferringPhysicianName)",
        "00100010": "@uppercase(this)",
        f"{INSTITUTION:08X}": "Dr Testmann's clinic",
        f"{COUNTRY:08X}": "@hash(root:PatientID,8)",
    }
    item = (
        Wire(INSTITUTION, "LO", b"before"),
        Wire(0x00081070, "PN", b"Nurse^Joy "),
        Wire(0x00100010, "PN", b"Testmann^Alonso "),
        Wire(COUNTRY, "LO", b"before"),
        Wire(COMMENTS, "LT", b"before"),
    )
    result = run(script(actions), Wire(REGION, "SQ", (item,)), PHYSICIAN)
    for secret in (b"testmann", b"alonso", b"house", b"gregory", b"joy"):
        assert secret not in result.data.lower()
    assert opened(result, REGION).CountryOfResidence == decimal_md5("TESTID-0815", 8)


def test_a_hash_over_what_another_action_copies_stands() -> None:
    actions = {"00080018": "@hashuid(@UIDROOT,this,PatientID)", "00100020": "@contents(this)"}
    dataset = opened(run(script(actions)))
    assert dataset.SOPInstanceUID == hash_uid(ROOT, f"{OLD_UIDS[SOP]}TESTID-0815")
    assert dataset.PatientID == PSEUDONYMS.patient_id("TESTID-0815")


@pytest.mark.parametrize("floor", [True, False])
def test_the_owner_learns_every_uid_that_the_script_replaced(floor: bool) -> None:
    hashed = "@hashuid(@UIDROOT,this)"
    actions = {
        "00200052": hashed,
        "00081155": hashed,
        f"{REGION:08X}": "@process()",
        "0020000D": "1.2.3.4",
        "0020000E": hashed,
    }
    item = (Wire(0x00081155, "UI", uid("1.2.826.8")),)
    frame = Wire(0x00200052, "UI", uid("1.2.826.7"))
    result = run(script(actions), Wire(REGION, "SQ", (item,)), frame, floor=floor)
    expected = {old: hash_uid(ROOT, old) for old in ("1.2.826.7", "1.2.826.8", OLD_UIDS[SERIES])}
    expected[OLD_UIDS[STUDY]] = "1.2.3.4"
    assert expected.items() <= result.replaced.items()
    assert (OLD_UIDS[SOP] in result.replaced) is floor


def test_without_the_floor_copies_are_the_scripts_matter() -> None:
    assert text_set("Born @contents(PatientBirthDate)", BIRTH, floor=False) == "Born 19600102"
    result = run(script({"00100020": "@contents(this)X"}), floor=False)
    assert result.patients == {"TESTID-0815": "TESTID-0815X"}
