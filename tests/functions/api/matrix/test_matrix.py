"""Every route x every role x own, public, protected and foreign projects: what each gets."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from functions.api.edge.route import Route
from functions.api.openapi.document import PART
from functions.api.routes import ROUTES
from scanloft.core.model import Accessibility, Instance, Location, Membership, Role
from scanloft.core.roles import Right
from tests.functions.api.front import Front, Reply
from tests.functions.api.matrix.row import PLACES, Row
from tests.functions.api.matrix.rows import ROWS

ROUTE_BY_NAME = {route.name: route for route in ROUTES}
IN_PROJECT = [route.name for route in ROUTES if route.rights]
OF_ONES_OWN = [route.name for route in ROUTES if not route.rights]
MEMBERS = {"mia": "member", "carl": "collaborator", "uma": "uploader"}
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


def filled(path: str, parts: Mapping[str, str]) -> str:
    known = {**PLACES, **parts}
    return PART.sub(lambda match: known[match[1]], path)


def filled_body(body: object, parts: Mapping[str, str]) -> object:
    """The body with what was prepared in the place of values such as "<code>"."""
    if not isinstance(body, dict):
        return body
    prepared_values = {f"<{name}>": value for name, value in parts.items()}
    return {name: prepared_values.get(str(value), value) for name, value in body.items()}


def asked(
    front: Front,
    route: Route,
    row: Row,
    *,
    user: str | None,
    parts: Mapping[str, str],
    admin: bool = False,
) -> Reply:
    path = filled(route.path, {**row.parts, **parts})
    body = filled_body(row.body, parts) if route.changes else None
    query = {name: filled(value, parts) for name, value in (row.query or {}).items()}
    return front.call(route.method, path, user=user, admin=admin, body=body, query=query)


def prepared(front: Front, name: str) -> tuple[Route, Row, Mapping[str, str]]:
    row = ROWS[name]
    return ROUTE_BY_NAME[name], row, row.prepare(front)


def open_up(front: Front, accessibility: Accessibility) -> None:
    project = front.services.projects.project("alpha")
    front.services.projects.update(replace(project, accessibility=accessibility))


def test_the_table_has_a_row_for_every_route_and_no_other() -> None:
    assert set(ROUTE_BY_NAME) == set(ROWS)
    assert len(ROUTE_BY_NAME) == len(ROUTES)


def test_the_openapi_document_has_every_route(front: Front) -> None:
    document = front.call("GET", "/api/openapi.json", user=None).body
    described = {
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    assert described == set(ROUTE_BY_NAME)


@pytest.mark.parametrize("name", OF_ONES_OWN)
def test_what_is_ones_own_is_answered_alike_to_everybody(world: Front, name: str) -> None:
    got: dict[str | None, int] = {}
    for user in ("olga", "outsider", "root", None):
        route, row, parts = prepared(world, name)
        reply = asked(world, route, row, user=user, parts=parts, admin=user == "root")
        got[user] = reply.status
    row = ROWS[name]
    everybody: dict[str | None, int] = {"olga": row.owner, "outsider": row.owner}
    assert got == {**everybody, "root": row.admin or row.owner, None: row.nobody}


@pytest.mark.parametrize("name", IN_PROJECT)
def test_each_member_gets_what_the_role_allows(world: Front, name: str) -> None:
    got: dict[str | None, int] = {}
    for user in ("olga", *MEMBERS, "nora", "root", "outsider", None):
        route, row, parts = prepared(world, name)
        reply = asked(world, route, row, user=user, parts=parts, admin=user == "root")
        got[user] = reply.status
    row = ROWS[name]
    expected: dict[str | None, int] = {user: getattr(row, role) for user, role in MEMBERS.items()}
    expected |= {"olga": row.owner, "nora": row.bound or row.member}
    expected |= {"root": row.admin or row.owner, "outsider": 404, None: 401}
    assert got == expected


@pytest.mark.parametrize("name", IN_PROJECT)
def test_visitors_get_what_the_project_opens_to_them(world: Front, name: str) -> None:
    got = {}
    for accessibility in (Accessibility.PUBLIC, Accessibility.PROTECTED):
        route, row, parts = prepared(world, name)
        open_up(world, accessibility)
        got[accessibility] = asked(world, route, row, user="outsider", parts=parts).status
    row = ROWS[name]
    assert got == {"public": row.public, "protected": row.protected}


@pytest.mark.parametrize("name", IN_PROJECT)
def test_an_outsider_cannot_tell_a_project_from_none(world: Front, name: str) -> None:
    route, row, parts = prepared(world, name)
    there, nowhere, hostile = (
        asked(world, route, row, user="outsider", parts={**parts, "project": project})
        for project in ("alpha", "omega", "..%2Falpha")
    )
    assert there.status == 404
    assert there == nowhere
    assert hostile.status == 404


@pytest.mark.parametrize("name", IN_PROJECT)
def test_an_outsider_learns_nothing_from_a_bad_body_query_or_header(
    world: Front, name: str
) -> None:
    route, row, parts = prepared(world, name)
    path = filled(route.path, {**row.parts, **parts})
    headers = {"If-Match": '"1"', "If-None-Match": "*", "Idempotency-Key": "x"}
    reply = world.call(
        route.method,
        path,
        user="outsider",
        body="{{{",
        query={"limit": "nonsense"},
        headers=headers,
    )
    assert reply.status == 404
    assert "ETag" not in reply.headers


@pytest.mark.parametrize("name", IN_PROJECT)
def test_the_things_of_one_project_cannot_be_reached_through_another(
    world: Front, name: str
) -> None:
    """Outsider owns beta, and asks there for what is in alpha."""
    route, row, parts = prepared(world, name)
    if not set(PART.findall(route.path)) - {"project"}:
        return
    reply = asked(world, route, row, user="outsider", parts={**parts, "project": "beta"})
    named = {value for value in parts.values() if len(value) > 8}
    assert not [value for value in named if value in str(reply.body)]
    if not route.changes or route.method == "DELETE":
        assert reply.status == 404


@pytest.mark.parametrize("name", IN_PROJECT)
def test_rights_end_with_the_membership(world: Front, name: str) -> None:
    route, row, parts = prepared(world, name)
    world.services.projects.remove_member(Membership("alpha", "mia", Role.MEMBER))
    reply = asked(world, route, row, user="mia", parts=parts)
    assert reply.status == 404
    assert reply == asked(world, route, row, user="mia", parts={**parts, "project": "omega"})


@pytest.mark.parametrize("name", [route.name for route in ROUTES if route.changes and route.rights])
def test_whatever_changes_something_is_in_the_audit_log_before(world: Front, name: str) -> None:
    route, row, parts = prepared(world, name)
    before = sum(1 for _ in world.services.audit.entries("alpha"))
    reply = asked(world, route, row, user="root", parts=parts, admin=True)
    assert reply.status < 400
    written = list(world.services.audit.entries("alpha"))[before:]
    assert written[0].action == name
    assert written[0].actor == "root"


@pytest.mark.parametrize("name", IN_PROJECT)
def test_a_token_for_another_project_opens_nothing(world: Front, name: str) -> None:
    route, row, parts = prepared(world, name)
    path = filled(route.path, {**row.parts, **parts})
    reply = world.call(route.method, path, body=row.body, query=row.query, token_project="beta")
    assert reply.status == 404


@pytest.mark.parametrize("name", [route.name for route in ROUTES if route.changes])
def test_a_token_that_only_reads_changes_nothing(world: Front, name: str) -> None:
    route, row, parts = prepared(world, name)
    if route.admin or route.is_open or Right.READ in route.rights or Right.ENTER in route.rights:
        return
    path = filled(route.path, {**row.parts, **parts})
    reply = world.call(route.method, path, body=row.body, query=row.query, token_scope="read")
    assert reply.status == 403


@pytest.mark.parametrize("name", OF_ONES_OWN)
def test_a_token_for_one_project_reaches_nothing_outside_of_it(world: Front, name: str) -> None:
    route, row, parts = prepared(world, name)
    if route.is_open or route.for_bound:
        return
    path, body = filled(route.path, {**row.parts, **parts}), filled_body(row.body, parts)
    reply = world.call(
        route.method, path, admin=True, body=body, query=row.query, token_project="alpha"
    )
    assert reply.status == 403


def test_only_what_shows_one_project_alone_is_for_tokens_of_one() -> None:
    assert {route.name for route in ROUTES if route.for_bound} == {
        "whoami", "site_show", "token_revoke", "search", "project_list", "open_project_list",
    }  # fmt: skip


@pytest.mark.parametrize("name", [route.name for route in ROUTES if route.admin])
def test_what_is_for_administrators_needs_a_token_of_all_rights(world: Front, name: str) -> None:
    route, row, parts = prepared(world, name)
    path, body = filled(route.path, {**row.parts, **parts}), filled_body(row.body, parts)
    for scope in ("read", "write"):
        reply = world.call(
            route.method, path, admin=True, body=body, query=row.query, token_scope=scope
        )
        assert reply.status == 403
