"""The share links of a project: made, listed and ended by those who manage it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Line, Shown
from functions.api.projects.profiles import check_may_open
from functions.api.services import Services
from scanloft.core.admission import ShareLink
from scanloft.core.errors import Conflict, NotFound, Unavailable
from scanloft.core.identifiers import UID, UID_LENGTH_LIMIT
from scanloft.core.tokens import (
    ID,
    LINK_PREFIX,
    TOKEN_BYTES,
    id_of,
    is_free,
    new_token,
    token_hash,
)

LABEL_LIMIT = 64
DAYS_LIMIT = 365
SESSION_LIMIT = 500
LINK_LIMIT = 200

StudyUid = Annotated[str, Field(pattern=f"^{UID.pattern}$", max_length=UID_LENGTH_LIMIT)]


class Selection(Body):
    """What is shared: the whole project, with what comes into it later, or these sessions."""

    whole_project: bool = False
    sessions: Annotated[tuple[StudyUid, ...], Field(max_length=SESSION_LIMIT)] = ()


class NewLink(Body):
    """What a new link is called, what it shows, and for how many days."""

    label: Annotated[Line, Field(min_length=1, max_length=LABEL_LIMIT)]
    days: Annotated[int, Field(ge=1, le=DAYS_LIMIT)]
    selection: Selection


class LinkShown(Shown):
    """A share link, without its secret."""

    link: str
    label: str
    whole_project: bool
    sessions: list[str]
    created_by: str
    created_at: str
    expires_at: str


class LinkMade(LinkShown):
    """A new link with its secret and address, shown now and never again."""

    secret: str
    url: str


class LinkPage(Shown):
    """A page of share links."""

    links: list[LinkShown]
    next: str | None


class Revoked(Shown):
    """The link that ended."""

    revoked: str


def create(services: Services, request: Request) -> Answer:
    """A new link: shown now and never again, only its hash is kept.

    Raises:
        Forbidden: data that may identify patients, and the caller is no site administrator.
        Conflict: nothing selected, something that is not in the project, or two hundred links.
    """
    project = request.presence.project
    check_may_open(project, request)
    wanted = request.body(NewLink)
    sessions = _sessions(services, project.name, wanted.selection)
    secret = _drawn(services, project.name)
    now = services.now()
    link = ShareLink(
        project=project.name,
        link_hash=token_hash(secret),
        label=wanted.label,
        created_by=request.caller.user,
        created_at=timestamp(now),
        expires_at=int((now + timedelta(days=wanted.days)).timestamp()),
        whole_project=wanted.selection.whole_project,
        sessions=sessions,
        made_by_admin=request.caller.is_admin,
    )
    services.links.put(link)
    url = f"{services.settings.public_base_url}/api/shared/{secret}"
    return Answer(LinkMade(**_shown(link).model_dump(), secret=secret, url=url))


def listed(services: Services, request: Request) -> Answer:
    """A page of the share links of a project."""
    wanted = request.asked(Page)
    entries = services.links.links(request.project, after=wanted.after, page_size=wanted.reads)
    found, following = page(entries, limit=wanted.limit, place=lambda entry: entry.link_hash)
    return Answer(LinkPage(links=[_shown(entry) for entry in found], next=following))


def revoke(services: Services, request: Request) -> Answer:
    """Ends a link at once; addresses of files that it gave out end within minutes.

    Raises:
        NotFound: no such link.
    """
    name = request.path["link"]
    is_name = ID.fullmatch(name) is not None
    found = list(services.links.links(request.project, named=name)) if is_name else []
    if not found:
        raise NotFound("There is no such share link in this project.")
    for link in found:
        services.links.remove(link)
    return Answer(Revoked(revoked=name))


def _sessions(services: Services, project: str, selection: Selection) -> tuple[str, ...]:
    """The selected sessions in order.

    Raises:
        Conflict: none, or both they and the whole project, or one that is not in the project.
    """
    if selection.whole_project is bool(selection.sessions):
        raise Conflict("A link shows either the whole project or the sessions that you name.")
    sessions = tuple(sorted(set(selection.sessions)))
    if len(services.instances.studies_among(project, sessions)) < len(sessions):
        raise Conflict("One of the sessions is not in this project: leave it out.")
    return sessions


def _drawn(services: Services, project: str) -> str:
    links = list(services.links.links(project))
    others = [link.link_hash for link in links]
    now = services.now().timestamp()
    if sum(1 for link in links if link.expires_at > now) >= LINK_LIMIT:
        raise Conflict(f"A project has at most {LINK_LIMIT} share links: revoke one first.")
    secret = new_token(services.random(TOKEN_BYTES), prefix=LINK_PREFIX)
    if not is_free(token_hash(secret), others):
        raise Unavailable("The link could not be named: try again.")
    return secret


def _shown(link: ShareLink) -> LinkShown:
    return LinkShown(
        link=id_of(link.link_hash),
        label=link.label,
        whole_project=link.whole_project,
        sessions=list(link.sessions),
        created_by=link.created_by,
        created_at=link.created_at,
        expires_at=timestamp(datetime.fromtimestamp(link.expires_at, UTC)),
    )
