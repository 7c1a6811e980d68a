"""What the routes of projects and members answer whom."""

from collections.abc import Mapping
from typing import Any

from scanloft.core.model import Membership, Role
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


OWNERS: dict[str, Any] = {
    "member": 403,
    "collaborator": 403,
    "uploader": 403,
    "public": 403,
    "prepare": spare,
}

ROWS = {
    "project_list": Row(owner=200),
    "project_create": Row(owner=201, body={"name": "gamma", "title": "Gamma"}, prepare=fresh),
    "project_show": Row(owner=200, member=200, collaborator=200, uploader=200, public=200),
    "member_list": Row(owner=200, **OWNERS),
    "member_show": Row(owner=200, **OWNERS),
    "member_set": Row(owner=200, body={"role": "member"}, **OWNERS),
    "member_remove": Row(owner=200, **OWNERS),
}
