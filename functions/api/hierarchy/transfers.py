"""Moving a session to another project: asked for here, done by the function transfer."""

from typing import Annotated

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown
from functions.api.hierarchy.places import own_session
from functions.api.hierarchy.refusals import no_session
from functions.api.hierarchy.taking_in import prepare
from functions.api.services import Services
from scanloft.core.annotations import Transfer, TransferState
from scanloft.core.errors import Conflict, Forbidden, NotFound
from scanloft.core.identifiers import PROJECT, is_uid
from scanloft.core.model import AuditEntry
from scanloft.core.roles import Right
from scanloft.core.transfers import transfer_body


class NewTransfer(Body):
    """The project that a session is to be moved to."""

    project: Annotated[str, Field(max_length=32, pattern=f"^{PROJECT.pattern}$")]


class TransferShown(Shown):
    """How far a move is: waiting, done or failed, and why it failed."""

    session: str
    project: str
    state: TransferState
    code: str | None
    reason: str | None
    objects: int
    asked_at: str
    asked_by: str


def begin(services: Services, request: Request) -> Answer:
    """Asks for a session to be moved; the same again, while it waits, asks again.

    Raises:
        NotFound: no such session, no such project, or the caller is an outsider of it.
        Forbidden: the caller may not submit there, or patients may be recognisable here alone.
        Conflict: it is merged, is being moved elsewhere, or the project has it already.
    """
    found, target = own_session(services, request), request.body(NewTransfer).project
    presence = services.access.enter(request.caller, project=target, rights=(Right.SUBMIT,))
    if presence.site:
        raise Forbidden("Who is bound to a site cannot take in the data of another project.")
    if target == request.project:
        raise Conflict("The session is in this project already: name another one.")
    if found.card.merged_into or found.card.merged:
        raise Conflict("This session is merged with another one: undo that first.")
    study_uid = found.study.study_uid
    before = services.transfers.transfer(request.project, study_uid)
    if before is not None and before.state is TransferState.WAITING:
        if before.target != target:
            raise Conflict("This session is being moved to another project: wait for that.")
        transfer = before
    else:
        prepare(services, request, presence.project)
        transfer = services.transfers.put(
            Transfer(
                project=request.project,
                study_uid=study_uid,
                target=target,
                asked_at=timestamp(services.now()),
                asked_by=request.caller.user,
                revision=before.revision if before else 0,
            )
        )
        services.audit.append(_received(transfer))
    services.transfer.send_many([transfer_body(request.project, study_uid)])
    return Answer(_shown(transfer))


def show(services: Services, request: Request) -> Answer:
    """How far the latest move of a session is.

    Raises:
        NotFound: it was never moved.
    """
    study_uid = request.path["study"]
    if not is_uid(study_uid):
        raise no_session()
    transfer = services.transfers.transfer(request.project, study_uid)
    if transfer is None:
        raise NotFound("Nobody has moved such a session out of this project.")
    return Answer(_shown(transfer))


def _received(transfer: Transfer) -> AuditEntry:
    """What the project that it is moved to is told, before anything is there."""
    return AuditEntry(
        project=transfer.target,
        at=transfer.asked_at,
        actor=transfer.asked_by,
        action="session_receive",
        facts={"study": transfer.study_uid, "from": transfer.project},
    )


def _shown(transfer: Transfer) -> TransferShown:
    return TransferShown(
        session=transfer.study_uid,
        project=transfer.target,
        state=transfer.state,
        code=transfer.code or None,
        reason=transfer.reason or None,
        objects=transfer.objects,
        asked_at=transfer.asked_at,
        asked_by=transfer.asked_by,
    )
