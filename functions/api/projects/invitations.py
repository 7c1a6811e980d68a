"""Invitations: an owner gives somebody a code, and whoever accepts it first becomes a member.

The archive cannot ask the identity provider who there is, so an owner need not know how users are
named. Only the hash of a code is kept. A code ends with its date, when it was accepted, when it is
revoked, and when whoever made it may not manage the project any more.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown, Text
from functions.api.projects.bindings import SiteOrNone, check_binding
from functions.api.services import Services
from scanloft.core.admission import Invitation, InvitationState
from scanloft.core.errors import Conflict, Gone, NotFound, Unavailable
from scanloft.core.identifiers import PROJECT
from scanloft.core.model import AuditEntry, Membership, Project, ProjectState, Role
from scanloft.core.tokens import (
    CONTENT,
    ID,
    INVITATION_PREFIX,
    TOKEN_BYTES,
    id_of,
    is_free,
    new_token,
    token_hash,
)

NOTE_LIMIT = 500
DAYS_LIMIT = 30
OPEN_LIMIT = 100
CODE = re.compile(rf"{INVITATION_PREFIX}{CONTENT}\.({PROJECT.pattern})")
"""The project is part of the code, so that it is found without a row that leads from one to it."""


class NewInvitation(Body):
    """What somebody who is invited becomes, and for how many days the code is good."""

    role: Role
    site: SiteOrNone = ""
    days: Annotated[int, Field(ge=1, le=DAYS_LIMIT)] = DAYS_LIMIT
    note: Annotated[Text, Field(max_length=NOTE_LIMIT)] = ""


class Accepting(Body):
    """The code of an invitation."""

    code: Annotated[str, Field(max_length=128, pattern=f"^{CODE.pattern}$")]


class InvitationShown(Shown):
    """An invitation, without its code."""

    invitation: str
    role: Role
    site: str
    note: str
    created_by: str
    created_at: str
    expires_at: str
    state: InvitationState
    used_by: str
    used_at: str


class InvitationMade(InvitationShown):
    """A new invitation with its code, shown now and never again."""

    code: str


class InvitationPage(Shown):
    """A page of invitations."""

    invitations: list[InvitationShown]
    next: str | None


class Accepted(Shown):
    """What the caller is now, and where."""

    project: str
    role: Role
    site: str


class Revoked(Shown):
    """The invitation that ended."""

    revoked: str


def create(services: Services, request: Request) -> Answer:
    """A new invitation; its code is shown now and never again.

    Raises:
        Conflict: a hundred are open already, a site that the project does not have, or an owner
            bound to one.
    """
    wanted = request.body(NewInvitation)
    check_binding(request, role=wanted.role, site=wanted.site)
    others = list(services.invitations.invitations(request.project))
    now = services.now()
    if sum(1 for each in others if _is_open(each, now=now.timestamp())) >= OPEN_LIMIT:
        raise Conflict(f"A project has at most {OPEN_LIMIT} open invitations: revoke one.")
    code, code_hash = _drawn(services, request.project, others)
    invitation = Invitation(
        project=request.project,
        code_hash=code_hash,
        role=wanted.role,
        site=wanted.site,
        note=wanted.note,
        created_by=request.caller.user,
        created_at=timestamp(now),
        expires_at=int((now + timedelta(days=wanted.days)).timestamp()),
        made_by_admin=request.caller.is_admin,
    )
    services.invitations.put(invitation)
    return Answer(InvitationMade(**_shown(invitation).model_dump(), code=code))


def listed(services: Services, request: Request) -> Answer:
    """A page of the invitations of a project, those that were accepted until their date too."""
    wanted = request.asked(Page)
    entries = services.invitations.invitations(
        request.project, after=wanted.after, page_size=wanted.reads
    )
    found, following = page(entries, limit=wanted.limit, place=lambda entry: entry.code_hash)
    return Answer(InvitationPage(invitations=[_shown(one) for one in found], next=following))


def revoke(services: Services, request: Request) -> Answer:
    """Ends an invitation at once; who accepted it before stays a member.

    Raises:
        NotFound: no such invitation.
    """
    name = request.path["invitation"]
    is_name = ID.fullmatch(name) is not None
    found = services.invitations.invitations(request.project, named=name) if is_name else ()
    ended = list(found)
    if not ended:
        raise NotFound("There is no such invitation in this project.")
    for invitation in ended:
        services.invitations.remove(invitation)
    return Answer(Revoked(revoked=name))


def accept(services: Services, request: Request) -> Answer:
    """Makes the caller a member; the code is good once.

    It is taken for the caller before they become a member, and ended after: the same caller can
    go on where a request broke off, and nobody else can. Where it was revoked meanwhile, or the
    caller removed from the project, what was given is taken back.

    Raises:
        NotFound: no such invitation.
        Gone: it was accepted already, or its date is over.
        Conflict: the caller is a member of the project already.
    """
    invitation = _usable(services, request)
    user = request.caller.user
    there = services.projects.member(invitation.project, user)
    if there and invitation.state is InvitationState.OPEN:
        raise Conflict("You are a member of this project already: an owner can change your role.")
    if invitation.state is InvitationState.OPEN:
        taken = services.invitations.take(invitation, user=user)
        if taken is None:
            raise _over()
        invitation = taken
    member = there or Membership(invitation.project, user, invitation.role, site=invitation.site)
    if there is None:
        services.audit.append(_joined(invitation, at=timestamp(services.now())))
        services.projects.put_member(member)
    is_done = services.invitations.finish(invitation, at=timestamp(services.now()))
    if not is_done and not _was_finished(services, invitation):
        if there is None and services.projects.member(member.project, user) == member:
            services.projects.remove_member(member)
        raise _over()
    return Answer(Accepted(project=member.project, role=member.role, site=member.site))


def refused(services: Services, request: Request) -> None:
    """Looks whether the code is one, so that the audit log is not told of others.

    Raises:
        NotFound: no such invitation.
        Gone: it was accepted already, or its date is over.
    """
    _usable(services, request)


def end_taken(services: Services, *, project: str, user: str) -> None:
    """Removes invitations that a user took, before they are removed: no acceptance survives that.

    One in flight, or one that broke off, sees by it that it must not make them a member any more.
    """
    for invitation in services.invitations.invitations(project):
        if invitation.used_by == user:
            services.invitations.remove(invitation)


def _was_finished(services: Services, invitation: Invitation) -> bool:
    """Whether another request of the same user finished it."""
    now = services.invitations.invitation(invitation.project, invitation.code_hash)
    return now is not None and (now.state, now.used_by) == (
        InvitationState.USED,
        invitation.used_by,
    )


def _usable(services: Services, request: Request) -> Invitation:
    """The invitation of the code, where the caller can have it."""
    code = request.body(Accepting).code
    match = CODE.fullmatch(code)
    if match is None or not request.caller.may_enter(match[1]):
        raise _none()
    invitation = services.invitations.invitation(match[1], token_hash(code))
    if invitation is None or not _holds(services, invitation):
        raise _none()
    is_own = (invitation.state, invitation.used_by) == (InvitationState.TAKEN, request.caller.user)
    is_late = invitation.expires_at <= services.now().timestamp()
    if is_late or not (is_own or invitation.state is InvitationState.OPEN):
        raise _over()
    return invitation


def _holds(services: Services, invitation: Invitation) -> bool:
    """Whether who made it may still manage the project, and the project is there."""
    project, maker = services.projects.presence(invitation.project, invitation.created_by)
    if project is None or project.state is ProjectState.DELETED or not _fits(project, invitation):
        return False
    return invitation.made_by_admin or (maker is not None and maker.role is Role.OWNER)


def _fits(project: Project, invitation: Invitation) -> bool:
    return not invitation.site or invitation.site in project.sites


def _is_open(invitation: Invitation, *, now: float) -> bool:
    return invitation.state is InvitationState.OPEN and invitation.expires_at > now


def _drawn(services: Services, project: str, others: list[Invitation]) -> tuple[str, str]:
    """A code and its hash, called like none of the others."""
    secret = new_token(services.random(TOKEN_BYTES), prefix=INVITATION_PREFIX)
    code = f"{secret}.{project}"
    if not is_free(token_hash(code), (each.code_hash for each in others)):
        raise Unavailable("The invitation could not be named: try again.")
    return code, token_hash(code)


def _joined(invitation: Invitation, *, at: str) -> AuditEntry:
    """What the audit log of the project is told; that of the archive knows the request."""
    return AuditEntry(
        project=invitation.project,
        at=at,
        actor=invitation.used_by,
        action="member_joined",
        facts={
            "invitation": id_of(invitation.code_hash),
            "role": invitation.role.value,
            "site": invitation.site,
            "invited_by": invitation.created_by,
        },
    )


def _none() -> NotFound:
    return NotFound("There is no such invitation: check the code, or ask for a new one.")


def _over() -> Gone:
    return Gone("This invitation was accepted already, or its date is over: ask for a new one.")


def _shown(invitation: Invitation) -> InvitationShown:
    return InvitationShown(
        invitation=id_of(invitation.code_hash),
        role=invitation.role,
        site=invitation.site,
        note=invitation.note,
        created_by=invitation.created_by,
        created_at=invitation.created_at,
        expires_at=timestamp(datetime.fromtimestamp(invitation.expires_at, UTC)),
        state=invitation.state,
        used_by=invitation.used_by,
        used_at=invitation.used_at,
    )
