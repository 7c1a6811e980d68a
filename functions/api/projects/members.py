"""The members of a project, their roles and sites: owners manage them."""

from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.projects import invitations
from functions.api.projects.bindings import Binding, Member, bound, shown_member
from functions.api.services import Services
from scanloft.core.errors import Conflict, InvalidRequest, NotFound
from scanloft.core.identifiers import USER
from scanloft.core.model import Membership, Role


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
    return Answer(MemberPage(members=[shown_member(entry) for entry in found], next=following))


def show(services: Services, request: Request) -> Answer:
    """One member.

    Raises:
        NotFound: not a member.
    """
    member = _member(services, request)
    return Answer(shown_member(member), etag=_etag(member))


def put(services: Services, request: Request) -> Answer:
    """Makes a user a member, or gives a member another role or site.

    Whether the identity provider has such a user is not asked: what names nobody lets nobody in.

    Raises:
        InvalidRequest: nothing that a user is named by.
        Conflict: the last owner would become something less, an owner would be bound to a site,
            or the project has no such site.
        Outdated: the member was changed since they were read.
    """
    member = bound(request, user=_user(request), binding=request.body(Binding))
    before = services.projects.member(member.project, member.user)
    request.check_match(_etag(before))
    if before and before.role is Role.OWNER is not member.role:
        _keep_an_owner(services, request)
    services.projects.put_member(member)
    _put_back_the_last_owner(services, before)
    return Answer(shown_member(member), etag=_etag(member))


def remove(services: Services, request: Request) -> Answer:
    """Ends a membership at once.

    What a request that broke off left behind goes too: an invitation that the user was about to
    accept, and the project on their list.

    Raises:
        NotFound: not a member.
        Conflict: the last owner.
    """
    invitations.end_taken(services, project=request.project, user=_user(request))
    try:
        member = _member(services, request)
    except NotFound:
        services.projects.forget_member(request.project, _user(request))
        raise
    request.check_match(_etag(member))
    if member.role is Role.OWNER:
        _keep_an_owner(services, request)
    services.projects.remove_member(member)
    _put_back_the_last_owner(services, member)
    return Answer(Removed(removed=member.user))


def _member(services: Services, request: Request) -> Membership:
    member = services.projects.member(request.project, _user(request))
    if member is None:
        raise NotFound("This user is not a member of the project.")
    return member


def _user(request: Request) -> str:
    user = request.path["user"]
    if USER.fullmatch(user) is None:
        raise InvalidRequest(
            "A user is named by the identity provider: 1 to 64 letters, digits and hyphens, "
            'as "user" of /api/whoami shows it. An address of a person is refused: it identifies.'
        )
    return user


def _etag(member: Membership | None) -> str:
    return f"{member.role}.{member.site}" if member else "none"


def _keep_an_owner(services: Services, request: Request) -> None:
    if _owners(services, request.project) == {request.path["user"]}:
        raise _last_owner()


def _put_back_the_last_owner(services: Services, before: Membership | None) -> None:
    """Undoes what was done where no owner is left: two owners can remove each other at once."""
    if before and before.role is Role.OWNER and not _owners(services, before.project):
        services.projects.put_member(before)
        raise _last_owner()


def _owners(services: Services, project: str) -> set[str]:
    members = services.projects.members(project)
    return {member.user for member in members if member.role is Role.OWNER}


def _last_owner() -> Conflict:
    return Conflict("A project keeps at least one owner: make another member owner first.")
