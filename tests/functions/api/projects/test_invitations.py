"""Invitations make one user a member, once, while whoever made them may."""

import json
from dataclasses import replace

import pytest

from scanloft.aws.invitations import InvitationIndex
from scanloft.aws.projects import ProjectIndex
from scanloft.core.errors import Unavailable
from scanloft.core.model import Membership, ProjectState, Role
from scanloft.core.tokens import token_hash
from tests.functions.api.front import Front, Reply

ALPHA = "/api/projects/alpha"
INVITATIONS = f"{ALPHA}/invitations"


def invite(front: Front, *, user: str = "olga", admin: bool = False, **body: object) -> str:
    made = front.call("POST", INVITATIONS, user=user, admin=admin, body={"role": "member", **body})
    assert made.status == 201
    return str(made.body["code"])


def accept(front: Front, code: str, *, user: str = "ivy", **token: str) -> Reply:
    body = {"code": code}
    return front.call("POST", "/api/invitations/accept", user=user, body=body, **token)  # type: ignore[arg-type]


def end(front: Front, code: str) -> None:
    there = front.services.invitations.invitation("alpha", token_hash(code))
    assert there
    front.services.invitations.put(replace(there, expires_at=1))


def test_who_accepts_an_invitation_is_a_member(front: Front) -> None:
    front.project()
    front.call("PATCH", ALPHA, body={"sites": ["north"]})
    code = invite(front, role="uploader", site="north")
    reply = accept(front, code)
    assert (reply.status, reply.body) == (
        200, {"project": "alpha", "role": "uploader", "site": "north"}
    )  # fmt: skip
    member = front.services.projects.member("alpha", "ivy")
    assert member == Membership("alpha", "ivy", Role.UPLOADER, site="north")


def test_an_invitation_is_good_once(front: Front) -> None:
    front.project()
    code = invite(front)
    assert accept(front, code, user="ivy").status == 200
    assert accept(front, code, user="max").status == 410
    front.call("DELETE", f"{ALPHA}/members/ivy")
    assert accept(front, code, user="ivy").status == 404
    assert front.services.projects.member("alpha", "ivy") is None


def test_a_code_is_shown_once_and_kept_as_a_hash(front: Front) -> None:
    front.project()
    code = invite(front, note="For Ivy.")
    (shown,) = front.call("GET", INVITATIONS).body["invitations"]
    assert (shown["state"], shown["note"]) == ("open", "For Ivy.")
    secret = code.split(".")[0]
    rows = front.services.rows.query("P#alpha")
    assert secret not in json.dumps(list(rows)) + json.dumps(shown)
    assert secret not in str(list(front.services.audit.entries("alpha")))
    accept(front, code)
    assert secret not in str(list(front.services.audit.entries("-")))


def test_the_audit_log_of_the_project_knows_who_joined(front: Front) -> None:
    front.project()
    code = invite(front)
    accept(front, code)
    *_, entry = front.services.audit.entries("alpha")
    assert (entry.action, entry.actor, entry.facts["invited_by"]) == (
        "member_joined", "ivy", "olga"
    )  # fmt: skip


def test_an_invitation_that_was_revoked_was_never_there(front: Front) -> None:
    front.project()
    code = invite(front)
    (shown,) = front.call("GET", INVITATIONS).body["invitations"]
    path = f"{INVITATIONS}/{shown['invitation']}"
    assert front.call("DELETE", path).body == {"revoked": shown["invitation"]}
    unknown = accept(front, f"slinv_{'A' * 43}.omega")
    assert accept(front, code) == unknown
    assert unknown.status == 404
    assert front.call("DELETE", path).status == 404


@pytest.mark.parametrize("name", ["", "0" * 11, "0" * 12, "%20", "M%23olga", "slinv_"])
def test_only_an_invitation_is_revoked(front: Front, name: str) -> None:
    front.project()
    code = invite(front)
    assert front.call("DELETE", f"{INVITATIONS}/{name}").status == 404
    assert accept(front, code).status == 200


def test_an_invitation_ends_with_its_date(front: Front) -> None:
    front.project()
    code = invite(front, days=1)
    end(front, code)
    assert accept(front, code).status == 410


def test_an_invitation_ends_when_its_maker_manages_the_project_no_more(front: Front) -> None:
    front.project(mia=Role.OWNER)
    code = invite(front, user="mia")
    front.call("PUT", f"{ALPHA}/members/mia", body={"role": "member"})
    assert accept(front, code).status == 404


def test_the_invitation_of_an_administrator_needs_no_membership(front: Front) -> None:
    front.project()
    assert accept(front, invite(front, user="root", admin=True)).status == 200


def test_nobody_joins_a_deleted_project(front: Front) -> None:
    front.project()
    code = invite(front)
    front.turn("alpha", ProjectState.DELETED, until="2999-01-01T00:00:00Z")
    assert accept(front, code).status == 404


def test_nobody_joins_for_a_site_that_is_gone(front: Front) -> None:
    front.project()
    front.call("PATCH", ALPHA, body={"sites": ["north"]})
    code = invite(front, site="north")
    front.call("PATCH", ALPHA, body={"sites": []})
    assert accept(front, code).status == 404


def test_a_member_keeps_what_they_are_and_the_invitation_stays(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    code = invite(front, role="owner")
    assert accept(front, code, user="mia").status == 409
    assert front.call("GET", ALPHA, user="mia").body["role"] == "member"
    assert accept(front, code, user="ivy").status == 200


def test_a_token_for_another_project_accepts_nothing(front: Front) -> None:
    front.project()
    code = invite(front)
    assert accept(front, code, token_project="beta").status == 403
    assert accept(front, code, token_scope="write").status == 403


@pytest.mark.parametrize("broken", ["put_member", "finish"])
def test_an_acceptance_that_broke_off_is_finished_by_the_same_user_alone(
    front: Front, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    front.project()
    code = invite(front)
    owner = ProjectIndex if broken == "put_member" else InvitationIndex
    with monkeypatch.context() as patched:
        patched.setattr(owner, broken, _break_off)
        assert accept(front, code, user="ivy").status == 503
    assert accept(front, code, user="max").status == 410
    assert accept(front, code, user="ivy").status == 200
    assert accept(front, code, user="ivy").status == 410
    assert [each.user for each in front.services.projects.members("alpha")] == ["ivy", "olga"]


def test_who_is_removed_cannot_finish_what_broke_off(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project()
    code = invite(front)
    with monkeypatch.context() as patched:
        patched.setattr(InvitationIndex, "finish", _break_off)
        accept(front, code, user="ivy")
    assert front.call("DELETE", f"{ALPHA}/members/ivy").status == 200
    assert accept(front, code, user="ivy").status == 404


def test_of_two_who_accept_at_once_one_does(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    front.project()
    code = invite(front)
    take = InvitationIndex.take

    def second(index: InvitationIndex, invitation: object, *, user: str) -> object:
        """Another user is faster by a moment."""
        take(index, invitation, user="max")  # type: ignore[arg-type]
        return take(index, invitation, user=user)  # type: ignore[arg-type]

    monkeypatch.setattr(InvitationIndex, "take", second)
    assert accept(front, code, user="ivy").status == 410
    assert front.services.projects.member("alpha", "ivy") is None


@pytest.mark.parametrize(
    "code", ["", "x", f"slinv_{'A' * 43}", f"slinv_{'A' * 43}.Alpha", f"slpat_{'A' * 43}.alpha"]
)
def test_what_is_no_code_is_refused(front: Front, code: str) -> None:
    assert accept(front, code).status == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"role": "owner", "site": "north"}, 409),
        ({"role": "member", "site": "south"}, 409),
        ({"role": "member", "days": 31}, 400),
        ({"role": "member", "days": 0}, 400),
        ({"role": "admin"}, 400),
        ({"role": "member", "note": "x" * 501}, 400),
    ],
)
def test_an_invitation_that_cannot_be_used_is_not_made(
    front: Front, body: dict[str, object], status: int
) -> None:
    front.project()
    front.call("PATCH", ALPHA, body={"sites": ["north"]})
    assert front.call("POST", INVITATIONS, body=body).status == status
    assert front.call("GET", INVITATIONS).body["invitations"] == []


@pytest.mark.parametrize("how", ["revoked", "removed"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_acceptance_in_flight_does_not_outlive_what_ends_it(
    front: Front, monkeypatch: pytest.MonkeyPatch, how: str, moment: str
) -> None:
    front.project()
    code = invite(front)
    (shown,) = front.call("GET", INVITATIONS).body["invitations"]
    path_by_how = {
        "revoked": f"{INVITATIONS}/{shown['invitation']}",
        "removed": f"{ALPHA}/members/ivy",
    }
    put = ProjectIndex.put_member

    def interleaved(index: ProjectIndex, member: Membership) -> None:
        if moment == "after":
            put(index, member)
        front.call("DELETE", path_by_how[how])
        if moment == "before":
            put(index, member)

    monkeypatch.setattr(ProjectIndex, "put_member", interleaved)
    assert accept(front, code, user="ivy").status == 410
    assert front.services.projects.member("alpha", "ivy") is None
    assert list(front.services.projects.memberships("ivy")) == []


def test_a_second_request_of_the_same_user_takes_nothing_back(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project()
    code = invite(front)
    put, statuses = ProjectIndex.put_member, []

    def interleaved(index: ProjectIndex, member: Membership) -> None:
        monkeypatch.setattr(ProjectIndex, "put_member", put)
        statuses.append(accept(front, code, user="ivy").status)
        put(index, member)

    monkeypatch.setattr(ProjectIndex, "put_member", interleaved)
    assert accept(front, code, user="ivy").status == 200
    assert statuses == [200]
    assert front.services.projects.member("alpha", "ivy") is not None


def test_expired_invitations_do_not_count(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.api.projects.invitations.OPEN_LIMIT", 1)
    front.project()
    code = invite(front)
    assert front.call("POST", INVITATIONS, body={"role": "member"}).status == 409
    end(front, code)
    assert front.call("POST", INVITATIONS, body={"role": "member"}).status == 201


def _break_off(*_: object, **__: object) -> None:
    raise Unavailable("The table did not answer.")


def test_a_code_that_is_none_does_not_fill_the_audit_log(front: Front) -> None:
    front.project()
    before = list(front.services.audit.entries("-"))
    assert accept(front, f"slinv_{'A' * 43}.alpha").status == 404
    assert list(front.services.audit.entries("-")) == before
    accept(front, invite(front))
    assert list(front.services.audit.entries("-"))[-1].action == "invitation_accept"
