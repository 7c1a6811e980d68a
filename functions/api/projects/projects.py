"""Projects: made by those who may, who become their owners; listed for those who are in them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Title
from functions.api.projects import profiles, shown
from functions.api.projects.sizes import check_size
from functions.api.services import Services
from scanloft.aws.access import PROJECTS_AT_ONCE
from scanloft.core.batching import batches
from scanloft.core.caller import Caller
from scanloft.core.errors import Conflict, Forbidden, NotFound
from scanloft.core.identifiers import PROJECT
from scanloft.core.model import Membership, Project, ProjectState, Role
from scanloft.core.project_names import names_of
from scanloft.core.roles import Right

ProjectName = Annotated[str, Field(max_length=32, pattern=f"^{PROJECT.pattern}$")]
"""2 to 32 small letters, digits and hyphens, a letter first and no hyphen last."""
EVERYONE = "everyone"


class NewProject(Body):
    """A project to be made; `profile` as docs/profiles.md describes it."""

    name: ProjectName
    title: Title
    profile: dict[str, Any] | None = None
    record_ids: bool = True


def listed(services: Services, request: Request) -> Answer:
    """A page of the caller's projects with their role; for administrators of all projects.

    A deleted one is shown to those who can bring it back.
    """
    wanted = request.asked(Page)
    caller = request.caller
    names: Iterator[str]
    if caller.is_admin:
        names = services.projects.names(after=wanted.after, page_size=wanted.reads)
    else:
        entries = services.projects.memberships(
            caller.user, after=wanted.after, page_size=wanted.reads
        )
        names = (entry.project for entry in entries)
    seen = _seen(services, caller, filter(caller.may_enter, names))
    found, following = page(seen, limit=wanted.limit, place=lambda each: each.name)
    return Answer(shown.ProjectPage(projects=found, next=following))


def create(services: Services, request: Request) -> Answer:
    """A new project that the caller owns.

    Its names are claimed and its secret is made first, so that no project is ever without one; the
    membership comes last, so that nobody becomes the owner of a project that another caller was
    faster to make.

    Raises:
        InvalidProfile: a profile that cannot be used.
        Forbidden: the caller may make no projects, or not with this profile.
        Conflict: the name or the title is taken, or the profile is too large to be kept.
    """
    _check_may_create(services, request)
    wanted = request.body(NewProject)
    profile = profiles.checked(wanted.profile)
    profiles.check_may_set(profile, request)
    user, at = request.caller.user, timestamp(services.now())
    project = Project(
        name=wanted.name,
        title=wanted.title,
        created_at=at,
        created_by=user,
        profile=profile.to_dict(),
        record_ids=wanted.record_ids,
        identifiable=profile.needs_administrator,
    )
    check_size(project)
    if not _was_interrupted(services, project):
        now = int(services.now().timestamp())
        services.names.claim(names_of(project), project.name, revision=0, now=now)
        services.project_secrets.create(project.name)
        services.audit.append(profiles.profile_set(project, profile, actor=user, at=at))
        services.projects.create(project)
    owner = Membership(project=project.name, user=user, role=Role.OWNER)
    services.projects.put_member(owner)
    return shown.answer(services.projects.project(project.name), owner, manages=True)


def show(_services: Services, request: Request) -> Answer:
    """One project with its settings and the caller's role in it."""
    manages = request.presence.may(Right.MANAGE)
    return shown.answer(request.presence.project, shown.membership(request), manages=manages)


def _seen(
    services: Services, caller: Caller, names: Iterator[str]
) -> Iterator[shown.ProjectSummary]:
    """Those of the projects that the caller may see, in order."""
    for chunk in batches(names, size=PROJECTS_AT_ONCE):
        found = services.projects.presences(chunk, caller.user)
        for project, member in (found[name] for name in chunk if name in found):
            if caller.is_admin or _is_shown(project, member):
                yield shown.summary(project, member)


def _is_shown(project: Project, member: Membership | None) -> bool:
    if member is None:
        return False
    return project.state is not ProjectState.DELETED or member.role is Role.OWNER


def _check_may_create(services: Services, request: Request) -> None:
    if services.settings.project_creators != EVERYONE and not request.caller.is_admin:
        raise Forbidden(
            "Site administrators make the projects of this archive: ask one for a project."
        )


def _was_interrupted(services: Services, project: Project) -> bool:
    """Whether the caller's own request of the same content stopped before it made the owner.

    Raises:
        Conflict: the name is taken.
    """
    try:
        there = services.projects.project(project.name)
    except NotFound:
        return False
    same = replace(project, created_at=there.created_at, revision=there.revision) == there
    if same and next(services.projects.members(project.name, page_size=1), None) is None:
        return True
    raise Conflict("Another project is called so already, or was: choose another name.")
