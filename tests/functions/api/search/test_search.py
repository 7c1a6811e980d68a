import pytest

from functions.api.search.studies import Filter
from scanloft.core.model import QuarantineItem, Study
from tests.functions.api.front import Front

SEARCH = "/api/projects/alpha/search"


def study(uid: str, *, date: str = "", patient: str = "", modality: str = "MR", text: str = "",
          project: str = "alpha") -> Study:  # fmt: skip
    attributes: dict[str, tuple[str, ...]] = {}
    for tag, value in (("00080020", date), ("00100020", patient), ("00081030", text)):
        if value:
            attributes[tag] = (value,)
    return Study(project, uid, 2, 10, 5000, (modality,), attributes)


STUDIES = [
    study("1.1", date="20240101", patient="SL-AAA", modality="MR", text="Brain"),
    study("1.2", date="20250615", patient="SL-BBB", modality="CT", text="Chest, low dose"),
    study("1.3", date="20250615", patient="SL-AAA", modality="CT", text="Abdomen"),
    study("1.4", patient="SL-CCC", modality="US"),
]


@pytest.fixture
def filled(front: Front) -> Front:
    front.project("alpha")
    front.project("beta")
    for entry in (*STUDIES, study("9.9", project="beta", date="20250101", patient="SL-AAA")):
        assert front.services.instances.put_study(entry)
    return front


@pytest.mark.parametrize(
    ("query", "uids"),
    [
        ({}, ["1.2", "1.3", "1.1", "1.4"]),
        ({"patient_id": "sl-aaa"}, ["1.3", "1.1"]),
        ({"patient_id": "SL-A"}, []),
        ({"modality": "ct"}, ["1.2", "1.3"]),
        ({"study_date": "20250615"}, ["1.2", "1.3"]),
        ({"study_date": "20240101-20250614"}, ["1.1"]),
        ({"study_date": "20250101-"}, ["1.2", "1.3"]),
        ({"study_date": "-20241231"}, ["1.1"]),
        ({"study_date": ""}, ["1.2", "1.3", "1.1", "1.4"]),
        ({"text": "CHEST"}, ["1.2"]),
        ({"text": "sl-ccc"}, ["1.4"]),
        ({"modality": "CT", "patient_id": "SL-AAA"}, ["1.3"]),
        ({"limit": "2"}, ["1.2", "1.3"]),
        ({"limit": "2", "offset": "2"}, ["1.1", "1.4"]),
        ({"offset": "100"}, []),
    ],
)
def test_studies_are_found_the_latest_first(
    filled: Front, query: dict[str, str], uids: list[str]
) -> None:
    body = filled.call("GET", SEARCH, query=query).body
    assert [entry["study_uid"] for entry in body["studies"]] == uids


def test_a_study_is_shown_as_plain_values(filled: Front) -> None:
    body = filled.call("GET", SEARCH, query={"text": "brain"}).body
    assert body == {
        "studies": [
            {
                "study_uid": "1.1",
                "study_date": "20240101",
                "description": "Brain",
                "patient_id": "SL-AAA",
                "modalities": ["MR"],
                "series_count": 2,
                "instance_count": 10,
                "size_bytes": 5000,
            }
        ],
        "total": 1,
        "offset": 0,
    }


@pytest.mark.parametrize(
    "query",
    [
        {"study_date": "2025"},
        {"study_date": "-"},
        {"study_date": "2025061520250616"},
        {"study_date": "20250615\n"},
        {"study_date": "\n"},
        {"text": "x" * 65},
        {"limit": "1000000000"},
        {"offset": "-1"},
        {"includefield": "all"},
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused(filled: Front, query: dict[str, str]) -> None:
    assert filled.call("GET", SEARCH, query=query).status == 400


def test_a_summary_counts_what_a_project_holds(filled: Front) -> None:
    for item in ("a", "b"):
        filled.services.quarantine.put(
            QuarantineItem("alpha", item, "not_dicom", "Why.", "u", "1", 7, "2026-01-01T00:00:00Z")
        )
    assert filled.call("GET", "/api/projects/alpha/summary").body == {
        "studies": 4,
        "series": 8,
        "instances": 40,
        "size_bytes": 20000,
        "quarantined": 2,
    }
    assert filled.call("GET", "/api/projects/beta/summary").body["studies"] == 1


def test_a_value_that_is_no_text_does_no_harm() -> None:
    odd = Study("alpha", "1.1", 1, 1, 1, (), {"00080020": (20250101,), "00100020": ()})
    assert Filter(first_date="20250101").matches(odd)
    assert not Filter(patient_id="x").matches(odd)
