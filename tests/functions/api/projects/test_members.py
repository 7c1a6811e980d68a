import pytest

from scanloft.aws.projects import ProjectIndex
from scanloft.core.model import Membership, Role
from tests.functions.api.front import Front

MEMBERS = "/api/projects/alpha/members"


@pytest.mark.parametrize("role", ["owner", "member", "collaborator", "uploader"])
def test_an_owner_gives_a_role(front: Front, role: str) -> None:
    front.project()
    reply = front.call("PUT", f"{MEMBERS}/mia", body={"role": role})
    assert (reply.status, reply.body) == (200, {"user": "mia", "role": role, "site": ""})
    assert front.call("GET", f"{MEMBERS}/mia").body == reply.body
    mine = front.call("GET", "/api/projects", user="mia").body["projects"]
    assert [project["role"] for project in mine] == [role]


def test_members_are_listed_with_their_roles(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    assert front.call("GET", MEMBERS).body == {
        "members": [
            {"user": "mia", "role": "member", "site": ""},
            {"user": "olga", "role": "owner", "site": ""},
        ],
        "next": None,
    }


def test_a_member_who_is_removed_is_gone_from_both_sides(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    assert front.call("DELETE", f"{MEMBERS}/mia").status == 200
    assert front.call("GET", f"{MEMBERS}/mia").status == 404
    assert front.call("DELETE", f"{MEMBERS}/mia").status == 404
    assert list(front.services.projects.memberships("mia")) == []


def test_the_last_owner_can_neither_go_nor_step_down(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    assert front.call("DELETE", f"{MEMBERS}/olga").status == 409
    assert front.call("PUT", f"{MEMBERS}/olga", body={"role": "member"}).status == 409
    owner = front.services.projects.member("alpha", "olga")
    assert owner is not None
    assert owner.role is Role.OWNER


def test_an_owner_can_go_when_another_stays(front: Front) -> None:
    front.project(mia=Role.OWNER)
    assert front.call("PUT", f"{MEMBERS}/mia", body={"role": "owner"}).status == 200
    assert front.call("DELETE", f"{MEMBERS}/olga").status == 200
    assert front.call("DELETE", f"{MEMBERS}/mia", user="mia").status == 409


@pytest.mark.parametrize(
    "user", ["mia@example.org", "mia%20x", "M%23olga", "%2e%2e", "a" * 65, "-mia", "mia|x"]
)
def test_a_user_is_named_by_the_identity_provider_only(front: Front, user: str) -> None:
    front.project()
    reply = front.call("PUT", f"{MEMBERS}/{user}", body={"role": "member"})
    assert reply.status == 400
    assert "whoami" in reply.body["detail"]
    assert len(front.call("GET", MEMBERS).body["members"]) == 1


@pytest.mark.parametrize("body", [{}, {"role": "admin"}, {"role": ["owner"]}, {"role": None}])
def test_only_roles_of_the_table_are_taken(front: Front, body: dict[str, object]) -> None:
    front.project()
    reply = front.call("PUT", f"{MEMBERS}/mia", body=body)
    assert reply.status == 400
    assert '"role"' in reply.body["detail"]


def with_sites(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    assert front.call("PATCH", "/api/projects/alpha", body={"sites": ["north"]}).status == 200


def test_a_member_is_bound_to_a_site_of_the_project(front: Front) -> None:
    with_sites(front)
    reply = front.call("PUT", f"{MEMBERS}/mia", body={"role": "member", "site": "north"})
    assert (reply.status, reply.body["site"]) == (200, "north")
    shown = front.call("GET", "/api/projects/alpha", user="mia").body
    assert (shown["role"], shown["site"]) == ("member", "north")


@pytest.mark.parametrize(
    "body", [{"role": "member", "site": "south"}, {"role": "owner", "site": "north"}]
)
def test_nobody_is_bound_to_a_site_that_is_none_and_no_owner_to_any(
    front: Front, body: dict[str, str]
) -> None:
    with_sites(front)
    assert front.call("PUT", f"{MEMBERS}/mia", body=body).status == 409
    assert front.call("GET", f"{MEMBERS}/mia").body["role"] == "member"


def test_a_site_stays_while_members_are_bound_to_it(front: Front) -> None:
    with_sites(front)
    front.call("PUT", f"{MEMBERS}/mia", body={"role": "member", "site": "north"})
    assert front.call("PATCH", "/api/projects/alpha", body={"sites": []}).status == 409
    front.call("DELETE", f"{MEMBERS}/mia")
    assert front.call("PATCH", "/api/projects/alpha", body={"sites": []}).status == 200


def test_an_edit_of_a_member_who_was_changed_meanwhile_is_refused(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    etag = front.call("GET", f"{MEMBERS}/mia").headers["ETag"]
    body = {"role": "uploader"}
    assert front.call("PUT", f"{MEMBERS}/mia", body=body, headers={"If-Match": etag}).status == 200
    late = front.call("PUT", f"{MEMBERS}/mia", body=body, headers={"If-Match": etag})
    assert late.status == 412
    assert front.call("DELETE", f"{MEMBERS}/mia", headers={"If-Match": etag}).status == 412


def test_two_owners_who_remove_each_other_at_once_both_stay_or_one_does(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project(mia=Role.OWNER)
    remove = ProjectIndex.remove_member

    def both(index: ProjectIndex, membership: Membership) -> None:
        """The other owner is faster by a moment."""
        remove(index, Membership("alpha", "olga", Role.OWNER))
        remove(index, membership)

    monkeypatch.setattr(ProjectIndex, "remove_member", both)
    assert front.call("DELETE", f"{MEMBERS}/mia").status == 409
    assert [each.user for each in front.services.projects.members("alpha")] == ["mia"]


def test_revoked_access_takes_effect_at_once_for_members(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    assert front.call("GET", "/api/projects/alpha", user="mia").status == 200
    front.call("DELETE", f"{MEMBERS}/mia")
    assert front.call("GET", "/api/projects/alpha", user="mia").status == 404
    assert front.call("GET", "/api/projects", user="mia").body["projects"] == []


def test_a_removal_that_broke_off_has_taken_the_project_off_the_list_too(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project(mia=Role.MEMBER)
    with monkeypatch.context() as patched:
        patched.setattr(ProjectIndex, "forget_member", lambda *_: None)
        front.call("DELETE", f"{MEMBERS}/mia")
    assert front.call("GET", "/api/projects", user="mia").body["projects"] == []
    assert front.call("DELETE", f"{MEMBERS}/mia").status == 404
    assert list(front.services.projects.memberships("mia")) == []
