"""Projects as answers show them."""

from typing import Any

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.projects.profiles import deidentification
from scanloft.core.model import Accessibility, Membership, Prearchive, Project, ProjectState, Role


class ProjectSummary(Shown):
    """A project as it stands in the lists of its members."""

    name: str
    title: str
    created_at: str
    role: Role | None
    site: str
    accessibility: Accessibility
    state: ProjectState
    deleted_until: str
    deidentification: str


class ProjectDetail(ProjectSummary):
    """A project as those see it who may enter it."""

    description: str
    aliases: list[str]
    prearchive: Prearchive
    sites: list[str]
    routing: str
    fields: dict[str, Any]
    created_by: str
    profile: dict[str, Any]
    record_ids: bool


class ProjectPage(Shown):
    """A page of projects."""

    projects: list[ProjectSummary]
    next: str | None


def summary(project: Project, member: Membership | None) -> ProjectSummary:
    """A project in a list, with what the caller is in it."""
    return ProjectSummary(
        name=project.name,
        title=project.title,
        created_at=project.created_at,
        role=member.role if member else None,
        site=member.site if member else "",
        accessibility=project.accessibility,
        state=project.state,
        deleted_until=project.deleted_until,
        deidentification=deidentification(project),
    )


def answer(project: Project, member: Membership | None, *, manages: bool) -> Answer:
    """A project in full, with what the caller is in it.

    Routing is for those who manage it: its expressions may hold what senders write.
    """
    shown = ProjectDetail(
        **summary(project, member).model_dump(),
        description=project.description,
        aliases=list(project.aliases),
        prearchive=project.prearchive,
        sites=list(project.sites),
        routing=project.routing if manages else "",
        fields=dict(project.fields),
        created_by=project.created_by,
        profile=dict(project.profile),
        record_ids=project.record_ids,
    )
    return Answer(shown, etag=etag(project, member))


def etag(project: Project, member: Membership | None) -> str:
    """Changes with the project, and with what the caller is in it."""
    return f"{project.revision}.{member.role}.{member.site}" if member else str(project.revision)


def membership(request: Request) -> Membership | None:
    """What the caller is in the project, None for visitors and administrators."""
    there = request.presence
    if there.role is None:
        return None
    return Membership(there.project.name, request.caller.user, there.role, site=there.site)
