import pytest

from scanloft.core.model import Project, Role
from tests.functions.api.front import Front

BASIC = {"name": "basic", "version": 1, "options": [], "pixel_review": True}


def test_a_new_project_has_its_creator_as_owner_a_secret_and_the_basic_profile(
    front: Front,
) -> None:
    reply = front.call("POST", "/api/projects", body={"name": "alpha", "title": "Alpha"})
    assert reply.status == 201
    assert reply.body["role"] == "owner"
    assert reply.body["profile"] == BASIC
    assert reply.body["created_by"] == "olga"
    assert len(front.services.project_secrets.secret("alpha")) == 32
    assert front.call("GET", "/api/projects/alpha").body == reply.body


def test_times_are_iso_8601_in_utc(front: Front) -> None:
    front.project()
    created_at = front.call("GET", "/api/projects/alpha").body["created_at"]
    assert len(created_at) == len("2026-01-31T23:59:59Z")
    assert created_at.endswith("Z")


def test_a_project_keeps_the_profile_it_was_given(front: Front) -> None:
    profile = {"name": "dates", "version": 2, "options": ["rtn_long_modif_dates"]}
    body = {"name": "alpha", "title": "Alpha", "profile": profile}
    assert front.call("POST", "/api/projects", body=body).status == 201
    shown = front.call("GET", "/api/projects/alpha").body["profile"]
    assert shown == {**profile, "pixel_review": True}


@pytest.mark.parametrize("user", ["olga", "mia"])
def test_a_name_that_is_taken_is_a_conflict_for_everybody(front: Front, user: str) -> None:
    front.project()
    body = {"name": "alpha", "title": "Project alpha"}
    reply = front.call("POST", "/api/projects", user=user, body=body)
    assert reply.status == 409
    assert front.services.projects.role("alpha", "mia") is None


def test_a_conflict_keeps_the_secret_and_the_profile_that_are_there(front: Front) -> None:
    front.project()
    secret = front.services.project_secrets.secret("alpha")
    front.call("POST", "/api/projects", user="mia", body={"name": "alpha", "title": "Mine"})
    assert front.services.project_secrets.secret("alpha") == secret
    assert front.services.projects.project("alpha").title == "Project alpha"


def test_a_creation_that_stopped_before_the_owner_was_made_is_completed_by_its_creator(
    front: Front,
) -> None:
    front.services.projects.create(Project("alpha", "Alpha", "2026-01-01T00:00:00Z", "olga", BASIC))
    body = {"name": "alpha", "title": "Alpha"}
    assert front.call("POST", "/api/projects", user="mia", body=body).status == 409
    assert front.call("POST", "/api/projects", user="olga", body=body).status == 201
    assert front.services.projects.role("alpha", "olga") is Role.OWNER
    assert front.call("POST", "/api/projects", user="olga", body=body).status == 409


def test_users_see_their_projects_and_administrators_all(front: Front) -> None:
    front.project("alpha", mia=Role.MEMBER)
    front.project("beta")
    mine = front.call("GET", "/api/projects", user="mia").body["projects"]
    assert [(project["name"], project["role"]) for project in mine] == [("alpha", "member")]
    found = front.call("GET", "/api/projects", user="root", admin=True).body["projects"]
    assert [(project["name"], project["role"]) for project in found] == [
        ("alpha", None),
        ("beta", None),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "x"}, '"name"'),
        ({"name": 7, "title": "x"}, '"name"'),
        ({"name": "Alpha", "title": "x"}, "project name"),
        ({"name": "../etc", "title": "x"}, "project name"),
        ({"name": "a" * 33, "title": "x"}, '"name"'),
        ({"name": "alpha\n", "title": "x"}, '"name"'),
        ({"name": "alpha"}, '"title"'),
        ({"name": "alpha", "title": ""}, '"title"'),
        ({"name": "alpha", "title": "a\nb"}, '"title"'),
        ({"name": "alpha", "title": "\ud800"}, '"title"'),
        ({"name": "alpha", "title": "a" * 129}, '"title"'),
        ({"name": "alpha", "title": "x", "owner": "y"}, '"profile"'),
        ({"name": "alpha", "title": "x", "profile": []}, '"profile"'),
        ({"name": "alpha", "title": "x", "profile": {}}, '"name"'),
        (
            {"name": "alpha", "title": "x", "profile": {"name": "b", "version": 1, "options": 1}},
            '"options"',
        ),
        (
            {"name": "alpha", "title": "x", "profile": {"name": "b", "version": 0, "options": []}},
            '"version"',
        ),
    ],
)
def test_a_field_that_cannot_be_used_is_named(
    front: Front, body: dict[str, object], field: str
) -> None:
    reply = front.call("POST", "/api/projects", body=body)
    assert reply.status == 400
    assert field in reply.body["detail"]
    assert front.call("GET", "/api/projects").body == {"projects": []}
