"""Each function of CTP, by its result in a data set."""

from collections.abc import Callable

import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import CtpQuarantine, Rejected, UnlistedSubject
from scanloft.deid.ctp.functions import FUNCTIONS
from scanloft.deid.ctp.hashing import decimal_md5, hash_patient_id, hash_uid
from scanloft.deid.ctp.signatures import FUNCTIONS as SIGNATURES

ValueOf = Callable[..., str | None]
Run = Callable[..., object]
DATE = "00080020"
DESCRIPTION = "00081030"
SERIES = "0008103e"
NAME = "00100010"
AGE = "00101010"

ABC = "191415658344158766168031473277922803570"


def test_each_function_that_can_be_written_can_be_run() -> None:
    assert set(FUNCTIONS) | {"if", "select", "append", "hashuid"} == SIGNATURES


@pytest.mark.parametrize(
    ("script", "tag", "expected"),
    [
        ("@keep()", "00100020", "abc"),
        ("@remove()", "00100020", None),
        ("Bob @remove()", "00100020", None),
        ("@empty()", "00100020", ""),
        ("", "00100020", ""),
        ("@blank(3)", "00100020", "   "),
        ("Subject", "00100020", "Subject"),
        (r"a\@b\\c", "00100020", r"['a@b', 'c']"),
        ("@hash(this)", "00100020", ABC),
        ("@hash(this,10)", "00100020", "1914156583"),
        ("@hash(OtherPatientIDs)", "00100020", None),
        ("@hash(this)", "00081140", None),
        ("@hashuid(9999,PatientID)", "00100020", f"9999.{ABC}"),
        ("@hashuid(9999,OtherPatientIDs)", "00100020", None),
        ("@hashptid(99,this)", "00100020", decimal_md5("[99]abc")),
        ("@hashptid(99,PatientID,5)", "00100020", decimal_md5("[99]abc")[:5]),
        ("@hashptid(99,OtherPatientIDs)", "00100020", decimal_md5("[99]")),
        ("@hashname(this,6,2)", NAME, decimal_md5("QUIXOTEALONSO")[:6]),
        ("@hashdate(this,PatientID)", DATE, "20100523"),
        ("@hashdate(this,OtherPatientIDs)", DATE, None),
        ("@hashdate(PatientBirthDate,PatientID)", DATE, None),
        ("@hashdate(this,PatientID)", SERIES, ""),
        ("@incrementdate(this,-60)", DATE, "20200101"),
        ("@incrementdate(this,+1)", DATE, "20200302"),
        ("@incrementdate(PatientBirthDate,1)", DATE, None),
        ("@modifydate(this,*,*,1)", DATE, "20200301"),
        ("@modifydate(this,1999,*,31)", DATE, "19990331"),
        ("@modifydate(this,*,2,30)", DATE, "20200301"),
        ("@modifydate(this,*,12,0)", DATE, "20201130"),
        ("@date()", DATE, "20240203"),
        ("@date(-) @time(:)", DESCRIPTION, "2024-02-03 04:05:06"),
        ("@time()", "00080030", "040506"),
        ("@contents(StudyDate)", "00100020", "20200301"),
        ("@contents([0008,0020])@contents(00080020)", "00100020", "2020030120200301"),
        ("@contents((0008,0020))", "00100020", "20200301"),
        ("@contents(OtherPatientIDs)x", "00100020", "x"),
        (r'@contents(this,"\d")', SERIES, "Axial  mm"),
        (r'@contents(this,"(\w+) (\d)","$2-$1")', SERIES, "5-Axial mm"),
        ("@value(OtherPatientIDs)", "00100020", ""),
        ('@value(OtherPatientIDs,"none")', "00100020", "none"),
        ('@value(this,"none")', "00100020", "abc"),
        ("@truncate(this,2)", "00100020", "ab"),
        ("@truncate(this,-2)", "00100020", "bc"),
        ("@truncate(this,-9)@truncate(this,9)@truncate(this)", "00100020", "abcabcabc"),
        ("@pathelement(this,0)", DESCRIPTION, "HEAD"),
        ("@pathelement(this,-1)", DESCRIPTION, "CT"),
        ("@pathelement(this,7)", DESCRIPTION, "HEAD/ROUTINE/CT"),
        ("@uppercase(this)", "00100020", "ABC"),
        ("@lowercase(PatientName)", "00100020", "quixote^alonso^x"),
        ("@initials(this)", NAME, "AXQ"),
        ("@initials(OtherPatientIDs)", NAME, "X"),
        ("@initials(this,1)", NAME, "BYR"),
        ("@initials(this,-27)", NAME, "ZWP"),
        ("@round(this,10)", AGE, "060Y"),
        ("@round(this,5)", AGE, "055Y"),
        ("@round(this,100)", AGE, "100Y"),
        ("@round(OtherPatientIDs,5)", AGE, ""),
        ("@param(@SITE)-@param($SITE)", "00100020", "Mancha-Mancha"),
        ("@append(){two}", "00100020", "['abc', 'two']"),
        ("@always()YES", "00100020", "YES"),
        ("@require()", "00100020", "abc"),
        ("@require(PatientName)", "00100020", "abc"),
        ("@select(){root}{item}", "00100020", "root"),
        ("@process()", "00100020", "abc"),
    ],
)
def test_a_function_gives_what_ctp_gives(
    value_of: ValueOf, script: str, tag: str, expected: str | None
) -> None:
    assert value_of(script, tag, SITE="Mancha") == expected


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ("this,exists", True),
        ("OtherPatientIDs,exists", False),
        ("this,isblank", False),
        ("OtherPatientIDs,isblank", True),
        ('this,equals,"ABC"', True),
        ("this,equals,abcd", False),
        ("this,equals,@SAME", True),
        ('StudyDescription,contains,"routine"', True),
        ('StudyDescription,contains,"none"', False),
        ('this,matches,"a.c"', True),
        ('this,matches,"(?i)A.C"', True),
        ('this,matches,"b"', False),
        ('this,matches,"ab"', False),
        ('this,matches,"ABC"', False),
        ("PatientAge,greaterthan,56", True),
        ('PatientAge,greaterthan,"57 years"', False),
        ("OtherPatientIDs,greaterthan,0", False),
        ("root:StudyDate,equals,20200301", True),
        ("ReferencedImageSequence::PatientID,equals,inner", True),
        ("RefImageSeq::PatientID,equals,INNER", True),
        ("[0008,1140]::OtherPatientIDs,exists", False),
        ("PerformedSeriesSequence::PatientID,exists", False),
    ],
)
def test_a_condition_chooses_a_clause(value_of: ValueOf, condition: str, true: bool) -> None:
    chosen = value_of(f"@if({condition}){{yes @date()}} {{no}}", SAME="Abc")
    assert chosen == ("yes 20240203" if true else "no")


def test_conditions_can_be_nested(value_of: ValueOf) -> None:
    script = "@if(this,exists){@if(this,isblank){blank}{@hash(this,3)}}{absent}"
    assert value_of(script) == "191"


@pytest.mark.parametrize(
    ("date", "moved"),
    [
        ("20200301", "20200229"),
        ("0019991231", ""),
        ("00991231", "19991230"),
        ("2020-03-01", "2020-02-29"),
        ("2020.03.01", "2020.02.29"),
        ("20200301\\20200302", "['20200229', '20200301']"),
        ("20201301", "20201231"),
        ("20200301 ", "20200229"),
        ("202003", ""),
        ("20200301101112", ""),
        ("00000000", "18991129"),
        ("99991231", "99991230"),
    ],
)
def test_dates_are_moved_as_ctp_reads_them(
    patient: Dataset, run: Run, date: str, moved: str
) -> None:
    patient.StudyDescription = date
    run(patient, {DESCRIPTION: "@incrementdate(this,-1)"})
    assert str(patient.StudyDescription) == moved


def test_classes_of_regular_expressions_are_those_of_ascii(patient: Dataset, run: Run) -> None:
    patient.SpecificCharacterSet = "ISO_IR 192"
    patient.SeriesDescription = "é1"
    run(patient, {SERIES: r'@contents(this,"\w")'})
    assert patient.SeriesDescription == "é"


def test_the_key_of_several_values_has_no_backslashes(patient: Dataset, run: Run) -> None:
    patient.StudyDescription = ["A", "B"]
    run(patient, {DESCRIPTION: "@lookup(this,k)"}, lookup={"k/AB": "both"})
    assert patient.StudyDescription == "both"


def test_intervals_in_items_count_from_the_date_of_the_whole_object(
    patient: Dataset, run: Run
) -> None:
    patient.ReferencedImageSequence[0].StudyDate = "20200303"
    actions = {"00081140": "@process()", DATE: "@dateinterval(this,base,PatientID,20000101)"}
    run(patient, actions, lookup={"base/abc": "3/1/2020"})
    assert patient.StudyDate == "20000101"
    assert patient.ReferencedImageSequence[0].StudyDate == "20000103"


def test_a_uid_can_depend_on_what_another_element_becomes(value_of: ValueOf) -> None:
    assert value_of("@hashuid(9999,this,StudyDate)") == hash_uid("9999", "abc")


def test_a_uid_that_depends_on_an_element_with_a_script_takes_its_result(
    patient: Dataset, run: Run
) -> None:
    actions = {"00100020": "@hashptid(1,this)", "00080018": "@hashuid(9999,this,PatientID)"}
    run(patient, actions)
    assert patient.SOPInstanceUID == hash_uid("9999", "1.2.3.1" + hash_patient_id("1", "abc"))


def test_a_uid_that_depends_on_itself_goes_to_quarantine(patient: Dataset, run: Run) -> None:
    with pytest.raises(CtpQuarantine, match="refers to itself"):
        run(patient, {"00080018": "@hashuid(9999,this,SOPInstanceUID)"})


TABLE = {
    "ptid/abc": "SUBJECT-1",
    "both/abc|20200301": "SUBJECT-2",
    "far/abc": "@ptid/abc",
    "ring/abc": "@ring/abc",
    "days/abc": "-60",
    "base/abc": "2/28/2020",
}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("@lookup(this,ptid)", "SUBJECT-1"),
        ("@lookup(PatientID | StudyDate,both)", "SUBJECT-2"),
        ("@lookup(this,far)", "SUBJECT-1"),
        ("@lookup(StudyDate,ptid,keep)", "abc"),
        ("@lookup(StudyDate,ptid,remove)", None),
        ("@lookup(StudyDate,ptid,empty)", ""),
        ('@lookup(StudyDate,ptid,default,"none")', "none"),
        (r'@lookup(StudyDate,ptid,ignore,"\d{8}")', "20200301"),
        ("@dateinterval(StudyDate,base,PatientID)", "2"),
        ("@dateinterval(StudyDate,base,PatientID,@ORIGIN)", "20000103"),
        ("@incrementdate(StudyDate,PatientID,days)", "20200101"),
    ],
)
def test_the_lookup_table_is_asked_by_key_type_and_value(
    value_of: ValueOf, script: str, expected: str | None
) -> None:
    assert value_of(script, lookup=TABLE, ORIGIN="20000101") == expected


@pytest.mark.parametrize(
    "script",
    [
        "@lookup(StudyDate,ptid)",
        "@lookup(this,other)",
        "@lookup(this,ring)",
        '@lookup(StudyDate,ptid,ignore,"A.*")',
        "@dateinterval(StudyDate,base,StudyDate)",
        "@incrementdate(StudyDate,StudyDate,days)",
    ],
)
def test_what_the_table_does_not_have_waits_and_is_not_named(
    value_of: ValueOf, script: str
) -> None:
    with pytest.raises(UnlistedSubject) as caught:
        value_of(script, lookup=TABLE)
    assert "abc" not in str(caught.value)
    assert "2020" not in str(caught.value)


@pytest.mark.parametrize(
    ("script", "tag"),
    [
        ("@quarantine()", "00100020"),
        ("@if(this,exists){@quarantine()}{}", "00100020"),
        ("@round(this,5)", DESCRIPTION),
        ("@dateinterval(PatientName,base,PatientID)", "00100020"),
        ("@if(this,exists){@keep()}{} and text", "00100020"),
        ("Removed", "00081140"),
        ("Köln 東京", DESCRIPTION),
        ("high", "00280010"),
        ("Removed", "0020000D"),
        ("@hash(this).", "0020000D"),
        ("@blank(3)", "0020000D"),
    ],
)
def test_what_cannot_be_done_goes_to_quarantine(
    patient: Dataset, value_of: ValueOf, script: str, tag: str
) -> None:
    patient.Rows = 512
    with pytest.raises(Rejected) as caught:
        value_of(script, tag, lookup=TABLE)
    assert caught.type is CtpQuarantine
    assert "HEAD" not in str(caught.value)
