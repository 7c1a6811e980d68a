"""What the roles of facts-xnat.md may do, by asking; each name is one of its sentences."""

from functions.api.edge.route import Route
from functions.api.routes import ROUTES
from scanloft.aws.access import Access
from scanloft.aws.projects import ProjectIndex
from scanloft.core.caller import Caller
from scanloft.core.model import Accessibility, Role
from scanloft.core.roles import Right
from tests.functions.api.front import Front

ALPHA = "/api/projects/alpha"


def rights(front: Front, user: str) -> set[Right]:
    """All rights that the gate leaves somebody in the project."""
    access = Access(ProjectIndex(front.services.rows))
    return set(access.enter(Caller(user), project="alpha", rights=Right).rights)


def test_owner_everything(front: Front) -> None:
    front.project()
    assert rights(front, "olga") == set(Right) - {Right.ASK}
    in_project: list[Route] = [route for route in ROUTES if route.rights]
    closed = [each.name for each in in_project if not set(each.rights) & rights(front, "olga")]
    assert closed == ["access_request_create"]


def test_member_read_create_edit_no_delete(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    assert rights(front, "mia") == {Right.ENTER, Right.READ, Right.SUBMIT, Right.EDIT}
    assert front.call("GET", f"{ALPHA}/search", user="mia").status == 200
    assert front.call("POST", f"{ALPHA}/uploads", user="mia").status == 201
    query = {"confirm": "0" * 32}
    assert front.call("DELETE", ALPHA, user="mia", query=query).status == 403


def test_collaborator_read(front: Front) -> None:
    front.project(carl=Role.COLLABORATOR)
    assert rights(front, "carl") == {Right.ENTER, Right.READ}
    assert front.call("GET", f"{ALPHA}/search", user="carl").status == 200
    assert front.call("POST", f"{ALPHA}/uploads", user="carl").status == 403


def test_uploader_may_submit_may_not_read(front: Front) -> None:
    front.project(uma=Role.UPLOADER)
    assert rights(front, "uma") == {Right.ENTER, Right.SUBMIT}
    assert front.call("POST", f"{ALPHA}/uploads", user="uma").status == 201
    assert front.call("GET", f"{ALPHA}/search", user="uma").status == 403


def test_public_everybody_signed_in_reads_and_nothing_more(front: Front) -> None:
    front.project()
    front.open_up("alpha", Accessibility.PUBLIC)
    assert rights(front, "vic") == {Right.ASK, Right.ENTER, Right.READ}
    assert front.call("GET", f"{ALPHA}/search", user="vic").status == 200
    assert front.call("GET", f"{ALPHA}/search", user=None).status == 401


def test_who_is_bound_to_a_site_never_reaches_beyond_it(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    front.call("PATCH", ALPHA, body={"sites": ["north"]})
    for role in ("member", "collaborator", "uploader"):
        body = {"role": role, "site": "north"}
        assert front.call("PUT", f"{ALPHA}/members/mia", body=body).status == 200
        assert rights(front, "mia") <= {Right.ENTER, Right.READ, Right.SUBMIT, Right.EDIT}
