"""Editing cards: labels, notes, quality, custom fields; entity tags; new subjects."""

from dataclasses import replace

import pytest

from scanloft.core.annotations import Level
from scanloft.core.items_of_people import label_item
from scanloft.core.model import Role
from tests.functions.api.front import Front
from tests.functions.api.hierarchy.made import SERIES, listed, session, subject_path, told

FIELDS = {
    "session": [
        {"name": "visit", "type": "integer"},
        {"name": "seen_on", "type": "date"},
        {"name": "weight", "type": "number"},
        {"name": "arm", "type": "choice", "choices": ["drug", "placebo"]},
        {"name": "done", "type": "flag"},
        {"name": "comment", "type": "text"},
    ]
}
SUBJECTS = "/api/projects/alpha/subjects"


@pytest.fixture
def alpha(front: Front) -> Front:
    front.project("alpha", mia=Role.MEMBER)
    project = front.services.projects.project("alpha")
    front.services.projects.update(replace(project, fields=FIELDS))
    return front


def test_what_is_left_out_of_an_edit_stays(alpha: Front) -> None:
    path = session(alpha)
    edit = {"label": "A", "notes": "one\ntwo", "quality": "questionable", "fields": {"visit": 1}}
    assert alpha.call("PATCH", path, body=edit).status == 200
    shown = alpha.call("PATCH", path, body={"fields": {"weight": 70.5}}).body
    assert {name: shown[name] for name in ("label", "notes", "quality")} == {
        name: edit[name] for name in ("label", "notes", "quality")
    }
    assert shown["fields"] == {"visit": 1, "weight": 70.5}
    shown = alpha.call("PATCH", path, body={"label": "", "fields": {"visit": None}}).body
    assert (shown["label"], shown["fields"]) == ("", {"weight": 70.5})


@pytest.mark.parametrize(
    "fields",
    [
        {"seen_on": "2026-02-30"},
        {"seen_on": "1.2.2026"},
        {"visit": "one"},
        {"visit": 1.5},
        {"visit": True},
        {"weight": "70"},
        {"arm": "surgery"},
        {"done": 1},
        {"comment": "a\u0000"},
    ],
)
def test_bad_date_and_bad_integer_are_a_400_and_change_nothing(
    alpha: Front, fields: dict[str, object]
) -> None:
    path = session(alpha)
    reply = alpha.call("PATCH", path, body={"notes": "x", "fields": fields})
    assert reply.status == 400
    assert alpha.call("GET", path).body["notes"] == ""


def test_a_field_that_the_project_does_not_have_is_a_conflict(alpha: Front) -> None:
    path = session(alpha)
    assert alpha.call("PATCH", path, body={"fields": {"nothing": 1}}).status == 409
    assert (
        alpha.call("PATCH", f"{path}/scans/{SERIES}", body={"fields": {"visit": 1}}).status == 409
    )


@pytest.mark.parametrize("label", ["-a", " a", "a ", "a/b", "..", "é", "a" * 65, "<b>", "a\n"])
def test_a_label_is_of_letters_digits_and_little_else(alpha: Front, label: str) -> None:
    assert alpha.call("PATCH", session(alpha), body={"label": label}).status == 400


def test_labels_are_unique_in_a_project_whatever_the_case(alpha: Front) -> None:
    first, second = session(alpha, "1.1"), session(alpha, "1.2", patient="P2")
    assert alpha.call("PATCH", first, body={"label": "Visit"}).status == 200
    assert alpha.call("PATCH", second, body={"label": "VISIT"}).status == 409
    assert alpha.call("PATCH", subject_path(), body={"label": "Visit"}).status == 200
    assert alpha.call("PATCH", first, body={"label": "Other"}).status == 200
    assert alpha.call("PATCH", second, body={"label": "VISIT"}).status == 200


def test_labels_are_per_project_while_data_keep_their_own_identifiers(alpha: Front) -> None:
    alpha.project("beta")
    first, second = session(alpha, "1.1"), session(alpha, "1.1", project="beta")
    for path in (first, second):
        assert alpha.call("PATCH", path, body={"label": "Visit"}).body["session"] == "1.1"
    assert alpha.call("PATCH", first, body={"label": "Other"}).status == 200
    assert alpha.call("GET", second).body["label"] == "Visit"


def test_a_scan_label_need_not_be_its_own(alpha: Front) -> None:
    path = session(alpha, series=("1.2.3", "1.2.4"))
    for series in ("1.2.3", "1.2.4"):
        assert alpha.call("PATCH", f"{path}/scans/{series}", body={"label": "T1"}).status == 200


def test_relabelling_keeps_files_intact(alpha: Front) -> None:
    path = session(alpha)
    before = alpha.call("GET", f"{path}/scans").body
    for label in ("A", "B", "A"):
        assert alpha.call("PATCH", path, body={"label": label}).body["label"] == label
        assert alpha.call("GET", f"{path}/scans").body == before
    assert alpha.call("GET", path).body["session"] == "1.2"


def test_an_edit_of_what_somebody_else_changed_is_refused(alpha: Front) -> None:
    path = session(alpha)
    etag = alpha.call("GET", path).headers["ETag"]
    first = alpha.call("PATCH", path, body={"notes": "a"}, headers={"If-Match": etag})
    assert first.status == 200
    second = alpha.call("PATCH", path, body={"notes": "b"}, headers={"If-Match": etag})
    assert second.status == 412
    again = {"If-Match": first.headers["ETag"]}
    assert alpha.call("PATCH", path, body={"notes": "b"}, headers=again).status == 200


def test_images_that_arrive_while_a_note_is_written_are_no_change_of_the_card(
    alpha: Front,
) -> None:
    path = session(alpha)
    etag = alpha.call("GET", path).headers["ETag"]
    session(alpha, series=("1.2.3", "1.2.4"))
    assert alpha.call("GET", path).headers["ETag"] != etag
    reply = alpha.call("PATCH", path, body={"notes": "a"}, headers={"If-Match": etag})
    assert reply.status == 200


def test_edits_are_in_the_feed_without_what_they_say(alpha: Front) -> None:
    path = session(alpha)
    alpha.call("PATCH", path, body={"label": "Ann", "notes": "Ann"})
    alpha.call("PATCH", f"{path}/scans/{SERIES}", body={"notes": "Ann"})
    assert told(alpha) == ["session 1.2 edited", f"scan 1.2/{SERIES} edited"]
    entries = list(alpha.services.audit.entries("alpha"))
    assert not [entry for entry in entries if "Ann" in str(entry)]


def test_a_label_whose_edit_broke_off_is_free_after_a_minute(alpha: Front) -> None:
    path = session(alpha)
    now = int(alpha.services.now().timestamp())
    claim = label_item("alpha", Level.SESSION, "Visit")
    alpha.services.rows.put(claim, {"name": "1.77", "at": now - 10, "mark": "m"})
    assert alpha.call("PATCH", path, body={"label": "Visit"}).status == 409
    alpha.services.rows.put(claim, {"name": "1.77", "at": now - 100, "mark": "m"})
    assert alpha.call("PATCH", path, body={"label": "Visit"}).status == 200


def test_a_subject_can_be_made_before_its_images_come(alpha: Front) -> None:
    made = alpha.call("POST", SUBJECTS, body={"label": "S 001"}, user="mia")
    assert made.status == 201
    assert made.body["created_by"] == "mia"
    assert alpha.call("POST", SUBJECTS, body={"label": "s 001"}).status == 409
    known = alpha.call("POST", SUBJECTS, body={"label": "P7"}).body
    assert known["subject"] == "P7"
    session(alpha, patient="P7")
    assert sorted(listed(alpha, "subject")) == sorted([made.body["subject"], "P7"])
    body = alpha.call("GET", f"{SUBJECTS}/P7/sessions").body
    assert [entry["session"] for entry in body["sessions"]] == ["1.2"]


def test_a_new_subject_cannot_take_the_name_or_label_of_another(alpha: Front) -> None:
    session(alpha)
    assert alpha.call("POST", SUBJECTS, body={"label": "P1"}).status == 409
    session(alpha, "1.9", patient="P2")
    assert alpha.call("PATCH", subject_path("P2"), body={"label": "P1"}).status == 409
    assert alpha.call("PATCH", subject_path("P1"), body={"label": "P1"}).status == 200


def test_a_label_that_was_a_name_once_makes_a_subject_of_another_name(alpha: Front) -> None:
    session(alpha)
    assert alpha.call("PATCH", subject_path("P1"), body={"label": "First"}).status == 200
    made = alpha.call("POST", SUBJECTS, body={"label": "P1"})
    assert made.status == 201
    assert made.body["subject"].startswith("s-")
    found = alpha.call("GET", SUBJECTS, query={"label": "p1"}).body["subjects"]
    assert [entry["subject"] for entry in found] == [made.body["subject"]]
