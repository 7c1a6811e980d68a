import pytest

from scanloft.core.model import Role
from tests.functions.api.front import Front

MEMBERS = "/api/projects/alpha/members"


@pytest.mark.parametrize("role", ["owner", "member", "collaborator", "uploader"])
def test_an_owner_gives_a_role(front: Front, role: str) -> None:
    front.project()
    reply = front.call("PUT", f"{MEMBERS}/mia", body={"role": role})
    assert (reply.status, reply.body) == (200, {"user": "mia", "role": role})
    assert front.call("GET", f"{MEMBERS}/mia").body == {"user": "mia", "role": role}
    mine = front.call("GET", "/api/projects", user="mia").body["projects"]
    assert [project["role"] for project in mine] == [role]


def test_members_are_listed_with_their_roles(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    assert front.call("GET", MEMBERS).body == {
        "members": [{"user": "mia", "role": "member"}, {"user": "olga", "role": "owner"}],
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
