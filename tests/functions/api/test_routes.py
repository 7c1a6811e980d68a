"""Every route x every role x outsiders: what each of them gets."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from functions.api.routes import ROUTES
from scanloft.core.model import Instance, Location, Membership, Role
from tests.functions.api.front import Front, Reply

CALLERS = ("olga", "mia", "carl", "uma", "admin", "outsider", None)
"""An owner, a member, a collaborator, an uploader, a site administrator, the owner of another
project, and nobody."""

P = "/api/projects/<project>"
U = f"{P}/uploads/<upload>"

STATUSES = {
    ("GET", "/api/whoami"): (200, 200, 200, 200, 200, 200, 401),
    ("POST", "/api/tokens"): (201, 201, 201, 201, 201, 201, 401),
    ("GET", "/api/projects"): (200, 200, 200, 200, 200, 200, 401),
    ("POST", "/api/projects"): (201, 201, 201, 201, 201, 201, 401),
    ("GET", "/api/quarantine/unassigned"): (404, 404, 404, 404, 200, 404, 401),
    ("GET", P): (200, 200, 200, 200, 200, 404, 401),
    ("GET", f"{P}/summary"): (200, 200, 200, 403, 200, 404, 401),
    ("GET", f"{P}/search"): (200, 200, 200, 403, 200, 404, 401),
    ("GET", f"{P}/download/<study>/<series>/<sop>"): (200, 200, 200, 403, 200, 404, 401),
    ("GET", f"{P}/quarantine"): (200, 403, 403, 403, 200, 404, 401),
    ("GET", f"{P}/members"): (200, 403, 403, 403, 200, 404, 401),
    ("GET", f"{P}/members/<user>"): (200, 403, 403, 403, 200, 404, 401),
    ("PUT", f"{P}/members/<user>"): (200, 403, 403, 403, 200, 404, 401),
    ("DELETE", f"{P}/members/<user>"): (200, 403, 403, 403, 200, 404, 401),
    ("GET", f"{P}/uploads"): (200, 200, 403, 200, 200, 404, 401),
    ("POST", f"{P}/uploads"): (201, 201, 403, 201, 201, 404, 401),
    # The upload is olga's: members read it, who may review adds to it, others do not know of it.
    ("GET", U): (200, 200, 403, 404, 200, 404, 401),
    ("GET", f"{U}/files"): (200, 200, 403, 404, 200, 404, 401),
    ("POST", f"{U}/files"): (200, 404, 403, 404, 200, 404, 401),
}

FILE = {"size_bytes": 3, "sha256": "0" * 64, "kind": "dicom"}
BODIES: dict[tuple[str, str], dict[str, object]] = {
    ("POST", "/api/tokens"): {"label": "script", "days": 1},
    ("PUT", f"{P}/members/<user>"): {"role": "member"},
    ("POST", f"{U}/files"): {"first": 1, "files": [FILE]},
}

INSTANCE = Instance(
    project="alpha",
    study_uid="1.2",
    series_uid="1.2.3",
    sop_uid="1.2.3.4",
    sop_class_uid="1.2.840.10008.5.1.4.1.1.4",
    transfer_syntax_uid="1.2.840.10008.1.2.1",
    location=Location(key="dicom/alpha/1.2/1.2.3/1.2.3.4", offset=0, length=10),
    sha256="f" * 64,
    header_length=10,
    attributes={},
)


@pytest.fixture
def world(front: Front) -> Front:
    front.project("alpha", mia=Role.MEMBER, carl=Role.COLLABORATOR, uma=Role.UPLOADER)
    assert front.call(
        "POST", "/api/projects", user="outsider", body={"name": "beta", "title": "Beta"}
    )
    front.services.instances.put_instance(INSTANCE)
    return front


def filled(path: str, *, project: str, upload: str) -> str:
    parts = {"project": project, "upload": upload, "user": "spare"}
    for name, value in {**parts, "study": "1.2", "series": "1.2.3", "sop": "1.2.3.4"}.items():
        path = path.replace(f"<{name}>", value)
    return path


def asked(front: Front, key: tuple[str, str], *, path: str, user: str | None) -> Reply:
    body = BODIES.get(key)
    if key == ("POST", "/api/projects"):
        body = {"name": f"p-{user}", "title": "x"}
    return front.call(key[0], path, user=user, admin=user == "admin", body=body)


def test_the_table_has_a_row_for_every_route_and_no_other() -> None:
    assert {(route.method, route.path) for route in ROUTES} == set(STATUSES)


@pytest.mark.parametrize("key", STATUSES, ids=" ".join)
def test_each_caller_gets_what_the_role_allows(world: Front, key: tuple[str, str]) -> None:
    upload = world.upload().rpartition("/")[2]
    path = filled(key[1], project="alpha", upload=upload)
    got = []
    for user in CALLERS:
        world.services.projects.put_member(Membership("alpha", "spare", Role.MEMBER))
        got.append(asked(world, key, path=path, user=user).status)
    assert dict(zip(CALLERS, got, strict=True)) == dict(zip(CALLERS, STATUSES[key], strict=True))


@pytest.mark.parametrize("key", [key for key in STATUSES if P in key[1]], ids=" ".join)
def test_an_outsider_cannot_tell_a_project_from_none(world: Front, key: tuple[str, str]) -> None:
    upload = world.upload().rpartition("/")[2]
    there, nowhere, hostile = (
        asked(world, key, path=filled(key[1], project=name, upload=upload), user="outsider")
        for name in ("alpha", "gamma", "../alpha".replace("/", "%2F"))
    )
    assert there.status == 404
    assert there == nowhere
    assert hostile.status == 404


@pytest.mark.parametrize("key", [key for key in STATUSES if P in key[1]], ids=" ".join)
def test_an_outsider_learns_nothing_from_a_bad_body_or_query(
    world: Front, key: tuple[str, str]
) -> None:
    path = filled(key[1], project="alpha", upload="u")
    reply = world.call(key[0], path, user="outsider", body="{{{", query={"limit": "nonsense"})
    assert reply.status == 404


@pytest.mark.parametrize("key", [key for key in STATUSES if P in key[1]], ids=" ".join)
def test_the_owner_of_one_project_reaches_nothing_of_another_through_their_own(
    world: Front, key: tuple[str, str]
) -> None:
    """The IDs of alpha, asked for in beta."""
    upload = world.upload().rpartition("/")[2]
    reply = asked(world, key, path=filled(key[1], project="beta", upload=upload), user="outsider")
    if "<upload>" in key[1] or "<sop>" in key[1] or (key[0] != "PUT" and "<user>" in key[1]):
        assert reply.status == 404
    assert "1.2.3" not in str(reply.body)
    assert upload not in str(reply.body)


def test_an_administrator_is_told_that_a_project_does_not_exist(world: Front) -> None:
    assert world.call("GET", "/api/projects/gamma", user="root", admin=True).status == 404


def test_rights_end_with_the_membership(world: Front) -> None:
    assert world.call("GET", "/api/projects/alpha", user="mia").status == 200
    assert world.call("DELETE", "/api/projects/alpha/members/mia").status == 200
    assert world.call("GET", "/api/projects/alpha", user="mia").status == 404
    assert world.call("GET", "/api/projects", user="mia").body == {"projects": []}


def test_an_instance_is_found_under_its_own_study_only(world: Front) -> None:
    other = replace(INSTANCE, study_uid="9.9", sop_uid="9.9.9")
    world.services.instances.put_instance(other)
    assert world.call("GET", "/api/projects/alpha/download/1.2/1.2.3/9.9.9").status == 404
    assert world.call("GET", "/api/projects/alpha/download/9.9/1.2.3/9.9.9").status == 200


def test_the_table_in_the_documentation_has_every_route_and_no_other() -> None:
    text = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
    documented = set(re.findall(r"^\| `(\w+) (\S+)` \|", text, flags=re.MULTILINE))
    assert documented == {(route.method, route.path) for route in ROUTES}
