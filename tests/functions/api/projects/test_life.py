"""Projects are archived, deleted with what that takes along said before, and brought back."""

from typing import Any

import pytest

from scanloft.core.annotations import Change
from scanloft.core.model import Accessibility, Membership, ProjectState, Role, Study
from tests.functions.api.front import Front, Reply

ALPHA = "/api/projects/alpha"


def study(uid: str = "1.2") -> Study:
    return Study(
        project="alpha",
        study_uid=uid,
        series_count=2,
        instance_count=5,
        size_bytes=1000,
        modalities=("CT",),
        attributes={},
    )


def consequences(front: Front) -> dict[str, Any]:
    body: dict[str, Any] = front.call("GET", f"{ALPHA}/consequences", query={"of": "delete"}).body
    return body


def delete(front: Front, confirm: str | None = None) -> Reply:
    query = {"confirm": confirm or consequences(front)["confirm"]}
    return front.call("DELETE", ALPHA, query=query)


def test_an_archived_project_is_read_and_managed_and_nothing_is_sent_to_it(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    assert front.call("POST", f"{ALPHA}/archive").body["state"] == "archived"
    assert front.call("GET", f"{ALPHA}/search", user="mia").status == 200
    assert front.call("POST", f"{ALPHA}/uploads", user="mia").status == 403
    assert front.call("PATCH", ALPHA, body={"title": "New"}).status == 200
    assert front.call("POST", f"{ALPHA}/unarchive").body["state"] == "active"
    assert front.call("POST", f"{ALPHA}/uploads", user="mia").status == 201


def test_archiving_again_changes_nothing(front: Front) -> None:
    front.project()
    first = front.call("POST", f"{ALPHA}/archive")
    again = front.call("POST", f"{ALPHA}/archive")
    assert (again.status, again.headers["ETag"]) == (200, first.headers["ETag"])


def test_what_goes_along_is_said_before(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    front.services.instances.put_study(study("1.2"))
    front.services.instances.put_study(study("1.3"))
    front.upload()
    body = {"label": "x", "days": 1, "selection": {"whole_project": True}}
    front.call("POST", f"{ALPHA}/links", body=body)
    front.call("POST", f"{ALPHA}/invitations", body={"role": "member"})
    told = consequences(front)
    counted = {
        "sessions": 2, "scans": 4, "instances": 10, "size_bytes": 2000,
        "members": 2, "uploads": 1, "links": 1, "invitations": 1, "days_to_undelete": 30,
    }  # fmt: skip
    assert {name: told[name] for name in counted} == counted
    assert "audit log" in told["kept"]


def test_a_project_is_deleted_by_whoever_saw_what_goes_along(front: Front) -> None:
    front.project()
    reply = delete(front)
    assert (reply.status, reply.body["state"]) == (200, "deleted")
    assert reply.body["deleted_until"] > reply.body["created_at"]
    *_, told = front.services.feed.changes("alpha")
    assert told.what == "deleted"


def test_a_project_is_not_deleted_unseen(front: Front) -> None:
    front.project()
    assert front.call("DELETE", ALPHA).status == 400
    assert delete(front, "0" * 32).status == 412
    seen = consequences(front)["confirm"]
    front.services.instances.put_study(study())
    assert delete(front, seen).status == 412
    seen = consequences(front)["confirm"]
    front.call("PATCH", ALPHA, body={"title": "Other"})
    assert delete(front, seen).status == 412
    seen = consequences(front)["confirm"]
    front.services.feed.append("alpha", [Change("session", "1.2", "changed", "")])
    assert delete(front, seen).status == 412
    assert front.call("GET", ALPHA).body["state"] == "active"


def test_what_confirms_the_deletion_of_one_project_does_not_do_so_for_another(
    front: Front,
) -> None:
    front.project()
    front.project("beta")
    seen = consequences(front)["confirm"]
    assert front.call("DELETE", "/api/projects/beta", query={"confirm": seen}).status == 412


def test_a_deleted_project_is_gone_for_members_and_never_was_for_others(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    front.open_up("alpha", Accessibility.PUBLIC)
    delete(front)
    for path in (ALPHA, f"{ALPHA}/search", f"{ALPHA}/members", f"{ALPHA}/consequences"):
        assert front.call("GET", path, user="olga").status == 410
        assert front.call("GET", path, user="mia").status == 410
        assert front.call("GET", path, user="outsider").status == 404
    assert front.call("PATCH", ALPHA, body={"title": "x"}).status == 410
    assert front.call("GET", "/api/open-projects", user="outsider").body["projects"] == []


def test_a_deleted_project_is_listed_for_those_who_can_bring_it_back(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    until = delete(front).body["deleted_until"]
    (mine,) = front.call("GET", "/api/projects").body["projects"]
    assert (mine["state"], mine["deleted_until"]) == ("deleted", until)
    assert front.call("GET", "/api/projects", user="mia").body["projects"] == []


def test_a_deleted_project_is_brought_back_as_it_was(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    front.services.instances.put_study(study())
    before = front.call("GET", ALPHA).body
    delete(front)
    assert front.call("POST", f"{ALPHA}/undelete", user="mia").status == 410
    assert front.call("POST", f"{ALPHA}/undelete").status == 200
    assert front.call("GET", ALPHA).body == before
    found = front.call("GET", f"{ALPHA}/search", user="mia").body["studies"]
    assert [each["study_uid"] for each in found] == ["1.2"]


@pytest.mark.parametrize("until", ["", "2026-01-01T00:00:00Z"])
def test_nothing_is_brought_back_after_its_days_or_that_was_not_deleted(
    front: Front, until: str
) -> None:
    front.project()
    if until:
        front.turn("alpha", ProjectState.DELETED, until=until)
    assert front.call("POST", f"{ALPHA}/undelete").status == 409


def test_the_name_of_a_deleted_project_is_not_free(front: Front) -> None:
    front.project()
    delete(front)
    for body in ({"name": "alpha", "title": "Mine"}, {"name": "gamma", "title": "Alpha"}):
        assert front.call("POST", "/api/projects", user="mia", body=body).status == 409


def test_a_token_that_may_do_less_deletes_nothing(front: Front) -> None:
    front.project()
    query = {"confirm": consequences(front)["confirm"]}
    assert front.call("DELETE", ALPHA, query=query, token_scope="write").status == 403


def test_members_come_back_with_the_project(front: Front) -> None:
    front.project()
    front.services.projects.put_member(Membership("alpha", "mia", Role.MEMBER))
    delete(front)
    front.call("POST", f"{ALPHA}/undelete")
    assert front.call("GET", ALPHA, user="mia").status == 200
