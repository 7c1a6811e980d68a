"""What a share link shows to whoever has it: sessions, and addresses of their files.

A link that is unknown, has ended or was revoked is one and the same 404. It ends too when whoever
made it may not manage the project any more; site administrators, of whom the archive does not know
whether they still are, revoke theirs.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from functions.api.downloads.links import address
from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.links.links import StudyUid
from functions.api.services import Services
from scanloft.contents.contents import DICOM, SHA256
from scanloft.contents.standing import hidden
from scanloft.core.admission import ShareLink
from scanloft.core.annotations import Level
from scanloft.core.batching import batches
from scanloft.core.errors import NotFound
from scanloft.core.identifiers import UID, UID_LENGTH_LIMIT
from scanloft.core.model import AuditEntry, Instance, Project, Role, Series, Study
from scanloft.core.roles import RIGHTS_BY_STATE, Right
from scanloft.core.tokens import id_of, is_link, token_hash

STUDY_DATE, DESCRIPTION = "00080020", "00081030"
HEADERS = {"Referrer-Policy": "no-referrer"}
"""The address of the page is the secret: no page that it leads to is told."""
FILES_LIMIT = 500


class SessionsPage(Page):
    """Which page of the sessions of a link."""

    after: Annotated[str, Field(pattern=f"^{UID.pattern}$", max_length=UID_LENGTH_LIMIT)] | None = (
        None
    )


class FilesPage(Page):
    """Which page of the files of a session."""

    session: StudyUid
    after: (
        Annotated[
            str,
            Field(pattern=f"^{UID.pattern}/{UID.pattern}$", max_length=2 * UID_LENGTH_LIMIT + 1),
        ]
        | None
    ) = None
    limit: Annotated[int, Field(ge=1, le=FILES_LIMIT)] = 100


class SharedSession(Shown):
    """A session, as its de-identified images describe it."""

    session: str
    date: str
    description: str
    modalities: list[str]
    scans: int
    instances: int
    size_bytes: int


class SharedView(Shown):
    """What a link shows."""

    title: str
    label: str
    expires_at: str
    sessions: list[SharedSession]
    next: str | None


class SharedFile(Shown):
    """An instance, with an address that serves it for some minutes."""

    scan: str
    instance: str
    url: str
    offset_bytes: int
    size_bytes: int
    sha256: str | None


class SharedFiles(Shown):
    """A page of the files of a session."""

    files: list[SharedFile]
    next: str | None
    expires_in_s: int


def show(services: Services, request: Request) -> Answer:
    """Title, label, and a page of the sessions of a link.

    Raises:
        NotFound: no such link, or it has ended.
    """
    link, project = _opened(services, request)
    wanted = request.asked(SessionsPage)
    _audit(services, link, action="link_opened")
    found, following = page(
        _sessions(services, link, after=wanted.after, page_size=wanted.reads),
        limit=wanted.limit,
        place=lambda study: study.study_uid,
    )
    gone = hidden(services.shelves, link.project, found)
    shown = [_session(study) for study in found if study.study_uid not in gone]
    view = SharedView(
        title=project.title,
        label=link.label,
        expires_at=timestamp(datetime.fromtimestamp(link.expires_at, UTC)),
        sessions=shown,
        next=following,
    )
    return Answer(view, headers=HEADERS)


def files(services: Services, request: Request) -> Answer:
    """A page of the files of one session of a link, with an address of each.

    Raises:
        NotFound: no such link, it has ended, or it does not show this session.
    """
    link, _ = _opened(services, request)
    wanted = request.asked(FilesPage)
    _check_session(services, link, wanted.session)
    _audit(services, link, action="link_files", session=wanted.session)
    found, following = page(
        _instances(services, link, wanted),
        limit=wanted.limit,
        place=lambda instance: f"{instance.series_uid}/{instance.sop_uid}",
    )
    ttl_s = services.settings.download_url_ttl_s
    shown = [_file(services, instance, ttl_s=ttl_s) for instance in found]
    return Answer(SharedFiles(files=shown, next=following, expires_in_s=ttl_s), headers=HEADERS)


def _opened(services: Services, request: Request) -> tuple[ShareLink, Project]:
    secret = request.path["secret"]
    link = services.links.link(token_hash(secret)) if is_link(secret) else None
    if link is None or link.expires_at <= services.now().timestamp():
        raise _no_such_link()
    project, maker = services.projects.presence(link.project, link.created_by)
    if project is None or Right.READ not in RIGHTS_BY_STATE[project.state]:
        raise _no_such_link()
    if not (link.made_by_admin or (maker is not None and maker.role is Role.OWNER)):
        raise _no_such_link()
    if project.identifiable and not link.made_by_admin:
        raise _no_such_link()
    return link, project


def _sessions(
    services: Services, link: ShareLink, *, after: str | None, page_size: int
) -> Iterator[Study]:
    """The sessions of a link by UID; those that are not in the project any more are left out."""
    if link.whole_project:
        yield from services.instances.studies(link.project, after=after, page_size=page_size)
        return
    wanted = (uid for uid in link.sessions if after is None or uid > after)
    for chunk in batches(wanted, size=page_size):
        found = services.instances.studies_among(link.project, chunk)
        yield from (found[uid] for uid in chunk if uid in found)


def _check_session(services: Services, link: ShareLink, session: str) -> None:
    is_shown = link.whole_project or session in link.sessions
    study = services.instances.study(link.project, session) if is_shown else None
    if study is None or hidden(services.shelves, link.project, [study]):
        raise NotFound("This link does not show such a session.")


def _instances(services: Services, link: ShareLink, wanted: FilesPage) -> Iterator[Instance]:
    """The instances of a session by series and SOP Instance UID, those of deleted scans not."""
    at_series, _, at_instance = (wanted.after or "").partition("/")
    all_series = services.instances.series_of_study(link.project, wanted.session)
    waiting = [series for series in all_series if series.series_uid >= at_series]
    gone = services.tombstones.among(link.project, [_scan(series) for series in waiting])
    for series in waiting:
        if _scan(series) in gone:
            continue
        yield from services.instances.instances(
            link.project,
            wanted.session,
            series.series_uid,
            after=at_instance if series.series_uid == at_series else None,
            page_size=wanted.reads,
        )


def _scan(series: Series) -> tuple[Level, str]:
    return Level.SCAN, f"{series.study_uid}/{series.series_uid}"


def _audit(services: Services, link: ShareLink, *, action: str, **facts: str) -> None:
    """Writes down that somebody used the link, before they see anything."""
    services.audit.append(
        AuditEntry(
            project=link.project,
            at=timestamp(services.now()),
            actor=f"link:{id_of(link.link_hash)}",
            action=action,
            facts=facts,
        )
    )


def _no_such_link() -> NotFound:
    return NotFound("There is no such share link, or it has ended: ask who sent it for a new one.")


def _session(study: Study) -> SharedSession:
    return SharedSession(
        session=study.study_uid,
        date=_value(study, STUDY_DATE),
        description=_value(study, DESCRIPTION),
        modalities=list(study.modalities),
        scans=study.series_count,
        instances=study.instance_count,
        size_bytes=study.size_bytes,
    )


def _value(study: Study, tag: str) -> str:
    values = study.attributes.get(tag, ())
    return str(values[0]) if values else ""


def _file(services: Services, instance: Instance, *, ttl_s: int) -> SharedFile:
    key = instance.location.key
    name = f"{instance.sop_uid}.dcm"
    return SharedFile(
        scan=instance.series_uid,
        instance=instance.sop_uid,
        url=address(services, key, ttl_s=ttl_s, content_type=DICOM, file_name=name),
        offset_bytes=instance.location.offset,
        size_bytes=instance.location.length,
        sha256=instance.sha256 if SHA256.fullmatch(instance.sha256) else None,
    )
