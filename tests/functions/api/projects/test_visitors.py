"""Visitors ask for access to projects that are not private; owners decide."""

from dataclasses import replace

import pytest

from scanloft.aws.invitations import RequestIndex
from scanloft.core.admission import RequestState
from scanloft.core.errors import Unavailable
from scanloft.core.model import Accessibility, Membership, Role
from tests.functions.api.front import Front, Reply

ALPHA = "/api/projects/alpha"
REQUESTS = f"{ALPHA}/access-requests"


@pytest.fixture
def protected(front: Front) -> Front:
    front.project()
    front.open_up("alpha", Accessibility.PROTECTED)
    return front


def ask(front: Front, note: str = "", *, user: str = "vic") -> Reply:
    return front.call("POST", REQUESTS, user=user, body={"note": note})


def test_access_to_a_protected_project_can_be_requested_and_granted(protected: Front) -> None:
    assert ask(protected, "For the review.").status == 201
    (request,) = protected.call("GET", REQUESTS).body["requests"]
    assert (request["user"], request["note"], request["state"]) == (
        "vic",
        "For the review.",
        "open",
    )
    grant = protected.call("POST", f"{REQUESTS}/vic/grant", body={"role": "collaborator"})
    assert grant.body == {"user": "vic", "role": "collaborator", "site": ""}
    assert protected.call("GET", f"{ALPHA}/search", user="vic").status == 200
    assert protected.call("GET", REQUESTS).body["requests"] == []


def test_who_asks_sees_what_became_of_it(protected: Front) -> None:
    def state() -> object:
        own = protected.call("GET", f"{ALPHA}/card", user="vic").body["request"]
        return own and own["state"]

    seen = [state()]
    ask(protected)
    seen.append(state())
    protected.call("POST", f"{REQUESTS}/vic/decline")
    seen.append(state())
    assert seen == [None, "open", "declined"]
    assert protected.call("GET", f"{ALPHA}/card", user="other").body["request"] is None


def test_asking_twice_is_one_request(protected: Front) -> None:
    first = ask(protected, "first")
    assert ask(protected, "second").body == first.body
    assert len(protected.call("GET", REQUESTS).body["requests"]) == 1


def test_who_was_declined_can_ask_again_after_a_week(protected: Front) -> None:
    ask(protected)
    protected.call("POST", f"{REQUESTS}/vic/decline")
    assert ask(protected).status == 409
    there = protected.services.requests.request("alpha", "vic")
    assert there
    protected.services.requests.put(replace(there, decided_at="2026-01-01T00:00:00Z"))
    assert ask(protected, "again").body["state"] == "open"


def test_a_note_is_not_told_to_the_audit_log(protected: Front) -> None:
    ask(protected, "CANARY^PATIENT")
    assert "CANARY" not in str(list(protected.services.audit.entries("alpha")))


def test_nobody_asks_for_a_private_project(front: Front) -> None:
    front.project()
    assert ask(front).status == 404
    assert list(front.services.requests.requests("alpha")) == []


def test_members_have_nothing_to_ask_for(protected: Front) -> None:
    protected.services.projects.put_member(Membership("alpha", "vic", Role.UPLOADER))
    assert ask(protected).status == 403


def test_a_grant_does_not_change_what_a_member_is_already(protected: Front) -> None:
    ask(protected)
    protected.services.projects.put_member(Membership("alpha", "vic", Role.OWNER))
    grant = protected.call("POST", f"{REQUESTS}/vic/grant", body={"role": "collaborator"})
    assert grant.body["role"] == "owner"
    assert protected.call("GET", REQUESTS).body["requests"] == []


def test_a_grant_that_broke_off_is_finished_by_the_next(
    protected: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(protected)
    body = {"role": "collaborator"}
    with monkeypatch.context() as patched:
        patched.setattr(RequestIndex, "remove", _break_off)
        assert protected.call("POST", f"{REQUESTS}/vic/grant", body=body).status == 503
    assert protected.call("GET", f"{ALPHA}/search", user="vic").status == 200
    assert protected.call("POST", f"{REQUESTS}/vic/grant", body=body).status == 200
    assert protected.call("POST", f"{REQUESTS}/vic/grant", body=body).status == 404


def _break_off(*_: object) -> None:
    raise Unavailable("The table did not answer.")


@pytest.mark.parametrize("act", ["grant", "decline"])
@pytest.mark.parametrize("user", ["nobody", "mia@example.org", "%2e%2e"])
def test_who_did_not_ask_is_neither_let_in_nor_declined(
    protected: Front, act: str, user: str
) -> None:
    body = {"role": "member"} if act == "grant" else None
    assert protected.call("POST", f"{REQUESTS}/{user}/{act}", body=body).status == 404


def test_somebody_is_let_in_for_a_site_of_the_project_only(protected: Front) -> None:
    ask(protected)
    body = {"role": "member", "site": "north"}
    assert protected.call("POST", f"{REQUESTS}/vic/grant", body=body).status == 409
    protected.call("PATCH", ALPHA, body={"sites": ["north"]})
    granted = protected.call("POST", f"{REQUESTS}/vic/grant", body=body)
    assert granted.body["site"] == "north"


def test_requests_come_in_pages(protected: Front) -> None:
    for user in ("ann", "ben", "cat"):
        ask(protected, user=user)
    first = protected.call("GET", REQUESTS, query={"limit": "2"}).body
    rest = protected.call("GET", REQUESTS, query={"limit": "2", "after": first["next"]}).body
    users = [each["user"] for each in first["requests"] + rest["requests"]]
    assert (users, rest["next"]) == (["ann", "ben", "cat"], None)
    assert {each["state"] for each in rest["requests"]} == {RequestState.OPEN}


def test_asking_again_does_not_fill_the_audit_log(protected: Front) -> None:
    ask(protected)
    before = list(protected.services.audit.entries("alpha"))
    assert before[-1].action == "access_request_create"
    assert [ask(protected).status for _ in range(3)] == [201] * 3
    assert list(protected.services.audit.entries("alpha")) == before
    protected.call("POST", f"{REQUESTS}/vic/decline")
    before = list(protected.services.audit.entries("alpha"))
    assert ask(protected).status == 409
    assert list(protected.services.audit.entries("alpha")) == before
