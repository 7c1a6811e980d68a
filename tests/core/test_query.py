from urllib.parse import quote

import pytest

from scanloft.core.attributes import ATTRIBUTE_BY_KEYWORD, Level
from scanloft.core.errors import InvalidRequest
from scanloft.core.model import Attributes
from scanloft.core.query import LIMIT_MAX, parse_query, study_order

NAME = "Yamada^Tarou=山田^太郎=やまだ^たろう"

MATCHES = [
    # keyword, value to match, stored value, whether it matches, section
    ("PatientID", "SL-77", "SL-77", True, "PS3.4 C.2.2.2.1"),
    ("PatientID", "sl-77", "SL-77", False, "PS3.4 C.2.2.2.1"),
    ("PatientID", "SL-7", "SL-77", False, "PS3.4 C.2.2.2.1"),
    ("PatientID", " SL-77 ", "SL-77 ", True, "PS3.5 6.2"),
    ("PatientID", "", "SL-77", True, "PS3.4 C.2.2.2.3"),
    ("PatientID", "", None, True, "PS3.4 C.2.2.2.3"),
    ("PatientID", "SL-77", None, False, "PS3.4 C.2.2.2.1"),
    ("PatientID", "*", None, True, "PS3.4 C.2.2.2.4"),
    ("PatientID", "**", "SL-77", True, "PS3.4 C.2.2.2.4"),
    ("PatientID", "*7*", "SL-77", True, "PS3.4 C.2.2.2.4"),
    ("PatientID", "SL-7?", "SL-77", True, "PS3.4 C.2.2.2.4"),
    ("PatientID", "SL-7??", "SL-77", False, "PS3.4 C.2.2.2.4"),
    ("PatientID", "?L*7", "SL-77", True, "PS3.4 C.2.2.2.4"),
    ("PatientID", "SL*", "xSL-77", False, "PS3.4 C.2.2.2.4"),
    ("PatientID", "*S*-*7", "SL-77", True, "PS3.4 C.2.2.2.4"),
    ("PatientID", "[SL]*", "SL-77", False, "PS3.4 C.2.2.2.4"),
    ("PatientID", "SL.77", "SL-77", False, "PS3.4 C.2.2.2.4"),
    ("PatientID", "a,b", "a,b", True, "PS3.18 8.3.4.1"),
    ("StudyDescription", "*brain*", "MR BRAIN", False, "PS3.4 C.2.2.2.4"),
    ("StudyDescription", "*BRAIN", "MR BRAIN", True, "PS3.4 C.2.2.2.4"),
    ("PatientName", "DOE^JOHN", "doe^John", True, "PS3.4 C.2.2.2.1"),
    ("PatientName", "doe^john", "DOE^JOHN^^^", True, "PS3.5 6.2.1.1"),
    ("PatientName", "DOE^JOHN^^", "DOE^JOHN", True, "PS3.5 6.2.1.1"),
    ("PatientName", "DOE", "DOE^JOHN", False, "PS3.4 C.2.2.2.1"),
    ("PatientName", "doe*", "DOE^JOHN", True, "PS3.4 C.2.2.2.4"),
    ("PatientName", "*OHN*", "Doe^John", True, "PS3.4 C.2.2.2.4"),
    ("PatientName", "D?E^*", "Doe^John", True, "PS3.4 C.2.2.2.4"),
    ("PatientName", "MÜLLER", "Müller", True, "PS3.4 C.2.2.2.1"),
    ("PatientName", "yamada^tarou", NAME, True, "PS3.5 6.2.1.2"),
    ("PatientName", "山田^太郎", NAME, True, "PS3.5 6.2.1.2"),
    ("PatientName", "やまだ*", NAME, True, "PS3.5 6.2.1.2"),
    ("PatientName", NAME, NAME, True, "PS3.5 6.2.1.2"),
    ("PatientName", "鈴木", NAME, False, "PS3.5 6.2.1.2"),
    ("StudyDate", "20200229", "20200229", True, "PS3.4 C.2.2.2.5.1"),
    ("StudyDate", "20200229", "2020.02.29", True, "PS3.5 6.2 DA"),
    ("StudyDate", "20200229", "20200228", False, "PS3.4 C.2.2.2.5.1"),
    ("StudyDate", "20200101-20201231", "20200101", True, "PS3.4 C.2.2.2.5.1"),
    ("StudyDate", "20200101-20201231", "20201231", True, "PS3.4 C.2.2.2.5.1"),
    ("StudyDate", "20200101-20201231", "20210101", False, "PS3.4 C.2.2.2.5.1"),
    ("StudyDate", "-20201231", "19000101", True, "PS3.4 C.2.2.2.5.1"),
    ("StudyDate", "-20201231", "20210101", False, "PS3.4 C.2.2.2.5.1"),
    ("StudyDate", "20200101-", "20991231", True, "PS3.4 C.2.2.2.5.1"),
    ("StudyDate", "20200101-", "20191231", False, "PS3.4 C.2.2.2.5.1"),
    ("StudyDate", "20200101-", "not a date", False, "PS3.4 C.2.2.2.5.1"),
    ("StudyDate", "20200101-", None, False, "PS3.4 C.2.2.2.5.1"),
    ("StudyTime", "1030", "103000", True, "PS3.4 C.2.2.2.5.2"),
    ("StudyTime", "10", "105959.99", True, "PS3.4 C.2.2.2.5.2"),
    ("StudyTime", "1000-1200", "120000", True, "PS3.4 C.2.2.2.5.2"),
    ("StudyTime", "1000-1200", "0959", False, "PS3.4 C.2.2.2.5.2"),
    ("StudyTime", "1000-1200", "1201", False, "PS3.4 C.2.2.2.5.2"),
    ("StudyTime", "-103000.5", "103000.499999", True, "PS3.4 C.2.2.2.5.2"),
    ("StudyTime", "103000.6-", "103000.5", False, "PS3.4 C.2.2.2.5.2"),
    ("AcquisitionDateTime", "2020", "20200704101500", True, "PS3.4 C.2.2.2.5.3"),
    ("AcquisitionDateTime", "202002-", "20200131235959", False, "PS3.4 C.2.2.2.5.3"),
    ("AcquisitionDateTime", "-202002", "20200229235959.9", True, "PS3.4 C.2.2.2.5.3"),
    ("AcquisitionDateTime", "20200101120000+0100", "20200101110000+0000", True, "PS3.5 6.2 DT"),
    ("AcquisitionDateTime", "20200101120000-0500", "20200101170000", True, "PS3.5 6.2 DT"),
    (
        "AcquisitionDateTime", "20200101120000-0500-20200101130000-0500", "20200101173000",
        True, "PS3.4 C.2.2.2.5.3",
    ),
    ("StudyInstanceUID", "1.2.3", "1.2.3", True, "PS3.4 C.2.2.2.2"),
    ("StudyInstanceUID", "1.2.3,1.2.4", "1.2.4", True, "PS3.18 8.3.4.1"),
    ("StudyInstanceUID", "1.2.3\\1.2.4", "1.2.4", True, "PS3.4 C.2.2.2.2"),
    ("StudyInstanceUID", "1.2.3,,1.2.4,", "1.2.4", True, "PS3.18 8.3.4.1"),
    ("StudyInstanceUID", "1.2.3", "1.2.33", False, "PS3.4 C.2.2.2.2"),
    ("Modality", "CT", "CT", True, "PS3.4 C.2.2.2.1"),
    ("Modality", "ct", "CT", False, "PS3.4 C.2.2.2.1"),
    ("Modality", "CT\\MR", "MR", True, "PS3.4 C.2.2.2.8"),
    ("Modality", "C*", "CT", True, "PS3.4 C.2.2.2.4"),
    ("SeriesNumber", "7", 7, True, "PS3.4 C.2.2.2.1"),
    ("SeriesNumber", "007", 7, True, "PS3.5 6.2 IS"),
    ("SeriesNumber", "8", 7, False, "PS3.4 C.2.2.2.1"),
    ("Rows", "512", 512, True, "PS3.4 C.2.2.2.1"),
    ("PatientAge", "045Y", "045Y", True, "PS3.4 C.2.2.2.1"),
]  # fmt: skip


@pytest.mark.parametrize(("keyword", "wanted", "stored", "expected", "section"), MATCHES)
def test_value_matches_as_the_standard_says(
    keyword: str, wanted: str, stored: str | int | None, expected: bool, section: str
) -> None:
    tag = ATTRIBUTE_BY_KEYWORD[keyword].tag
    row: Attributes = {} if stored is None else {tag: (stored,)}
    for key in (keyword, tag, tag.lower()):
        query = parse_query(f"{key}={quote(wanted)}", level=Level.INSTANCE)
        assert query.matches(row) is expected, section


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("StudyDate=20201301", "StudyDate"), ("StudyDate=20190229", "StudyDate"),
        ("StudyDate=-", "StudyDate"), ("StudyDate=2020", "StudyDate"),
        ("StudyDate=20200101-20200102-20200103", "StudyDate"), ("StudyDate=*", "StudyDate"),
        ("StudyTime=25", "StudyTime"), ("StudyTime=1", "StudyTime"),
        ("StudyTime=10:30", "StudyTime"), ("StudyTime=10.5", "StudyTime"),
        ("SeriesNumber=x", "SeriesNumber"), ("SeriesNumber=nan", "SeriesNumber"),
        ("SeriesNumber=1_0", "SeriesNumber"), (f"SeriesNumber={'9' * 100}", "SeriesNumber"),
        ("StudyInstanceUID=1.2.*", "StudyInstanceUID"), ("0020000d=x", "0020000d"),
        ("AcquisitionDateTime=20", "AcquisitionDateTime"), ("limit=-1", "limit"),
        ("limit=x", "limit"), ("limit=", "limit"), ("limit=1&limit=2", "limit"),
        ("offset=1.5", "offset"), ("fuzzymatching=maybe", "fuzzymatching"),
        ("Nonsense=1", "Nonsense"), ("00990099=1", "00990099"),
        ("PatientID=a&PatientID=b", "PatientID"), ("PatientID=a&00100020=b", "00100020"),
        (f"PatientID={'a' * 257}", "PatientID"), ("PatientName.x=1", "The key in place 1"),
        ("PatientID=a&%3Cscript%3E=1", "The key in place 2"),
    ],
)  # fmt: skip
def test_malformed_query_is_refused_naming_the_key_and_nothing_else(query: str, key: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_query(query, level=Level.INSTANCE)
    assert key in refusal.value.message
    assert "script" not in refusal.value.message


def test_attribute_of_a_lower_level_is_refused() -> None:
    assert parse_query("PatientID=1", level=Level.SERIES).constraints
    with pytest.raises(InvalidRequest, match="Modality is an attribute of a lower level"):
        parse_query("Modality=CT", level=Level.STUDY)


def test_too_many_keys_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="keys"):
        parse_query("&".join(f"includefield=a{n}" for n in range(101)), level=Level.STUDY)


def test_what_ohif_asks_is_understood() -> None:
    query = parse_query(
        "limit=101&offset=0&fuzzymatching=false&includefield=00081030,00080060,00080090,00100030",
        level=Level.STUDY,
    )
    assert (query.limit, query.offset, query.warnings) == (101, 0, ())
    tags = [attribute.tag for attribute in query.wanted(defaults_from=Level.STUDY)]
    assert "00081030" in tags
    assert "00080060" not in tags  # an attribute of series, none of studies
    assert tags == sorted(tags)


def test_matched_and_included_attributes_are_in_the_answer() -> None:
    def keywords(text: str) -> set[str]:
        query = parse_query(text, level=Level.SERIES)
        return {attribute.keyword for attribute in query.wanted(defaults_from=Level.SERIES)}

    plain = keywords("")
    assert {"Modality", "SeriesInstanceUID", "StudyInstanceUID", "RetrieveURL"} <= plain
    assert "PatientName" not in plain
    assert keywords("PatientName=") == plain | {"PatientName"}
    assert keywords("includefield=PatientID&includefield=Manufacturer,00180015") == plain | {
        "PatientID", "Manufacturer", "BodyPartExamined",
    }  # fmt: skip
    assert keywords("includefield=all") >= plain | {"PatientName", "Laterality", "StudyDescription"}
    assert "Rows" not in keywords("includefield=all")


def test_what_is_not_performed_is_warned_of() -> None:
    asked = "fuzzymatching=true&emptyvaluematching=true&multiplevaluematching=true"
    assert len(parse_query(asked, level=Level.STUDY).warnings) == 3
    assert parse_query("fuzzymatching=false", level=Level.STUDY).warnings == ()
    assert len(parse_query("includefield=00990099", level=Level.STUDY).warnings) == 1


def test_a_limit_beyond_reason_is_cut() -> None:
    assert parse_query("limit=1000000000", level=Level.STUDY).limit == LIMIT_MAX
    assert parse_query("", level=Level.STUDY).limit == LIMIT_MAX
    assert parse_query(f"offset={'9' * 18}", level=Level.STUDY).offset < 10**9


def test_uids_asked_for_can_be_looked_up() -> None:
    query = parse_query("StudyInstanceUID=1.2,1.3,1.2", level=Level.STUDY)
    assert query.uids("0020000D") == ("1.2", "1.3")
    assert query.uids("0020000E") == ()


def test_studies_come_latest_first_and_those_without_a_date_last() -> None:
    rows: dict[str, Attributes] = {
        "1.1": {"00080020": ("20200101",)}, "1.2": {}, "1.3": {"00080020": ("20210101",)},
        "1.0": {"00080020": ("20200101",)}, "1.4": {"00080020": ("yesterday",)},
    }  # fmt: skip
    ordered = sorted(rows, key=lambda uid: study_order(uid, rows[uid]))
    assert ordered == ["1.3", "1.0", "1.1", "1.2", "1.4"]


@pytest.mark.parametrize(
    ("dates", "times", "stored_date", "stored_time", "expected"),
    [
        ("20200101-20200103", "1800-0600", "20200102", "120000", True),
        ("20200101-20200103", "1800-0600", "20200101", "175959", False),
        ("20200101-20200103", "1800-0600", "20200101", "180000", True),
        ("20200101-20200103", "1800-0600", "20200103", "0600", True),
        ("20200101-20200103", "1800-0600", "20200103", "0601", False),
        ("20200101-", "1800-", "20200102", "0900", True),
        ("20200101-", "1800-", "20200101", "0900", False),
        ("-20200103", "-0600", "20200103", "0900", False),
        ("-20200103", "-0600", "20191231", "0900", True),
        ("20200101-20200103", "1800-", "20200103", "1759", False),
        ("20200101-20200103", "-1800", "20200101", "1759", True),
        ("20200101-", "-1800", "20200102", "1900", False),
        ("20200101-20200103", "1800-0600", "20200101", None, True),
        ("20200101-20200103", "1800-0600", None, "1800", False),
        ("20200101-20200103", "1800-0600", "20200102", "noon", False),
        ("20200102", "1800-1900", "20200102", "1830", True),
        ("20200102", "1800-1900", "20200102", "1930", False),
        ("20200101-20200103", "12", "20200102", "1830", False),
    ],
)
def test_ranges_of_date_and_time_are_one_range(
    dates: str, times: str, stored_date: str | None, stored_time: str | None, expected: bool
) -> None:  # PS3.18 8.3.4.1.1, PS3.4 C.2.2.2.5
    row: dict[str, tuple[str, ...]] = {}
    if stored_date is not None:
        row["00080020"] = (stored_date,)
    if stored_time is not None:
        row["00080030"] = (stored_time,)
    query = parse_query(f"StudyTime={times}&StudyDate={dates}", level=Level.STUDY)
    assert query.matches(row) is expected
