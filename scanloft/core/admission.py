"""How people come into projects and look into them: invitations, requests, share links."""

from dataclasses import dataclass
from enum import StrEnum

from scanloft.core.model import Role


class InvitationState(StrEnum):
    """Whether an invitation can still be accepted.

    TAKEN: one user has it and is being made a member; nobody else can have it any more.
    """

    OPEN = "open"
    TAKEN = "taken"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Makes one user a member: who has the code. Only the SHA-256 of the code is kept.

    `made_by_admin`: whether a site administrator made it, who need not be a member.
    """

    project: str
    code_hash: str
    role: Role
    site: str
    note: str
    created_by: str
    created_at: str
    expires_at: int
    """When it ends, in seconds since 1970."""
    made_by_admin: bool = False
    state: InvitationState = InvitationState.OPEN
    used_by: str = ""
    used_at: str = ""


class RequestState(StrEnum):
    """What became of a request for access; who was let in is a member and has none any more."""

    OPEN = "open"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A visitor who asks to become a member."""

    project: str
    user: str
    note: str
    asked_at: str
    state: RequestState = RequestState.OPEN
    decided_at: str = ""


@dataclass(frozen=True, slots=True)
class ShareLink:
    """Shows some sessions of a project, or all, to whoever has it; only its SHA-256 is kept.

    `made_by_admin`: whether a site administrator made it, who need not be a member.
    """

    project: str
    link_hash: str
    label: str
    created_by: str
    created_at: str
    expires_at: int
    """When it ends, in seconds since 1970."""
    whole_project: bool = False
    sessions: tuple[str, ...] = ()
    """Study Instance UIDs, in order."""
    made_by_admin: bool = False
