"""What the audit log is told of a request: who, what, to which object, when and why."""

from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from pydantic import BaseModel

from functions.api.edge.clock import timestamp
from functions.api.edge.path_parts import told
from functions.api.edge.request import Request
from functions.api.edge.services import EdgeServices
from scanloft.core.errors import ArchiveError, InvalidRequest
from scanloft.core.model import AuditEntry

if TYPE_CHECKING:
    from functions.api.edge.route import Route

SITE = "-"
"""Stands for the archive as a whole, where an act belongs to no project."""
REASON = "x-audit-reason"
REASON_LIMIT = 256
FACT_LIMIT = 256

logger = Logger(service="audit")


def begun(route: "Route", services: EdgeServices, request: Request) -> AuditEntry:
    """Writes down that the caller is about to do it.

    The hash of the entry goes to the log too: whoever cuts off the end of the chain would have to
    change both.

    Raises:
        Unavailable: it could not be written, so it must not be done.
    """
    entry = AuditEntry(
        project=request.project if route.rights else SITE,
        at=timestamp(services.now()),
        actor=request.caller.user,
        action=route.name,
        facts={**_objects(route, request), **_told(route, request.content)},
        reason=reason_of(request),
    )
    return _written(services, entry)


def refused(services: EdgeServices, entry: AuditEntry, error: ArchiveError) -> None:
    """Writes down that an act was refused after it was begun."""
    _written(
        services,
        AuditEntry(
            project=entry.project,
            at=timestamp(services.now()),
            actor=entry.actor,
            action="refused",
            facts={"code": error.code, "of": entry.sequence},
        ),
    )


def _written(services: EdgeServices, entry: AuditEntry) -> AuditEntry:
    written = services.audit.append(entry)
    logger.info("act", project=entry.project, sequence=written.sequence, hash=written.hash)
    return written


def _objects(route: "Route", request: Request) -> dict[str, str | int]:
    parts = {name: told(name, value) for name, value in request.path.items() if name != "project"}
    return {**parts, **({} if not request.caller.by_token else {"by": "token"})}


def _told(route: "Route", content: BaseModel | None) -> dict[str, str | int]:
    if content is None:
        return {}
    values = content.model_dump(mode="json", include=set(route.told), exclude_unset=True)
    return {
        name: value if isinstance(value, int) else str(value)[:FACT_LIMIT]
        for name, value in values.items()
    }


def reason_of(request: Request) -> str:
    """Why, as the caller says it.

    Raises:
        InvalidRequest: a reason that cannot be written down.
    """
    reason = request.headers.get(REASON, "")
    if len(reason) > REASON_LIMIT or not (reason.isascii() and reason.isprintable()):
        raise InvalidRequest(f'"X-Audit-Reason" has at most {REASON_LIMIT} printable characters.')
    return reason
