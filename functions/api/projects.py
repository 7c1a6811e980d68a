"""Projects: made by any user, who becomes the owner; listed for those who are in them.

What may leave identity in place, such as the profile `none`, only site administrators set; which
profile was set by whom is in the audit log before the project is there.
"""

from collections.abc import Iterator
from dataclasses import replace

from functions.api.clock import timestamp
from functions.api.fields import Fields, body_fields, flag, text
from functions.api.request import Answer, Request
from functions.api.services import Services
from scanloft.core.errors import Conflict, Forbidden, InvalidRequest, NotFound
from scanloft.core.identifiers import checked_project
from scanloft.core.model import AuditEntry, Membership, Project, Role
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.profiles.rule_fit import check_rules

NAME_LIMIT = 32
TITLE_LIMIT = 128


def listed(services: Services, request: Request) -> Answer:
    """The projects of the caller with the caller's role; for site administrators all projects."""
    roles = {entry.project: entry.role for entry in services.projects.memberships(_user(request))}
    found = services.projects.all_projects() if request.caller.is_admin else _of(services, roles)
    return Answer({"projects": [_summary(project, roles.get(project.name)) for project in found]})


def create(services: Services, request: Request) -> Answer:
    """A new project that the caller owns.

    The secret is made first, so that no project is ever without one; the membership last, so
    that nobody becomes the owner of a project that another caller was faster to make.

    Raises:
        InvalidRequest, InvalidProfile: a field that cannot be used.
        Forbidden: a profile that only a site administrator may set.
        Conflict: the name is taken.
    """
    fields = body_fields(request.body, allowed=("name", "title", "profile", "record_ids"))
    profile = _profile(fields)
    _check_may_set(profile, request)
    project = Project(
        name=checked_project(text(fields, "name", limit=NAME_LIMIT)),
        title=text(fields, "title", limit=TITLE_LIMIT),
        created_at=timestamp(services.now()),
        created_by=_user(request),
        profile=profile.to_dict(),
        record_ids="record_ids" not in fields or flag(fields, "record_ids"),
    )
    services.project_secrets.create(project.name)
    if not _was_interrupted(services, project):
        services.audit.append(_profile_set(project, profile))
        services.projects.create(project)
    owner = Membership(project=project.name, user=_user(request), role=Role.OWNER)
    services.projects.put_member(owner)
    return Answer(_detail(services.projects.project(project.name), Role.OWNER), status=201)


def show(services: Services, request: Request) -> Answer:
    """One project with its profile and the caller's role in it."""
    name = request.path["project"]
    project = services.projects.project(name)
    return Answer(_detail(project, services.projects.role(name, _user(request))))


def _user(request: Request) -> str:
    return request.caller.user


def _of(services: Services, roles: dict[str, Role]) -> Iterator[Project]:
    for name in roles:
        try:
            yield services.projects.project(name)
        except NotFound:
            continue


def _was_interrupted(services: Services, project: Project) -> bool:
    """Whether the caller's own request of the same content stopped before it made the owner.

    Raises:
        Conflict: the name is taken.
    """
    try:
        there = services.projects.project(project.name)
    except NotFound:
        return False
    same = replace(project, created_at=there.created_at) == there
    if same and next(services.projects.members(project.name), None) is None:
        return True
    raise Conflict("A project of this name exists already: choose another name.")


def _profile(fields: Fields) -> Profile:
    if "profile" not in fields:
        return Profile.basic()
    values = fields["profile"]
    if not isinstance(values, dict):
        raise InvalidRequest('"profile" must be a JSON object.')
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


def _summary(project: Project, role: Role | None) -> dict[str, object]:
    return {
        "name": project.name,
        "title": project.title,
        "created_at": project.created_at,
        "role": role,
        "deidentification": _deidentification(project),
    }


def _detail(project: Project, role: Role | None) -> dict[str, object]:
    return {
        **_summary(project, role),
        "created_by": project.created_by,
        "profile": dict(project.profile),
        "record_ids": project.record_ids,
    }
