"""The members of a project and their roles: owners manage them."""

import re

from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown
from functions.api.services import Services
from scanloft.core.errors import Conflict, InvalidRequest, NotFound
from scanloft.core.model import Membership, Role

USER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,63})")
"""The `sub` of an identity provider; an address of a person is refused: it identifies."""


class Change(Body):
    """What a member becomes."""

    role: Role


class Member(Shown):
    """A member of a project."""

    user: str
    role: Role


class MemberPage(Shown):
    """A page of members."""

    members: list[Member]
    next: str | None


class Removed(Shown):
    """Who is no member any more."""

    removed: str


def listed(services: Services, request: Request) -> Answer:
    """A page of the members of a project."""
    wanted = request.asked(Page)
    entries = services.projects.members(request.project, after=wanted.after, page_size=wanted.reads)
    found, following = page(entries, limit=wanted.limit, place=lambda entry: entry.user)
    return Answer(MemberPage(members=[_shown(entry) for entry in found], next=following))


def show(services: Services, request: Request) -> Answer:
    """One member.

    Raises:
        NotFound: not a member.
    """
    return Answer(_shown(_member(services, request)))


def put(services: Services, request: Request) -> Answer:
    """Makes a user a member, or gives a member another role.

    Raises:
        InvalidRequest: nothing that a user is named by.
        Conflict: the last owner would become something less.
    """
    role = request.body(Change).role
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
    return Answer(Removed(removed=member.user))


def _member(services: Services, request: Request) -> Membership:
    project, user = request.path["project"], request.path["user"]
    member = services.projects.member(project, user) if USER.fullmatch(user) else None
    if member is None:
        raise NotFound("This user is not a member of the project.")
    return member


def _user(request: Request) -> str:
    user = request.path["user"]
    if USER.fullmatch(user) is None:
        raise InvalidRequest(
            "A user is named by the identity provider: 1 to 64 letters, digits and hyphens, "
            'as "user" of /api/whoami shows it.'
        )
    return user


def _keep_an_owner(services: Services, request: Request) -> None:
    members = services.projects.members(request.path["project"])
    owners = {member.user for member in members if member.role is Role.OWNER}
    if owners == {request.path["user"]}:
        raise Conflict("A project keeps at least one owner: make another member owner first.")


def _shown(member: Membership) -> Member:
    return Member(user=member.user, role=member.role)
