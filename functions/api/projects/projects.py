"""Projects: made by any user, who becomes the owner; listed for those who are in them.

What may leave identity in place, such as the profile `none`, only site administrators set; which
profile was set by whom is in the audit log before the project is there.
"""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown, Title
from functions.api.services import Services
from scanloft.core.errors import Conflict, Forbidden, NotFound
from scanloft.core.identifiers import PROJECT
from scanloft.core.model import AuditEntry, Membership, Project, Role
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.profiles.rule_fit import check_rules

ProjectName = Annotated[str, Field(max_length=32, pattern=f"^{PROJECT.pattern}$")]
"""2 to 32 small letters, digits and hyphens, a letter first and no hyphen last."""


class NewProject(Body):
    """A project to be made; `profile` as docs/profiles.md describes it."""

    name: ProjectName
    title: Title
    profile: dict[str, Any] | None = None
    record_ids: bool = True


class ProjectSummary(Shown):
    """A project as it stands in lists."""

    name: str
    title: str
    created_at: str
    role: Role | None
    deidentification: str


class ProjectDetail(ProjectSummary):
    """A project as its members see it."""

    created_by: str
    profile: dict[str, Any]
    record_ids: bool


class ProjectPage(Shown):
    """A page of projects."""

    projects: list[ProjectSummary]
    next: str | None


def listed(services: Services, request: Request) -> Answer:
    """A page of the caller's projects with their role; for administrators of all projects."""
    wanted = request.asked(Page)
    if request.caller.is_admin:
        names = services.projects.names(after=wanted.after, page_size=wanted.reads)
    else:
        entries = services.projects.memberships(
            request.caller.user, after=wanted.after, page_size=wanted.reads
        )
        names = (entry.project for entry in entries if request.caller.may_enter(entry.project))
    found, following = page(names, limit=wanted.limit, place=str)
    projects = services.projects.projects(found)
    roles = _roles(services, request, found)
    shown = [_summary(projects[name], roles.get(name)) for name in found if name in projects]
    return Answer(ProjectPage(projects=shown, next=following))


def create(services: Services, request: Request) -> Answer:
    """A new project that the caller owns.

    The secret is made first, so that no project is ever without one; the membership last, so
    that nobody becomes the owner of a project that another caller was faster to make.

    Raises:
        InvalidProfile: a profile that cannot be used.
        Forbidden: a profile that only a site administrator may set.
        Conflict: the name is taken.
    """
    wanted = request.body(NewProject)
    profile = _profile(wanted.profile)
    _check_may_set(profile, request)
    project = Project(
        name=wanted.name,
        title=wanted.title,
        created_at=timestamp(services.now()),
        created_by=request.caller.user,
        profile=profile.to_dict(),
        record_ids=wanted.record_ids,
    )
    services.project_secrets.create(project.name)
    if not _was_interrupted(services, project):
        services.audit.append(_profile_set(project, profile))
        services.projects.create(project)
    owner = Membership(project=project.name, user=request.caller.user, role=Role.OWNER)
    services.projects.put_member(owner)
    return _answer(services.projects.project(project.name), Role.OWNER)


def show(services: Services, request: Request) -> Answer:
    """One project with its profile and the caller's role in it."""
    return _answer(request.presence.project, request.presence.role)


def _roles(services: Services, request: Request, names: list[str]) -> dict[str, Role]:
    """The caller's roles in these projects, which are in order."""
    if not names:
        return {}
    roles: dict[str, Role] = {}
    before = names[0][:-1] or None
    for entry in services.projects.memberships(request.caller.user, after=before):
        if entry.project > names[-1]:
            break
        roles[entry.project] = entry.role
    return roles


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
    if same and next(services.projects.members(project.name), None) is None:
        return True
    raise Conflict("A project of this name exists already: choose another name.")


def _profile(values: dict[str, Any] | None) -> Profile:
    if values is None:
        return Profile.basic()
    profile = Profile.from_dict(values)
    check_rules(profile)
    _check_scripts(profile)
    return profile


def _check_scripts(profile: Profile) -> None:
    """Raises InvalidProfile for a CTP script that no object could pass, naming the line."""
    if profile.ctp_script:
        from scanloft.deid.ctp.script import parse_script  # only profiles with a script pay for it

        parse_script(profile.ctp_script)
    if profile.pixel_script:
        from scanloft.deid.pixels.ctp_script import parse_pixel_script  # as above

        parse_pixel_script(profile.pixel_script)


def _check_may_set(profile: Profile, request: Request) -> None:
    if profile.needs_administrator and not request.caller.is_admin:
        raise Forbidden(
            "This profile may leave patients recognisable, so only a site administrator may set "
            "it: ask one to create the project, or choose another profile."
        )


def _profile_set(project: Project, profile: Profile) -> AuditEntry:
    return AuditEntry(
        project=project.name,
        at=project.created_at,
        actor=project.created_by,
        action="profile_set",
        facts={
            "profile": profile.name,
            "version": profile.version,
            "deidentification": _deidentification(project),
        },
    )


def _deidentification(project: Project) -> str:
    """In a word, what objects pass through: "basic", "none", "ctp" or "ctp_without_floor"."""
    base = str(project.profile.get("base", Base.BASIC.value))
    floored = project.profile.get("floor", True)
    return base if floored else f"{base}_without_floor"


def _summary(project: Project, role: Role | None) -> ProjectSummary:
    return ProjectSummary(
        name=project.name,
        title=project.title,
        created_at=project.created_at,
        role=role,
        deidentification=_deidentification(project),
    )


def _answer(project: Project, role: Role | None) -> Answer:
    shown = ProjectDetail(
        **_summary(project, role).model_dump(),
        created_by=project.created_by,
        profile=dict(project.profile),
        record_ids=project.record_ids,
    )
    return Answer(shown, etag=str(project.revision))
