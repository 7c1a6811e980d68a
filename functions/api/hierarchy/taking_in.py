"""Taking in the data of another project, where patients may be recognisable in those."""

from dataclasses import replace

from functions.api.edge.request import Request
from functions.api.services import Services
from scanloft.core.errors import Conflict, Forbidden
from scanloft.core.model import Accessibility, Project


def prepare(services: Services, request: Request, target: Project) -> None:
    """Lets data of the project of the path go to another one, which is marked as its source is.

    The mark is written before anything is there: from then on only site administrators open the
    other project to more than its members. Into one that everybody reads nothing of the kind goes.

    Raises:
        Forbidden: patients may be recognisable in the data, and were not to be in the other
            project; the caller is no site administrator.
        Conflict: the same, and the other project shows its data to more than its members.
        Outdated: somebody changed the other project since the request began.
    """
    if not request.presence.project.identifiable:
        return
    if target.accessibility is Accessibility.PUBLIC:
        raise Conflict(
            "Patients may be recognisable in these data, and everybody reads the other project: "
            "have its owner make it private first."
        )
    if target.identifiable:
        return
    if not request.caller.is_admin:
        raise Forbidden(
            "A profile of this project, now or earlier, may have left patients recognisable, so "
            "only a site administrator may give its data to a project that is free of such."
        )
    if _has_open_link(services, target):
        raise Conflict(
            "Patients may be recognisable in these data, and a link shows all of the other "
            "project: have its owner revoke that first."
        )
    services.projects.update(replace(target, identifiable=True))


def _has_open_link(services: Services, target: Project) -> bool:
    """Whether a link shows all of it and goes on so: the mark ends those of others than these."""
    now = services.now().timestamp()
    return any(
        link.whole_project and link.made_by_admin and link.expires_at > now
        for link in services.links.links(target.name)
    )
