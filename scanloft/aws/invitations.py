"""Invitations and requests for access in the index table, below their project."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scanloft.aws.rows import Row, Rows
from scanloft.core.admission import AccessRequest, Invitation, InvitationState, RequestState
from scanloft.core.items import project_partition
from scanloft.core.items_of_people import (
    INVITATION_SORT,
    REQUEST_SORT,
    invitation_item,
    request_item,
)
from scanloft.core.model import Role


class InvitationIndex:
    """The invitations into all projects, found by the hashes of their codes."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, invitation: Invitation) -> None:
        """Writes a new invitation."""
        self._rows.put(
            invitation_item(invitation.project, invitation.code_hash), _invitation_row(invitation)
        )

    def invitation(self, project: str, code_hash: str) -> Invitation | None:
        """The one with the code, None where there is none."""
        row = self._rows.get(invitation_item(project, code_hash))
        return None if row is None else _invitation(row)

    def invitations(
        self,
        project: str,
        *,
        named: str = "",
        after: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[Invitation]:
        """Those of a project by hash: the one that is `named`, those after one, or all."""
        rows = self._rows.query(
            project_partition(project),
            sort_prefix=f"{INVITATION_SORT}{named}",
            after=None if after is None else invitation_item(project, after).sort,
            page_size=page_size,
        )
        return map(_invitation, rows)

    def take(self, invitation: Invitation, *, user: str) -> Invitation | None:
        """Gives an open invitation to one user, None where another was faster."""
        taken = replace(invitation, state=InvitationState.TAKEN, used_by=user)
        return taken if self._move(taken, before=invitation.state) else None

    def finish(self, invitation: Invitation, *, at: str) -> bool:
        """Ends an invitation whose user has been made a member; whether it was still taken."""
        used = replace(invitation, state=InvitationState.USED, used_at=at)
        return self._move(used, before=InvitationState.TAKEN)

    def remove(self, invitation: Invitation) -> None:
        """Removes an invitation; no error where there is none."""
        self._rows.delete(invitation_item(invitation.project, invitation.code_hash))

    def _move(self, invitation: Invitation, *, before: InvitationState) -> bool:
        return self._rows.put_if(
            invitation_item(invitation.project, invitation.code_hash),
            _invitation_row(invitation),
            condition="#state = :state",
            values={"state": before.value},
        )


class RequestIndex:
    """The requests for access to all projects, one for each user and project."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, request: AccessRequest) -> None:
        """Writes a request; the later of two of one user counts."""
        self._rows.put(
            request_item(request.project, request.user),
            {
                "project": request.project,
                "user": request.user,
                "note": request.note,
                "asked_at": request.asked_at,
                "state": request.state.value,
                "decided_at": request.decided_at,
            },
        )

    def request(self, project: str, user: str) -> AccessRequest | None:
        """That of a user, None where there is none."""
        row = self._rows.get(request_item(project, user))
        return None if row is None else _request(row)

    def requests(
        self, project: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[AccessRequest]:
        """Those to a project by user, after one or all."""
        rows = self._rows.query(
            project_partition(project),
            sort_prefix=REQUEST_SORT,
            after=None if after is None else request_item(project, after).sort,
            page_size=page_size,
        )
        return map(_request, rows)

    def remove(self, request: AccessRequest) -> None:
        """Removes a request; no error where there is none."""
        self._rows.delete(request_item(request.project, request.user))


def _invitation_row(invitation: Invitation) -> Row:
    return {
        "project": invitation.project,
        "code_hash": invitation.code_hash,
        "role": invitation.role.value,
        "site": invitation.site,
        "note": invitation.note,
        "created_by": invitation.created_by,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "made_by_admin": invitation.made_by_admin,
        "state": invitation.state.value,
        "used_by": invitation.used_by,
        "used_at": invitation.used_at,
    }


def _invitation(row: Mapping[str, Any]) -> Invitation:
    return Invitation(
        project=row["project"],
        code_hash=row["code_hash"],
        role=Role(row["role"]),
        site=row["site"],
        note=row["note"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        made_by_admin=row["made_by_admin"],
        state=InvitationState(row["state"]),
        used_by=row["used_by"],
        used_at=row["used_at"],
    )


def _request(row: Mapping[str, Any]) -> AccessRequest:
    return AccessRequest(
        project=row["project"],
        user=row["user"],
        note=row["note"],
        asked_at=row["asked_at"],
        state=RequestState(row["state"]),
        decided_at=row["decided_at"],
    )
