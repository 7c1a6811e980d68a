"""Moving sessions to other subjects, merging those that were split."""

import pytest

from scanloft.core.annotations import Card, Level
from scanloft.core.errors import Outdated
from tests.functions.api.front import Front
from tests.functions.api.hierarchy.made import listed, session, subject_path

SESSIONS = "/api/projects/alpha/sessions"


@pytest.fixture
def alpha(front: Front) -> Front:
    front.project("alpha")
    return front


def of(front: Front, subject: str) -> list[str]:
    body = front.call("GET", f"{subject_path(subject)}/sessions").body
    return [entry["session"] for entry in body["sessions"]]


def merged(front: Front) -> tuple[str, str]:
    """The paths of a session and of one that is merged into it."""
    whole, part = session(front, "1.1", series=("1.1.1",)), session(front, "1.9")
    assert front.call("PUT", f"{part}/merge", body={"into": "1.1"}).status == 200
    return whole, part


def test_a_session_moves_to_another_subject_and_back_and_its_images_stay(alpha: Front) -> None:
    path = session(alpha)
    alpha.call("POST", "/api/projects/alpha/subjects", body={"label": "P2"})
    moved = alpha.call("PUT", f"{path}/subject", body={"subject": "P2"})
    assert (moved.body["subject"], moved.body["patient_id"]) == ("P2", "P1")
    assert (of(alpha, "P1"), of(alpha, "P2")) == ([], ["1.2"])
    assert alpha.call("PUT", f"{path}/subject", body={"subject": ""}).body["subject"] == "P1"
    assert (of(alpha, "P1"), of(alpha, "P2")) == (["1.2"], [])


def test_a_session_moves_only_to_a_subject_that_is_there(alpha: Front) -> None:
    path = session(alpha)
    assert alpha.call("PUT", f"{path}/subject", body={"subject": "P2"}).status == 404
    session(alpha, "1.9", patient="P3")
    assert alpha.call("DELETE", subject_path("P3")).status == 200
    assert alpha.call("PUT", f"{path}/subject", body={"subject": "P3"}).status == 410


def test_a_merged_session_is_shown_as_part_of_the_other_one(alpha: Front) -> None:
    whole, part = merged(alpha)
    assert listed(alpha, "session") == ["1.1"]
    assert of(alpha, "P1") == ["1.1"]
    shown = alpha.call("GET", whole).body
    assert (shown["merged"], shown["scan_count"], shown["instance_count"]) == (["1.9"], 2, 4)
    scans = alpha.call("GET", f"{whole}/scans").body["scans"]
    assert [(scan["session"], scan["scan"]) for scan in scans] == [
        ("1.1", "1.1.1"),
        ("1.9", "1.2.3"),
    ]
    assert alpha.call("GET", part).body["merged_into"] == "1.1"
    in_list = alpha.call("GET", SESSIONS).body["sessions"]
    assert in_list == [shown]


def test_a_merge_can_be_undone(alpha: Front) -> None:
    whole, part = merged(alpha)
    assert alpha.call("DELETE", f"{part}/merge").status == 200
    assert alpha.call("DELETE", f"{part}/merge").status == 409
    assert listed(alpha, "session") == ["1.1", "1.9"]
    assert alpha.call("GET", whole).body["merged"] == []


def test_a_merge_again_changes_nothing(alpha: Front) -> None:
    _, part = merged(alpha)
    before = alpha.services.cards.card("alpha", Level.SESSION, "1.1")
    assert alpha.call("PUT", f"{part}/merge", body={"into": "1.1"}).status == 200
    assert alpha.services.cards.card("alpha", Level.SESSION, "1.1") == before


@pytest.mark.parametrize(
    ("uid", "into"), [("1.1", "1.1"), ("1.1", "1.9"), ("1.5", "1.9"), ("1.1", "1.5")]
)
def test_merges_make_no_circles_and_no_chains(alpha: Front, uid: str, into: str) -> None:
    merged(alpha)
    session(alpha, "1.5")
    reply = alpha.call("PUT", f"{SESSIONS}/{uid}/merge", body={"into": into})
    assert reply.status == 409


def test_sessions_of_two_subjects_are_not_merged(alpha: Front) -> None:
    session(alpha, "1.1")
    other = session(alpha, "1.9", patient="P2")
    assert alpha.call("PUT", f"{other}/merge", body={"into": "1.1"}).status == 409


def test_two_merges_into_each_other_at_the_same_time_are_refused_not_done(alpha: Front) -> None:
    """Each writes the card of the other one first, over the revision that it has read."""
    cards = alpha.services.cards
    first, second = (cards.card("alpha", Level.SESSION, uid) for uid in ("1.1", "1.9"))
    cards.put(second)  # the first request has written where it goes to
    cards.put(first)  # so has the second
    for card, into in ((first, "1.9"), (second, "1.1")):
        with pytest.raises(Outdated):
            cards.put(Card("alpha", Level.SESSION, card.name, merged_into=into))


def test_a_merge_that_broke_off_shows_nothing_merged(alpha: Front) -> None:
    session(alpha, "1.1")
    session(alpha, "1.9")
    alpha.services.cards.put(Card("alpha", Level.SESSION, "1.1", merged=("1.9",)))
    assert listed(alpha, "session") == ["1.1", "1.9"]
    assert alpha.call("GET", f"{SESSIONS}/1.1").body["scan_count"] == 1
    assert alpha.call("PUT", f"{SESSIONS}/1.9/merge", body={"into": "1.1"}).status == 200
    assert listed(alpha, "session") == ["1.1"]


def test_deleting_a_session_takes_along_what_is_merged_into_it(alpha: Front) -> None:
    whole, part = merged(alpha)
    assert alpha.call("GET", f"{whole}/consequences").body["sessions"] == 2
    assert alpha.call("DELETE", part).status == 409
    assert alpha.call("DELETE", whole).body["sessions"] == 2
    assert listed(alpha, "session") == []
    assert alpha.call("GET", part).status == 410
    assert alpha.call("POST", f"{part}/undelete").status == 409
    assert alpha.call("POST", f"{whole}/undelete").body["sessions"] == 2
    assert alpha.call("GET", whole).body["merged"] == ["1.9"]


def test_a_part_moves_with_its_session_alone(alpha: Front) -> None:
    _, part = merged(alpha)
    assert alpha.call("PUT", f"{part}/subject", body={"subject": "P1"}).status == 409
