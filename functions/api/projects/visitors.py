"""Visitors: which projects they may know of, and their requests to become members."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown, Text
from functions.api.projects.bindings import Binding, bound, shown_member
from functions.api.services import Services
from scanloft.aws.access import PROJECTS_AT_ONCE
from scanloft.core.admission import AccessRequest, RequestState
from scanloft.core.batching import batches
from scanloft.core.errors import Conflict, NotFound
from scanloft.core.identifiers import USER
from scanloft.core.model import Accessibility, Project, ProjectState

NOTE_LIMIT = 500
AGAIN_AFTER_DAYS = 7
"""After which somebody who was declined may ask again."""

Note = Annotated[Text, Field(max_length=NOTE_LIMIT)]


class OpenProject(Shown):
    """What everybody who is signed in may know of a project that is not private."""

    name: str
    title: str
    accessibility: Accessibility


class OpenProjectPage(Shown):
    """A page of projects that are not private."""

    projects: list[OpenProject]
    next: str | None


class RequestShown(Shown):
    """A request for access."""

    user: str
    note: str
    asked_at: str
    state: RequestState
    decided_at: str


class RequestPage(Shown):
    """A page of requests for access."""

    requests: list[RequestShown]
    next: str | None


class ProjectCard(OpenProject):
    """The same, and the caller's own request for access, where there is one."""

    request: RequestShown | None


class Asking(Body):
    """Why somebody wants to become a member."""

    note: Note = ""


def listed(services: Services, request: Request) -> Answer:
    """A page of the projects that are not private; no place is named after one that is hidden."""
    wanted = request.asked(Page)
    names = services.projects.open_names(after=wanted.after, page_size=wanted.reads)
    opened = filter(request.caller.may_enter, names)
    seen = (_card(project) for project in _projects(services, opened) if _is_open(project))
    shown, following = page(seen, limit=wanted.limit, place=lambda each: each.name)
    return Answer(OpenProjectPage(projects=shown, next=following))


def card(services: Services, request: Request) -> Answer:
    """Name and title of a project, for those who may ask for more."""
    project = request.presence.project
    own = services.requests.request(project.name, request.caller.user)
    shown = _card(project).model_dump()
    return Answer(ProjectCard(**shown, request=_shown(own) if own else None))


def ask(services: Services, request: Request) -> Answer:
    """Asks for access; `waiting` looks first.

    Raises:
        Conflict: the request was declined a few days ago.
    """
    asked = AccessRequest(
        project=request.project,
        user=request.caller.user,
        note=request.body(Asking).note,
        asked_at=timestamp(services.now()),
    )
    services.requests.put(asked)
    return Answer(_shown(asked))


def waiting(services: Services, request: Request) -> Answer | None:
    """The caller's request that waits: asking again changes nothing, and nobody is told.

    Raises:
        Conflict: the request was declined a few days ago.
    """
    there = services.requests.request(request.project, request.caller.user)
    if there and there.state is RequestState.OPEN:
        return Answer(_shown(there))
    now = services.now()
    if there and datetime.fromisoformat(there.decided_at) > now - timedelta(days=AGAIN_AFTER_DAYS):
        raise Conflict(
            f"Your request was declined: you can ask again {AGAIN_AFTER_DAYS} days after that."
        )
    return None


def requests(services: Services, request: Request) -> Answer:
    """A page of the requests for access to a project."""
    wanted = request.asked(Page)
    entries = services.requests.requests(
        request.project, after=wanted.after, page_size=wanted.reads
    )
    found, following = page(entries, limit=wanted.limit, place=lambda entry: entry.user)
    return Answer(RequestPage(requests=[_shown(entry) for entry in found], next=following))


def grant(services: Services, request: Request) -> Answer:
    """Makes a member of who asked. Who became one meanwhile stays what they are.

    Raises:
        NotFound: this user does not ask for access.
        Conflict: a site that the project does not have, or an owner bound to one.
    """
    asked = _asked(services, request)
    there = services.projects.member(asked.project, asked.user)
    member = there or bound(request, user=asked.user, binding=request.body(Binding))
    if there is None:
        services.projects.put_member(member)
    services.requests.remove(asked)
    return Answer(shown_member(member))


def decline(services: Services, request: Request) -> Answer:
    """Declines a request; again changes nothing.

    Raises:
        NotFound: this user does not ask for access.
    """
    asked = _asked(services, request)
    if asked.state is RequestState.OPEN:
        asked = replace(asked, state=RequestState.DECLINED, decided_at=timestamp(services.now()))
        services.requests.put(asked)
    return Answer(_shown(asked))


def _asked(services: Services, request: Request) -> AccessRequest:
    user = request.path["user"]
    found = services.requests.request(request.project, user) if USER.fullmatch(user) else None
    if found is None:
        raise NotFound("This user does not ask for access to the project.")
    return found


def _projects(services: Services, names: Iterator[str]) -> Iterator[Project]:
    """Those of the projects that exist, in order."""
    for chunk in batches(names, size=PROJECTS_AT_ONCE):
        projects = services.projects.projects(chunk)
        yield from (projects[name] for name in chunk if name in projects)


def _is_open(project: Project) -> bool:
    hidden = project.accessibility is Accessibility.PRIVATE
    return not hidden and project.state is not ProjectState.DELETED


def _card(project: Project) -> OpenProject:
    return OpenProject(name=project.name, title=project.title, accessibility=project.accessibility)


def _shown(request: AccessRequest) -> RequestShown:
    return RequestShown(
        user=request.user,
        note=request.note,
        asked_at=request.asked_at,
        state=request.state,
        decided_at=request.decided_at,
    )
