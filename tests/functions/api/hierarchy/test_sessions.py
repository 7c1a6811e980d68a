"""Reading sessions and scans: facts, pages that cost the same, labels, sites."""

from dataclasses import replace

import pytest

from scanloft.aws import clients
from scanloft.core.annotations import Level
from scanloft.core.model import Membership, Role
from tests.functions.api.front import Front
from tests.functions.api.hierarchy.made import SERIES, STUDY, listed, session

LIST = "/api/projects/alpha/sessions"


@pytest.fixture
def alpha(front: Front) -> Front:
    front.project("alpha", mia=Role.MEMBER, carl=Role.COLLABORATOR)
    return front


def test_a_session_shows_what_its_images_and_people_say(alpha: Front) -> None:
    path = session(alpha)
    shown = alpha.call("GET", path).body
    assert shown == {
        "session": STUDY,
        "subject": "P1",
        "patient_id": "P1",
        "study_date": "20200102",
        "study_time": "",
        "description": "HEAD",
        "modalities": ["CT"],
        "scan_count": 1,
        "instance_count": 2,
        "size_bytes": 100,
        "sites": [],
        "label": "",
        "notes": "",
        "quality": "none",
        "fields": {},
        "shared_from": None,
        "merged_into": None,
        "merged": [],
    }


def test_a_scan_shows_what_its_images_and_people_say(alpha: Front) -> None:
    path = session(alpha)
    shown = alpha.call("GET", f"{path}/scans/{SERIES}").body
    assert (shown["scan"], shown["modality"], shown["number"]) == (SERIES, "CT", "1")
    assert alpha.call("GET", f"{path}/scans").body["scans"] == [shown]


def test_pages_of_sessions_and_scans_are_the_whole_list_once(alpha: Front) -> None:
    names = [f"1.{number}" for number in range(10, 17)]
    for name in names:
        session(alpha, name, series=tuple(f"{name}.{n}" for n in range(1, 6)))
    assert listed(alpha, "session") == names
    found: list[str] = []
    after = None
    while True:
        query = {"limit": "2", **({"after": after} if after else {})}
        body = alpha.call("GET", f"{LIST}/1.12/scans", query=query).body
        found += [scan["scan"] for scan in body["scans"]]
        after = body["next"]
        if after is None:
            break
    assert found == [f"1.12.{n}" for n in range(1, 6)]


def test_a_page_costs_the_same_however_many_sessions_there_are(alpha: Front) -> None:
    costs = []
    for total in (20, 120):
        for number in range(total):
            session(alpha, f"1.{1000 + number}")
        costs.append(_cost(alpha))
    assert costs[0] == costs[1]
    calls, units = costs[0]
    assert calls <= 8
    assert units <= 30


def _cost(front: Front) -> tuple[int, float]:
    """Calls to DynamoDB and items that they read, for a page of ten."""
    seen = [0, 0.0]

    def note(parsed: dict[str, object], **_: object) -> None:
        seen[0] += 1
        responses = parsed.get("Responses") or {}
        assert isinstance(responses, dict)
        seen[1] += int(str(parsed.get("ScannedCount", 0))) + sum(map(len, responses.values()))

    events = clients.dynamodb().meta.events
    events.register("after-call.dynamodb", note)
    try:
        assert front.call("GET", LIST, query={"limit": "10"}).status == 200
    finally:
        events.unregister("after-call.dynamodb", note)
    return int(seen[0]), seen[1]


def test_a_session_is_found_by_its_label_whatever_the_case(alpha: Front) -> None:
    path = session(alpha)
    session(alpha, "1.9")
    assert alpha.call("PATCH", path, body={"label": "Visit 1"}).status == 200
    found = alpha.call("GET", LIST, query={"label": "VISIT 1"}).body
    assert [entry["session"] for entry in found["sessions"]] == [STUDY]
    assert alpha.call("GET", LIST, query={"label": "Visit"}).body["sessions"] == []


@pytest.mark.parametrize("uid", ["1.3", "..", "x", "1" * 65, "%2e%2e"])
def test_what_is_not_there_is_not_found(alpha: Front, uid: str) -> None:
    path = session(alpha)
    assert alpha.call("GET", f"{LIST}/{uid}").status in (400, 404)
    assert alpha.call("GET", f"{path}/scans/{uid}").status in (400, 404)


def test_a_member_bound_to_a_site_sees_and_edits_that_sites_data_alone(alpha: Front) -> None:
    north = session(alpha, "1.1", site="north", patient="N1")
    south = session(alpha, "1.2", site="south", patient="S1")
    session(alpha, "1.3", patient="X1")
    alpha.services.projects.put_member(Membership("alpha", "nora", Role.MEMBER, site="north"))
    assert listed(alpha, "session", user="nora") == ["1.1"]
    assert listed(alpha, "subject", user="nora") == ["N1"]
    assert alpha.call("GET", north, user="nora").status == 200
    assert alpha.call("PATCH", north, user="nora", body={"notes": "x"}).status == 200
    for path in (south, f"{LIST}/1.3", "/api/projects/alpha/subjects/S1"):
        assert alpha.call("GET", path, user="nora").status == 404
        assert alpha.call("PATCH", path, user="nora", body={"notes": "x"}).status == 404


def test_a_subject_of_two_sites_is_seen_by_neither_alone(alpha: Front) -> None:
    session(alpha, "1.1", site="north")
    session(alpha, "1.2", site="south")
    alpha.services.projects.put_member(Membership("alpha", "nora", Role.MEMBER, site="north"))
    assert listed(alpha, "subject", user="nora") == []
    assert listed(alpha, "session", user="nora") == ["1.1"]
    assert listed(alpha, "subject") == ["P1"]


def test_who_is_bound_to_a_site_sees_nothing_of_another_one_that_was_merged_in(
    alpha: Front,
) -> None:
    north = session(alpha, "1.1", site="north", series=("1.1.1",))
    south = session(alpha, "1.2", site="south", series=("1.2.1",))
    alpha.services.projects.put_member(Membership("alpha", "nora", Role.MEMBER, site="north"))
    assert alpha.call("PUT", f"{south}/merge", body={"into": "1.1"}).status == 200
    for user, uids, merged in (("nora", ["1.1.1"], []), ("olga", ["1.1.1", "1.2.1"], ["1.2"])):
        scans = alpha.call("GET", f"{north}/scans", user=user).body["scans"]
        assert [scan["scan"] for scan in scans] == uids
        (listed_one,) = alpha.call("GET", LIST, user=user).body["sessions"]
        for shown in (listed_one, alpha.call("GET", north, user=user).body):
            assert (shown["merged"], shown["scan_count"]) == (merged, len(uids))


def test_who_is_bound_to_a_site_is_told_in_the_feed_what_they_did_and_nothing_of_others(
    alpha: Front,
) -> None:
    north = session(alpha, "1.1", site="north", series=("1.1.1",), patient="N1")
    south = session(alpha, "1.2", site="south", patient="S1")
    projects = alpha.services.projects
    projects.update(replace(projects.project("alpha"), sites=("north", "south")))
    projects.put_member(Membership("alpha", "nora", Role.MEMBER, site="north"))
    upload = alpha.call("POST", "/api/projects/alpha/uploads", user="nora", body={}).body["upload"]
    about = {"format": "", "content": ""}
    for path in (north, f"{north}/scans/1.1.1", "/api/projects/alpha/subjects/N1"):
        assert alpha.call("PATCH", path, user="nora", body={"notes": "x"}).status == 200
    assert alpha.call("PUT", f"{north}/resources/QC", user="nora", body=about).status == 200
    assert alpha.call("PATCH", south, body={"notes": "x"}).status == 200
    assert alpha.call("DELETE", north).status == 200
    changes = alpha.call("GET", "/api/projects/alpha/feed", user="nora").body["changes"]
    assert [(one["kind"], one["name"], one["what"]) for one in changes] == [
        ("upload", upload, "begun"),
        ("session", "1.1", "edited"),
        ("scan", "1.1/1.1.1", "edited"),
        ("subject", "N1", "edited"),
        ("resource", "sessions/1.1/resources/QC", "created"),
        ("session", "1.1", "deleted"),
    ]


def test_who_is_bound_to_a_site_cannot_tell_what_others_deleted(alpha: Front) -> None:
    path = session(alpha, "1.1", site="south")
    alpha.services.projects.put_member(Membership("alpha", "nora", Role.MEMBER, site="north"))
    assert alpha.call("DELETE", path).status == 200
    assert alpha.call("GET", path, user="nora").status == 404
    assert alpha.call("GET", path).status == 410


def test_sessions_of_a_subject_are_those_that_name_it_now(alpha: Front) -> None:
    session(alpha, "1.1")
    session(alpha, "1.2")
    session(alpha, "1.3", patient="P2")
    body = alpha.call("GET", "/api/projects/alpha/subjects/P1/sessions").body
    assert [entry["session"] for entry in body["sessions"]] == ["1.1", "1.2"]


def test_a_patient_id_that_no_address_can_hold_becomes_a_digest(alpha: Front) -> None:
    session(alpha, patient="../Ann <b>")
    (subject,) = listed(alpha, "subject")
    assert subject.startswith("x-")
    assert alpha.call("GET", f"/api/projects/alpha/subjects/{subject}").status == 200


def test_images_without_a_patient_id_are_of_an_unknown_subject(alpha: Front) -> None:
    session(alpha, patient="")
    assert listed(alpha, "subject") == ["unknown"]


def test_the_card_of_a_session_is_unknown_to_the_derived_row(alpha: Front) -> None:
    path = session(alpha)
    alpha.call("PATCH", path, body={"label": "A", "notes": "n"})
    session(alpha)
    shown = alpha.call("GET", path).body
    assert (shown["label"], shown["notes"]) == ("A", "n")
    assert alpha.services.cards.card("alpha", Level.SESSION, STUDY).label == "A"
