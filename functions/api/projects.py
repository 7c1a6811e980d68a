"""Projects: made by any user, who becomes the owner; listed for those who are in them."""

from collections.abc import Iterator

from functions.api.clock import timestamp
from functions.api.fields import Fields, body_fields, text
from functions.api.request import Answer, Request
from functions.api.services import Services
from scanloft.core.errors import Conflict, InvalidRequest, NotFound
from scanloft.core.identifiers import checked_project
from scanloft.core.model import Membership, Project, Role
from scanloft.deid.profile import Profile

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
        Conflict: the name is taken.
    """
    fields = body_fields(request.body, allowed=("name", "title", "profile"))
    project = Project(
        name=checked_project(text(fields, "name", limit=NAME_LIMIT)),
        title=text(fields, "title", limit=TITLE_LIMIT),
        created_at=timestamp(services.now()),
        created_by=_user(request),
        profile=_profile(fields),
    )
    services.project_secrets.create(project.name)
    try:
        services.projects.create(project)
    except Conflict:
        if not _was_interrupted(services, project):
            raise
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
    """Whether the caller's own request of the same content stopped before it made the owner."""
    there = services.projects.project(project.name)
    same = (there.created_by, there.title) == (project.created_by, project.title)
    return same and next(services.projects.members(project.name), None) is None


def _profile(fields: Fields) -> dict[str, object]:
    if "profile" not in fields:
        return Profile.basic().to_dict()
    values = fields["profile"]
    if not isinstance(values, dict):
        raise InvalidRequest('"profile" must be a JSON object.')
    return Profile.from_dict(values).to_dict()


def _summary(project: Project, role: Role | None) -> dict[str, object]:
    return {
        "name": project.name,
        "title": project.title,
        "created_at": project.created_at,
        "role": role,
    }


def _detail(project: Project, role: Role | None) -> dict[str, object]:
    return {
        **_summary(project, role),
        "created_by": project.created_by,
        "profile": dict(project.profile),
    }
