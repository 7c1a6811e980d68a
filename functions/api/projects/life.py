"""The life of a project: archived and opened again, deleted and brought back.

A project that is deleted is out of sight at once and kept for some days; then sweep removes it.
"""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Query, Shown
from functions.api.events.reviving import revive_waiting
from functions.api.projects import shown
from functions.api.services import Services
from scanloft.core.annotations import Change
from scanloft.core.errors import Conflict, Outdated
from scanloft.core.holdings import CONFIRMATION_LENGTH, Holdings, confirmation
from scanloft.core.model import Project, ProjectState

UNDELETE_DAYS = 30
KEPT = ("audit log", "name of the project", "table of pseudonyms")
"""What stays when a project is removed for good; docs/decisions/0011 says why."""

Confirmation = Annotated[str, Field(pattern=rf"^[0-9a-f]{{{CONFIRMATION_LENGTH}}}$")]


class Of(Query):
    """Of which act the consequences are asked."""

    of: Literal["delete"] = "delete"


class Confirmed(Query):
    """The `confirm` of the consequences that the caller has seen."""

    confirm: Confirmation


class Consequences(Shown):
    """What goes along when a project is deleted, what stays, and until when it can come back."""

    of: str
    subjects: int
    sessions: int
    scans: int
    instances: int
    size_bytes: int
    resources: int
    quarantined: int
    uploads: int
    members: int
    invitations: int
    links: int
    exports: int
    shares: int
    kept: list[str]
    days_to_undelete: int
    confirm: str


def archive(services: Services, request: Request) -> Answer:
    """Makes a project read-only; what is archived already stays so."""
    return _turned(services, request, ProjectState.ARCHIVED, what="archived")


def unarchive(services: Services, request: Request) -> Answer:
    """Opens an archived project again."""
    return _turned(services, request, ProjectState.ACTIVE, what="unarchived")


def consequences(services: Services, request: Request) -> Answer:
    """What goes along when the project is deleted, counted now."""
    project = request.presence.project
    held, confirm = _seen(services, project)
    return Answer(
        Consequences(
            of=request.asked(Of).of,
            **asdict(held),
            kept=list(KEPT),
            days_to_undelete=UNDELETE_DAYS,
            confirm=confirm,
        )
    )


def delete(services: Services, request: Request) -> Answer:
    """Deletes a project whose consequences the caller has seen; it can come back for some days.

    Raises:
        Outdated: it was changed, or something came or went, since they were seen.
    """
    project = request.presence.project
    _, seen = _seen(services, project)
    if request.asked(Confirmed).confirm != seen:
        raise Outdated("The project changed since you saw what goes along: look again.")
    until = timestamp(services.now() + timedelta(days=UNDELETE_DAYS))
    deleted = replace(project, state=ProjectState.DELETED, deleted_until=until)
    return _written(services, request, deleted, what="deleted")


def undelete(services: Services, request: Request) -> Answer:
    """Brings a deleted project back, as it was but not archived.

    Raises:
        Conflict: it is not deleted, or its days are over.
    """
    project = request.presence.project
    if project.state is not ProjectState.DELETED:
        raise Conflict("This project is not deleted: there is nothing to bring back.")
    if project.deleted_until <= timestamp(services.now()):
        raise Conflict("The days in which this project could be brought back are over.")
    revive_waiting(services, project.name)
    living = replace(project, state=ProjectState.ACTIVE, deleted_until="")
    return _written(services, request, living, what="undeleted")


def _seen(services: Services, project: Project) -> tuple[Holdings, str]:
    """What a project holds, and its digest; the feed is read first, so nothing slips between."""
    feed = services.feed.last(project.name)
    held = services.holdings.holdings(project.name)
    digest = confirmation(project.name, revision=project.revision, feed=feed, holdings=held)
    return held, digest


def _turned(services: Services, request: Request, state: ProjectState, *, what: str) -> Answer:
    project = request.presence.project
    member = shown.membership(request)
    request.check_match(shown.etag(project, member))
    if project.state is state:
        return shown.answer(project, member, manages=True)
    return _written(services, request, replace(project, state=state), what=what)


def _written(services: Services, request: Request, project: Project, *, what: str) -> Answer:
    after = services.projects.update(project)
    told = Change(kind="project", name=after.name, what=what, at=timestamp(services.now()))
    services.feed.append(after.name, [told])
    return shown.answer(after, shown.membership(request), manages=True)
