"""What owners set about a project; the sentences of facts-xnat.md stand in the names."""

from typing import Any

import pytest

from scanloft.aws.names import PENDING_S
from scanloft.aws.projects import ProjectIndex
from scanloft.core.errors import Unavailable
from scanloft.core.items_of_people import name_item, open_project_item
from scanloft.core.model import Accessibility, ProjectState, Role
from scanloft.core.project_names import folded
from scanloft.deid.profiles.profile import Profile
from tests.functions.api.front import Front, Reply

ALPHA = "/api/projects/alpha"
WANTED = name_item(folded("wanted"))


def change(front: Front, project: str = "alpha", /, **body: Any) -> Reply:
    return front.call("PATCH", f"/api/projects/{project}", body=body)


def two(front: Front) -> None:
    front.project("alpha")
    front.project("beta")


def test_an_owner_changes_what_is_said_and_leaves_the_rest(front: Front) -> None:
    front.project()
    before = front.call("GET", ALPHA).body
    reply = change(front, title="Älpha", description="Two\nlines", sites=["south", "north"])
    assert reply.status == 200
    changed = {"title": "Älpha", "description": "Two\nlines", "sites": ["north", "south"]}
    assert reply.body == before | changed
    assert front.call("GET", ALPHA).body == reply.body


def test_a_change_is_in_the_feed_and_in_the_audit_log(front: Front) -> None:
    front.project()
    change(front, accessibility="protected", title="Not told")
    (told,) = front.services.feed.changes("alpha")
    assert (told.kind, told.name, told.what) == ("project", "alpha", "changed")
    *_, entry = front.services.audit.entries("alpha")
    assert (entry.action, dict(entry.facts)) == ("project_change", {"accessibility": "protected"})


def test_a_change_of_nothing_is_no_change(front: Front) -> None:
    front.project()
    etag = front.call("GET", ALPHA).headers["ETag"]
    assert change(front, title="Project alpha").headers["ETag"] == etag
    assert list(front.services.feed.changes("alpha")) == []


def test_an_edit_of_a_project_that_was_changed_meanwhile_is_refused(front: Front) -> None:
    front.project()
    etag = front.call("GET", ALPHA).headers["ETag"]
    first = front.call("PATCH", ALPHA, body={"title": "One"}, headers={"If-Match": etag})
    late = front.call("PATCH", ALPHA, body={"title": "Two"}, headers={"If-Match": etag})
    assert (first.status, late.status) == (200, 412)
    assert front.call("GET", ALPHA).body["title"] == "One"


def test_the_etag_changes_with_the_role_of_who_asks(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    before = front.call("GET", ALPHA, user="mia").headers["ETag"]
    front.call("PUT", f"{ALPHA}/members/mia", body={"role": "collaborator"})
    reply = front.call("GET", ALPHA, user="mia", headers={"If-None-Match": before})
    assert (reply.status, reply.body["role"]) == (200, "collaborator")


def test_routing_is_shown_to_those_who_manage_the_project_alone(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    change(front, routing="(0008,1030):ALPHA")
    assert front.call("GET", ALPHA).body["routing"] == "(0008,1030):ALPHA"
    assert front.call("GET", ALPHA, user="mia").body["routing"] == ""


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": " blank first"},
        {"title": "\u3000"},
        {"aliases": ["a\nb"]},
        {"aliases": ["-"]},
        {"aliases": [f"a{n}" for n in range(11)]},
        {"sites": ["North"]},
        {"sites": [""]},
        {"accessibility": "secret"},
        {"prearchive": "maybe"},
        {"description": "x" * 4097},
        {"routing": "x" * 16385},
        {"name": "beta"},
        {"fields": {"session": [{"name": "Age", "type": "integer"}]}},
        {"fields": {"visit": []}},
    ],
)
def test_a_value_that_cannot_be_used_is_refused(front: Front, body: dict[str, Any]) -> None:
    front.project()
    assert front.call("PATCH", ALPHA, body=body).status == 400


@pytest.mark.parametrize("taken", ["BETA", "project beta", "Project  Beta", "the second", "beta"])
def test_project_id_title_and_aliases_share_one_case_insensitive_uniqueness_space(
    front: Front, taken: str
) -> None:
    two(front)
    assert change(front, "beta", aliases=["The Second"]).status == 200
    assert change(front, title=taken).status == 409
    assert change(front, aliases=["other", taken]).status == 409
    body = {"name": "gamma", "title": taken}
    assert front.call("POST", "/api/projects", body=body).status == 409
    assert front.call("GET", ALPHA).body["title"] == "Project alpha"


def test_no_project_is_made_of_a_name_that_is_the_alias_of_another(front: Front) -> None:
    front.project()
    change(front, aliases=["gamma"])
    body = {"name": "gamma", "title": "Gamma"}
    assert front.call("POST", "/api/projects", body=body).status == 409
    assert front.call("GET", "/api/projects/gamma", admin=True).status == 404


def test_a_project_may_be_called_the_same_by_itself(front: Front) -> None:
    front.project()
    assert change(front, title="ALPHA", aliases=["Alpha", "alpha", "other"]).status == 200
    assert front.call("GET", ALPHA).body["aliases"] == ["Alpha", "other"]


def test_a_name_that_a_project_gives_up_is_free_for_others(front: Front) -> None:
    two(front)
    change(front, aliases=["wanted"])
    assert change(front, "beta", aliases=["wanted"]).status == 409
    change(front, aliases=[])
    assert change(front, "beta", aliases=["wanted"]).status == 200
    assert change(front, aliases=["wanted"]).status == 409


def test_a_name_is_found_whoever_bears_it(front: Front) -> None:
    front.project()
    change(front, aliases=["Trial 7"])
    names = front.services.names
    assert [names.project_of(name) for name in ("trial 7", "ALPHA", "project ALPHA", "x")] == [
        "alpha", "alpha", "alpha", None,
    ]  # fmt: skip


def test_a_claim_that_a_broken_off_edit_left_is_free_after_a_minute(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    two(front)
    with monkeypatch.context() as patched:
        patched.setattr(ProjectIndex, "update", _break_off)
        assert change(front, aliases=["wanted"]).status == 503
    assert change(front, "beta", aliases=["wanted"]).status == 409
    row = front.services.rows.get(WANTED)
    assert row
    kept = {name: value for name, value in row.items() if name not in ("PK", "SK")}
    front.services.rows.put(WANTED, {**kept, "at": row["at"] - PENDING_S})
    assert change(front, "beta", aliases=["wanted"]).status == 200


def test_an_edit_that_broke_off_is_done_again_by_the_same_request(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project()
    with monkeypatch.context() as patched:
        patched.setattr(ProjectIndex, "update", _break_off)
        assert change(front, aliases=["wanted"]).status == 503
    assert change(front, aliases=["wanted"]).status == 200


def _break_off(*_: object) -> None:
    raise Unavailable("The table did not answer.")


@pytest.mark.parametrize("fields", [
    [{"name": "age", "type": "integer"}, {"name": "age", "type": "text"}],
    [{"name": "arm", "type": "choice"}],
    [{"name": "arm", "type": "text", "choices": ["A"]}],
])  # fmt: skip
def test_custom_fields_that_contradict_each_other_are_a_conflict(
    front: Front, fields: list[dict[str, object]]
) -> None:
    front.project()
    assert change(front, fields={"session": fields}).status == 409
    assert front.call("GET", ALPHA).body["fields"] == {}


def test_custom_fields_are_kept_by_level(front: Front) -> None:
    front.project()
    arm = {"name": "arm", "type": "choice", "required": True, "choices": ["A", "B"]}
    assert change(front, fields={"subject": [arm], "scan": []}).body["fields"] == {"subject": [arm]}


def seen_by_outsiders(front: Front) -> dict[str, int]:
    paths = {"project": ALPHA, "card": f"{ALPHA}/card", "search": f"{ALPHA}/search"}
    return {name: front.call("GET", path, user="outsider").status for name, path in paths.items()}


def test_a_private_project_is_invisible_404(front: Front) -> None:
    front.project()
    assert seen_by_outsiders(front) == {"project": 404, "card": 404, "search": 404}
    assert front.call("GET", "/api/open-projects", user="outsider").body["projects"] == []


def test_the_title_of_a_protected_project_is_visible_and_nothing_else(front: Front) -> None:
    front.project()
    change(front, accessibility="protected", description="hidden")
    assert seen_by_outsiders(front) == {"project": 403, "card": 200, "search": 403}
    card = {"name": "alpha", "title": "Project alpha", "accessibility": "protected"}
    assert front.call("GET", f"{ALPHA}/card", user="outsider").body == {**card, "request": None}
    assert front.call("GET", "/api/open-projects", user="outsider").body["projects"] == [card]
    assert front.call("PATCH", ALPHA, user="outsider", body={"title": "x"}).status == 403


def test_everybody_signed_in_reads_a_public_project(front: Front) -> None:
    front.project()
    change(front, accessibility="public")
    assert seen_by_outsiders(front) == {"project": 200, "card": 200, "search": 200}
    assert front.call("POST", f"{ALPHA}/uploads", user="outsider").status == 403
    assert front.call("GET", ALPHA, user=None).status == 401


def test_a_project_that_turns_private_is_out_of_sight_at_once(front: Front) -> None:
    front.project()
    change(front, accessibility="public")
    change(front, accessibility="private")
    assert seen_by_outsiders(front) == {"project": 404, "card": 404, "search": 404}
    assert list(front.services.projects.open_names()) == []


NONE = {"name": "phantoms", "version": 1, "base": "none"}


def test_only_administrators_open_what_may_identify_patients(front: Front) -> None:
    front.project()
    front.call("PUT", f"{ALPHA}/profile", user="root", admin=True, body={"profile": NONE})
    assert change(front, accessibility="public").status == 403
    basic = {"profile": {"name": "basic", "version": 1}}
    assert front.call("PUT", f"{ALPHA}/profile", body=basic).status == 200
    assert change(front, accessibility="public").status == 403
    assert change(front, accessibility="protected").status == 200
    opened = front.call("PATCH", ALPHA, user="root", admin=True, body={"accessibility": "public"})
    assert opened.status == 200


def test_a_list_of_open_projects_comes_in_pages_and_leaves_out_closed_ones(front: Front) -> None:
    for name in ("alpha", "beta", "gamma"):
        front.project(name)
        front.open_up(name, Accessibility.PUBLIC)
    front.services.rows.put(open_project_item("delta"), {"name": "delta", "revision": 1})
    pages = []
    after = None
    for _ in range(3):
        query = {"limit": "2", **({"after": after} if after else {})}
        body = front.call("GET", "/api/open-projects", user="outsider", query=query).body
        pages.append([project["name"] for project in body["projects"]])
        after = body["next"]
        if after is None:
            break
    assert pages == [["alpha", "beta"], ["gamma"]]


@pytest.mark.parametrize("how", ["create", "profile", "fields"])
def test_settings_that_do_not_fit_into_a_row_are_refused_with_what_to_do(
    front: Front, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    front.project()
    monkeypatch.setattr("functions.api.projects.sizes.SETTINGS_LIMIT_BYTES", 50)
    profile = dict(Profile.basic().to_dict())
    fields = {"session": [{"name": "a" * 32, "type": "text"} for _ in range(1)]}
    requests: dict[str, tuple[str, str, object]] = {
        "create": ("POST", "/api/projects", {"name": "beta", "title": "B", "profile": profile}),
        "profile": ("PUT", "/api/projects/alpha/profile", {"profile": profile}),
        "fields": ("PATCH", "/api/projects/alpha", {"fields": fields, "routing": "#" * 90}),
    }
    method, path, body = requests[how]
    reply = front.call(method, path, body=body)
    assert reply.status == 409, reply.body
    assert "together" in reply.body["detail"]


def test_no_page_of_projects_tells_of_one_that_is_hidden(front: Front) -> None:
    for name in ("aa-gone", "bb-open", "cc-gone", "dd-open"):
        front.project(name, mia=Role.MEMBER)
        front.open_up(name, Accessibility.PUBLIC)
    for name in ("aa-gone", "cc-gone"):
        front.turn(name, ProjectState.DELETED, until="2999-01-01T00:00:00Z")
    for path, user in (("/api/open-projects", "out"), ("/api/projects", "mia")):
        first = front.call("GET", path, user=user, query={"limit": "1"}).body
        assert ([each["name"] for each in first["projects"]], first["next"]) == (
            ["bb-open"],
            "bb-open",
        )
        rest = front.call("GET", path, user=user, query={"limit": "1", "after": "bb-open"}).body
        assert ([each["name"] for each in rest["projects"]], rest["next"]) == (["dd-open"], None)


def test_a_token_of_one_project_is_told_of_no_other(front: Front) -> None:
    for name in ("alpha", "beta", "gamma"):
        front.project(name)
    for admin in (False, True):
        body = front.call(
            "GET", "/api/projects", admin=admin, query={"limit": "1"}, token_project="alpha"
        ).body
        assert ([each["name"] for each in body["projects"]], body["next"]) == (["alpha"], None)
