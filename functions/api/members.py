"""The members of a project and their roles: owners manage them."""

import re

from functions.api.fields import Fields, body_fields
from functions.api.request import Answer, Request
from functions.api.services import Services
from scanloft.core.errors import Conflict, InvalidRequest, NotFound
from scanloft.core.model import Membership, Role

USER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,63})")
"""The `sub` of an identity provider; an address of a person is refused: it identifies."""


def listed(services: Services, request: Request) -> Answer:
    """All members of a project."""
    members = services.projects.members(request.path["project"])
    return Answer({"members": [_shown(member) for member in members]})


def show(services: Services, request: Request) -> Answer:
    """One member.

    Raises:
        NotFound: not a member.
    """
    return Answer(_shown(_member(services, request)))


def put(services: Services, request: Request) -> Answer:
    """Makes a user a member, or gives a member another role.

    Raises:
        InvalidRequest: no such role, or nothing that a user is named by.
        Conflict: the last owner would become something less.
    """
    role = _role(body_fields(request.body, allowed=("role",)))
    member = Membership(project=request.path["project"], user=_user(request), role=role)
    if role is not Role.OWNER:
        _keep_an_owner(services, request)
    services.projects.put_member(member)
    return Answer(_shown(member))


def remove(services: Services, request: Request) -> Answer:
    """Ends a membership.

    Raises:
        NotFound: not a member.
        Conflict: the last owner.
    """
    member = _member(services, request)
    _keep_an_owner(services, request)
    services.projects.remove_member(member)
    return Answer({"removed": member.user})


def _member(services: Services, request: Request) -> Membership:
    project, user = request.path["project"], request.path["user"]
    role = services.projects.role(project, user) if USER.fullmatch(user) else None
    if role is None:
        raise NotFound("This user is not a member of the project.")
    return Membership(project=project, user=user, role=role)


def _user(request: Request) -> str:
    user = request.path["user"]
    if USER.fullmatch(user) is None:
        raise InvalidRequest(
            "A user is named by the identity provider: 1 to 64 letters, digits and hyphens, "
            'as "user" of /api/whoami shows it.'
        )
    return user


def _role(fields: Fields) -> Role:
    value = fields.get("role")
    if not isinstance(value, str) or value not in set(Role):
        raise InvalidRequest(f'"role" must be one of {", ".join(Role)}.')
    return Role(value)


def _keep_an_owner(services: Services, request: Request) -> None:
    members = services.projects.members(request.path["project"])
    owners = {member.user for member in members if member.role is Role.OWNER}
    if owners == {request.path["user"]}:
        raise Conflict("A project keeps at least one owner: make another member owner first.")


def _shown(member: Membership) -> dict[str, object]:
    return {"user": member.user, "role": member.role}
