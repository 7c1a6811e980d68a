from collections.abc import Iterator
from dataclasses import replace

import pytest

from functions.api import handler
from scanloft.aws.audit import AuditLog
from scanloft.aws.names import NameIndex
from scanloft.aws.projects import ProjectIndex
from scanloft.core.errors import Unavailable, UnknownProject
from scanloft.core.model import AuditEntry, Project, Role
from tests.functions.api.front import Front, Reply

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
    assert front.services.projects.member("alpha", "mia") is None


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
    owner = front.services.projects.member("alpha", "olga")
    assert owner is not None
    assert owner.role is Role.OWNER
    assert front.call("POST", "/api/projects", user="olga", body=body).status == 409


NONE = {"name": "phantoms", "version": 3, "base": "none"}
UNFLOORED = {
    "name": "own script",
    "version": 1,
    "base": "ctp",
    "ctp_script": '<script><e en="T" t="00100010">@empty()</e></script>',
    "floor": False,
}


def create(front: Front, profile: object, *, user: str = "olga", admin: bool = False) -> Reply:
    body = {"name": "alpha", "title": "Alpha", "profile": profile}
    return front.call("POST", "/api/projects", user=user, admin=admin, body=body)


@pytest.mark.parametrize("profile", [NONE, UNFLOORED], ids=["none", "ctp without floor"])
def test_who_is_no_site_administrator_cannot_let_identity_through(
    front: Front, profile: object
) -> None:
    reply = create(front, profile)
    assert (reply.status, reply.body["code"]) == (403, "forbidden")
    assert "site administrator" in reply.body["detail"]
    assert front.call("GET", "/api/projects", admin=True).body["projects"] == []
    assert list(front.services.audit.entries("alpha")) == []
    with pytest.raises(UnknownProject):
        front.services.project_secrets.secret("alpha")


@pytest.mark.parametrize(
    ("profile", "word"),
    [
        (NONE, "none"),
        (UNFLOORED, "ctp_without_floor"),
        ({**UNFLOORED, "floor": True}, "ctp"),
        (BASIC, "basic"),
    ],
)
def test_what_objects_pass_through_is_shown_wherever_the_project_is(
    front: Front, profile: dict[str, object], word: str
) -> None:
    assert create(front, profile, user="root", admin=True).body["deidentification"] == word
    shown = front.call("GET", "/api/projects/alpha", user="root", admin=True).body
    assert shown["deidentification"] == word
    assert shown["profile"].get("base", "basic") == profile.get("base", "basic")
    listed = front.call("GET", "/api/projects", user="root").body["projects"]
    assert [project["deidentification"] for project in listed] == [word]


def test_who_set_which_profile_is_in_the_audit_log(front: Front) -> None:
    create(front, NONE, user="root", admin=True)
    (entry,) = front.services.audit.entries("alpha")
    assert entry.at == front.call("GET", "/api/projects/alpha", user="root").body["created_at"]
    assert (entry.actor, entry.action) == ("root", "profile_set")
    assert entry.facts == {"profile": "phantoms", "version": 3, "deidentification": "none"}


def test_a_profile_that_was_not_set_is_not_in_the_audit_log(front: Front) -> None:
    front.project()
    assert create(front, NONE, user="root", admin=True).status == 409
    (entry,) = front.services.audit.entries("alpha")
    assert (entry.actor, entry.facts["deidentification"]) == ("olga", "basic")


def test_no_project_is_made_whose_profile_could_not_be_audited(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AuditLog, "append", _refuse)
    assert create(front, NONE, user="root", admin=True).status == 503
    assert front.call("GET", "/api/projects", user="root", admin=True).body["projects"] == []


def _refuse(log: AuditLog, entry: AuditEntry) -> None:
    raise Unavailable("The table did not answer.")


def test_a_creation_that_stopped_is_not_completed_with_another_profile(front: Front) -> None:
    front.services.projects.create(Project("alpha", "Alpha", "2026-01-01T00:00:00Z", "root", BASIC))
    assert create(front, NONE, user="root", admin=True).status == 409
    assert list(front.services.audit.entries("alpha")) == []


@pytest.mark.parametrize("record_ids", [True, False])
def test_a_project_says_whether_it_records_who_became_whom(front: Front, record_ids: bool) -> None:
    body = {"name": "alpha", "title": "Alpha", "record_ids": record_ids}
    assert front.call("POST", "/api/projects", body=body).body["record_ids"] is record_ids
    assert front.call("GET", "/api/projects/alpha").body["record_ids"] is record_ids


def test_a_project_records_who_became_whom_unless_told_otherwise(front: Front) -> None:
    front.project()
    assert front.call("GET", "/api/projects/alpha").body["record_ids"] is True


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
        ({"name": "Alpha", "title": "x"}, '"name"'),
        ({"name": "../etc", "title": "x"}, '"name"'),
        ({"name": "a" * 33, "title": "x"}, '"name"'),
        ({"name": "alpha\n", "title": "x"}, '"name"'),
        ({"name": "alpha"}, '"title"'),
        ({"name": "alpha", "title": ""}, '"title"'),
        ({"name": "alpha", "title": "a\nb"}, '"title"'),
        ({"name": "alpha", "title": "\ud800"}, "JSON"),
        ({"name": "alpha", "title": "a" * 129}, '"title"'),
        ({"name": "alpha", "title": "x", "owner": "y"}, '"profile"'),
        ({"name": "alpha", "title": "x", "profile": []}, '"profile"'),
        ({"name": "alpha", "title": "x", "record_ids": "no"}, '"record_ids"'),
    ],
)
def test_a_field_that_cannot_be_used_is_named(
    front: Front, body: dict[str, object], field: str
) -> None:
    reply = front.call("POST", "/api/projects", body=body)
    assert reply.status == 400
    assert field in reply.body["detail"]
    assert front.call("GET", "/api/projects").body["projects"] == []


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        ({}, '"name"'),
        ({"name": "b", "version": 1, "options": 1}, '"options"'),
        ({"name": "b", "version": 0, "options": []}, '"version"'),
    ],
)
def test_a_profile_that_cannot_be_used_is_refused_with_the_field(
    front: Front, profile: dict[str, object], field: str
) -> None:
    reply = create(front, profile)
    assert (reply.status, reply.body["code"]) == (422, "invalid_profile")
    assert field in reply.body["detail"]
    assert front.call("GET", "/api/projects", admin=True).body["projects"] == []


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            {"base": "ctp", "ctp_script": '<script>\n<e t="00100010">@nothing()</e></script>'},
            "line 2",
        ),
        (
            {"options": ["clean_pixel"], "pixel_script": '{ Modality.nothing("US") } (0,0,1,1)'},
            "line 1",
        ),
        (
            {"rules": [{"tag": "0008,103E", "action": "regex", "pattern": "(", "value": ""}]},
            "regular expression",
        ),
    ],
    ids=["CTP script", "pixel script", "pattern"],
)
def test_a_profile_that_no_object_could_pass_is_refused_with_the_place(
    front: Front, part: dict[str, object], said: str
) -> None:
    reply = create(front, {"name": "scripted", "version": 1, **part})
    assert reply.status == 422
    assert said in reply.body["detail"]
    assert front.call("GET", "/api/projects", admin=True).body["projects"] == []


@pytest.fixture
def guarded(front: Front, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    """The archive as it is on AWS, where administrators make the projects."""
    settings = replace(front.services.settings, project_creators="administrators")
    services = replace(front.services, settings=settings)
    monkeypatch.setattr(handler, "services", lambda: services)
    handler.edge.cache_clear()
    yield front
    handler.edge.cache_clear()


def test_where_administrators_make_the_projects_nobody_else_does(guarded: Front) -> None:
    body = {"name": "alpha", "title": "Alpha"}
    assert guarded.call("POST", "/api/projects", body=body).status == 403
    assert list(guarded.services.projects.names()) == []
    assert guarded.call("POST", "/api/projects", admin=True, body=body).status == 201
    assert guarded.call("POST", "/api/projects", body=body).status == 403


@pytest.mark.parametrize("broken", ["claim", "create", "put_member"])
def test_a_creation_that_broke_off_anywhere_is_completed_by_the_same_request(
    front: Front, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    body = {"name": "alpha", "title": "Alpha"}
    owner = NameIndex if broken == "claim" else ProjectIndex
    with monkeypatch.context() as patched:
        patched.setattr(owner, broken, _break_off)
        assert front.call("POST", "/api/projects", body=body).status == 503
    assert front.call("POST", "/api/projects", body=body).status == 201
    listed = front.call("GET", "/api/projects").body["projects"]
    assert [(project["name"], project["role"]) for project in listed] == [("alpha", "owner")]


def _break_off(*_: object, **__: object) -> None:
    raise Unavailable("The table did not answer.")
