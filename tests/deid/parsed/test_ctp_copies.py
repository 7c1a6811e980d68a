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


def test_a_copy_of_what_the_profile_keeps_stands() -> None:
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
