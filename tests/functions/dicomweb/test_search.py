import json
from typing import Any

import pytest

from functions.dicomweb import search
from tests.functions.dicomweb.front import EXPLICIT, JPEG, URL, Front, attributes


def _values(answer: list[dict[str, Any]], tag: str) -> list[Any]:
    return [entry[tag].get("Value", [None])[0] for entry in answer]


def test_studies_are_answered_latest_first(front: Front) -> None:
    answer = front.ask("/studies")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/dicom+json"
    assert _values(answer.json, "0020000D") == ["1.2", "1.1"]
    assert answer.json[1] == {
        "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
        "00080020": {"vr": "DA", "Value": ["20200101"]},
        "00080030": {"vr": "TM"},
        "00080050": {"vr": "SH"},
        "00080056": {"vr": "CS", "Value": ["ONLINE"]},
        "00080061": {"vr": "CS", "Value": ["MR"]},
        "00080090": {"vr": "PN"},
        "00080201": {"vr": "SH"},
        "00081190": {"vr": "UR", "Value": [f"{URL}/studies/1.1"]},
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "SL-A"}]},
        "00100020": {"vr": "LO", "Value": ["SL-A"]},
        "00100030": {"vr": "DA"},
        "00100040": {"vr": "CS"},
        "0020000D": {"vr": "UI", "Value": ["1.1"]},
        "00200010": {"vr": "SH"},
        "00201206": {"vr": "IS", "Value": [2]},
        "00201208": {"vr": "IS", "Value": [3]},
    }
    assert list(answer.json[1]) == sorted(answer.json[1])


@pytest.mark.parametrize(
    ("path", "query", "tag", "expected"),
    [
        ("/studies", "PatientName=sl-b", "0020000D", ["1.2"]),
        ("/studies", "00100020=*A*", "0020000D", ["1.1"]),
        ("/studies", "ModalitiesInStudy=CT", "0020000D", ["1.2"]),
        ("/studies", "StudyDate=-20201231", "0020000D", ["1.1"]),
        ("/studies", "StudyInstanceUID=1.1,1.2,1.9", "0020000D", ["1.2", "1.1"]),
        ("/studies", "StudyInstanceUID=1.1%5C1.9", "0020000D", ["1.1"]),
        ("/studies", "NumberOfStudyRelatedInstances=3", "0020000D", ["1.1"]),
        ("/studies", "limit=1", "0020000D", ["1.2"]),
        ("/studies", "limit=1&offset=1", "0020000D", ["1.1"]),
        ("/studies", "includefield=StudyDescription", "00081030", ["BRAIN", "BRAIN"]),
        ("/series", "", "0020000E", ["1.2.1", "1.1.1", "1.1.2"]),
        ("/series", "PatientID=SL-A", "0020000E", ["1.1.1", "1.1.2"]),
        ("/series", "Modality=CT", "0020000E", ["1.2.1"]),
        ("/series", "Modality=CT&PatientID=SL-B", "00100020", ["SL-B"]),
        ("/series", "StudyInstanceUID=1.1&SeriesNumber=2", "0020000E", ["1.1.2"]),
        ("/studies/1.1/series", "", "0020000E", ["1.1.1", "1.1.2"]),
        ("/studies/1.1/series", "SeriesNumber=1", "00201209", [2]),
        ("/studies/1.1/series", "PatientName=SL-A", "00100010", [{"Alphabetic": "SL-A"}] * 2),
        ("/instances", "", "00080018", ["1.2.1.1", "1.1.1.1", "1.1.1.2", "1.1.2.1"]),
        ("/instances", "SOPInstanceUID=1.1.2.1", "0020000E", ["1.1.2"]),
        ("/instances", "Modality=CT", "00083002", [JPEG]),
        ("/studies/1.1/instances", "", "0020000E", ["1.1.1", "1.1.1", "1.1.2"]),
        ("/studies/1.1/instances", "SeriesNumber=2", "00080018", ["1.1.2.1"]),
        ("/studies/1.1/series/1.1.1/instances", "", "00080018", ["1.1.1.1", "1.1.1.2"]),
        ("/studies/1.1/series/1.1.1/instances", "InstanceNumber=1", "00083002", [EXPLICIT] * 2),
        ("/studies/1.1/series/1.1.1/instances", "includefield=all", "00100020", ["SL-A"] * 2),
        (
            "/studies/1.1/series/1.1.1/instances", "limit=1", "00081190",
            [f"{URL}/studies/1.1/series/1.1.1/instances/1.1.1.1"],
        ),
    ],
)  # fmt: skip
def test_search_finds_what_matches(
    front: Front, path: str, query: str, tag: str, expected: list[Any]
) -> None:
    assert _values(front.ask(path, query).json, tag) == expected


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/studies", "PatientID=SL-C"), ("/studies", "offset=2"), ("/studies", "offset=99999999"),
        ("/studies", "limit=0"), ("/studies", "StudyInstanceUID=1.9"), ("/series", "Modality=XA"),
        ("/studies/1.9/series", ""), ("/studies/1.9/instances", ""), ("/instances", "Rows=7"),
        ("/studies/1.1/series/1.9/instances", ""), ("/studies/1.2/series/1.1.1/instances", ""),
        ("/studies/1.1/series", "PatientID=SL-B"), ("/studies/1.1/instances", "StudyDate=20210101"),
    ],
)  # fmt: skip
def test_nothing_found_is_no_content(front: Front, path: str, query: str) -> None:
    answer = front.ask(path, query)
    assert (answer.status, answer.body) == (204, b"")


def test_bad_query_is_refused_naming_the_key(front: Front) -> None:
    answer = front.ask("/studies", "StudyDate=20209999")
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
    assert "StudyDate" in answer.json["detail"]
    assert "20209999" not in answer.json["detail"]


def test_more_to_come_is_warned_of_with_the_number(front: Front) -> None:
    warning = front.ask("/studies", "limit=1").headers["Warning"]
    assert warning == f"299 {URL}: There are 1 additional results that can be requested"
    assert "Warning" not in front.ask("/studies", "limit=2").headers
    nested = front.ask("/studies/1.1/instances", "limit=1").headers["Warning"]
    assert nested == f"299 {URL}: There are 2 additional results that can be requested"
    assert "additional results" in front.ask("/instances", "limit=1").headers["Warning"]


def test_what_is_not_performed_is_warned_of(front: Front) -> None:
    answer = front.ask("/studies", "fuzzymatching=true&limit=1")
    assert answer.headers["Warning"].count(f"299 {URL}: ") == 2


def test_pages_together_are_the_whole(front: Front) -> None:
    pages = [front.ask("/instances", f"limit=1&offset={place}").json for place in range(4)]
    assert [page[0] for page in pages] == front.ask("/instances").json


def test_answer_ends_where_it_grows_too_large(front: Front) -> None:
    rows = [
        front.store(f"2.{n}", f"2.{n}.1", f"2.{n}.1.1", attributes=attributes(date="", name="é"))
        for n in range(40)
    ]
    front.sum_up(rows)
    answer = front.ask("/studies", "limit=1000000000&PatientID=é")
    limit = front.services.settings.body_limit_bytes
    assert limit - 1000 < len(answer.body) <= limit
    left = 40 - len(answer.json)
    assert f"There are {left} additional results" in answer.headers["Warning"]


def test_a_search_that_would_cost_too_much_is_refused(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PARTITION_LIMIT", 1)
    for path in ("/series", "/instances"):
        answer = front.ask(path, "Modality=XA")
        assert (answer.status, answer.json["code"]) == (413, "oversized")
        assert front.ask(path, "StudyInstanceUID=1.2").status == 200


def test_instances_are_found_before_their_series_is_summed_up(front: Front) -> None:
    front.store("3.1", "3.1.1", "3.1.1.1", attributes=attributes(date="20220101", name="SL-C"))
    answer = front.ask("/studies/3.1/series/3.1.1/instances", "PatientID=SL-C")
    assert _values(answer.json, "00080018") == ["3.1.1.1"]


def test_large_answers_are_gzipped_where_that_is_accepted(front: Front) -> None:
    plain = front.ask("/instances")
    packed = front.ask("/instances", headers={"accept-encoding": "gzip, deflate"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body)
    assert packed.json == plain.json


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        ("", "application/json", 200), ("", "*/*", 200), ("", "application/dicom+xml", 406),
        ("", 'multipart/related; type="application/dicom+xml"', 406), ("", "nonsense", 400),
        ("accept=application/dicom+json", "text/html", 200),
        ("accept=application%2Fdicom%2Bxml", "*/*", 406),
    ],
)  # fmt: skip
def test_representation_is_negotiated(front: Front, query: str, accept: str, status: int) -> None:
    assert front.ask("/studies", query, headers={"Accept": accept}).status == status


def test_names_with_markup_stay_json(front: Front) -> None:
    name = '<script>"\\'
    front.sum_up([front.store("4", "4.1", "4.1.1", attributes=attributes(date="", name=name))])
    answer = front.ask("/studies", "StudyInstanceUID=4")
    assert json.loads(answer.body)[0]["00100020"]["Value"] == [name]
