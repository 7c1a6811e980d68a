"""What the routes of projects and of the people in them answer whom."""

from collections.abc import Mapping
from typing import Any

from scanloft.core.admission import AccessRequest
from scanloft.core.model import Membership, ProjectState, Role
from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row


def spare(front: Front) -> Mapping[str, str]:
    """One more member, to be looked at, changed and removed."""
    front.services.projects.put_member(Membership("alpha", "spare", Role.MEMBER))
    return {"user": "spare"}


def fresh(front: Front) -> Mapping[str, str]:
    """Nothing is called gamma."""
    front.forget_project("gamma")
    return {}


def invited(front: Front) -> Mapping[str, str]:
    """An invitation that waits."""
    made = front.call("POST", "/api/projects/alpha/invitations", body={"role": "member"})
    return {"invitation": made.body["invitation"]}


def welcome(front: Front) -> Mapping[str, str]:
    """The code of an invitation into a project of somebody else."""
    body = {"name": "guests", "title": "Guests"}
    front.call("POST", "/api/projects", user="greta", body=body)
    path = "/api/projects/guests/invitations"
    made = front.call("POST", path, user="greta", body={"role": "member"})
    return {"code": made.body["code"]}


def asking(front: Front) -> Mapping[str, str]:
    """Somebody who asks for access."""
    request = AccessRequest("alpha", "stranger", "", "2026-01-01T00:00:00Z")
    front.services.requests.put(request)
    return {"user": "stranger"}


def deleted(front: Front) -> Mapping[str, str]:
    """The project is deleted, for some time still."""
    front.turn("alpha", ProjectState.DELETED, until="2999-01-01T00:00:00Z")
    return {}


def deletable(front: Front) -> Mapping[str, str]:
    """The project is there, and somebody has seen what goes along when it is deleted."""
    front.turn("alpha", ProjectState.ACTIVE)
    seen = front.call("GET", "/api/projects/alpha/consequences")
    return {"confirm": seen.body["confirm"]}


OWNERS: dict[str, Any] = {"member": 403, "collaborator": 403, "uploader": 403, "public": 403}
ENTERING: dict[str, Any] = {"member": 200, "collaborator": 200, "uploader": 200, "public": 200}
OF_MEMBERS = {**OWNERS, "prepare": spare}
OF_REQUESTS = {**OWNERS, "prepare": asking}

ROWS = {
    "project_list": Row(owner=200),
    "project_create": Row(owner=201, body={"name": "gamma", "title": "Gamma"}, prepare=fresh),
    "project_show": Row(owner=200, **ENTERING),
    "project_change": Row(owner=200, body={"description": "x"}, **OWNERS),
    "profile_show": Row(owner=200, **ENTERING),
    "profile_put": Row(owner=200, body={"profile": {"name": "p", "version": 1}}, **OWNERS),
    "project_archive": Row(owner=200, **OWNERS),
    "project_unarchive": Row(owner=200, **OWNERS),
    "project_consequences": Row(owner=200, **OWNERS),
    "project_delete": Row(owner=200, query={"confirm": "<confirm>"}, prepare=deletable, **OWNERS),
    "project_undelete": Row(
        owner=200,
        member=410,
        collaborator=410,
        uploader=410,
        public=404,
        protected=404,
        prepare=deleted,
    ),
    "member_list": Row(owner=200, **OF_MEMBERS),
    "member_show": Row(owner=200, **OF_MEMBERS),
    "member_set": Row(owner=200, body={"role": "member"}, **OF_MEMBERS),
    "member_remove": Row(owner=200, **OF_MEMBERS),
    "invitation_list": Row(owner=200, **OWNERS),
    "invitation_create": Row(owner=201, body={"role": "member"}, **OWNERS),
    "invitation_revoke": Row(owner=200, prepare=invited, **OWNERS),
    "invitation_accept": Row(owner=200, body={"code": "<code>"}, prepare=welcome),
    "open_project_list": Row(owner=200),
    "project_card": Row(owner=200, protected=200, **ENTERING),
    "access_request_list": Row(owner=200, **OF_REQUESTS),
    "access_request_create": Row(
        owner=403,
        member=403,
        collaborator=403,
        uploader=403,
        public=201,
        protected=201,
        admin=201,
        body={"note": "May I?"},
    ),
    "access_request_grant": Row(owner=200, body={"role": "collaborator"}, **OF_REQUESTS),
    "access_request_decline": Row(owner=200, **OF_REQUESTS),
}
