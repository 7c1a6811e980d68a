"""Exports: a selection as one zip, made in the background, kept for a week."""

from datetime import UTC, datetime, timedelta

from functions.api.downloads.links import address
from functions.api.downloads.selection import Selecting
from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.services import Services
from scanloft.contents.contents import Contents
from scanloft.core.errors import Conflict, NotFound
from scanloft.core.exports import (
    ENDED,
    EXPORT_DAYS,
    Export,
    ExportOrder,
    ExportStatus,
)
from scanloft.core.identifiers import UPLOAD
from scanloft.core.keys import export_zip_key
from scanloft.core.layouts import Layout
from scanloft.core.roles import Right

RANDOM_BYTES = 8
UNFINISHED_LIMIT = 5
"""How many exports one person may have under way in a project."""
OVERDUE_S = 60
"""After this time, an export that nobody works on is asked for again."""
ZIP = "application/zip"


class Download(Shown):
    """A short-lived address of a zip; it serves ranges, so that a download can be resumed."""

    url: str
    expires_in_s: int


class ExportShown(Shown):
    """An export: what was asked for, how far it is, and where it can be had while it is ready."""

    export: str
    status: ExportStatus
    layout: Layout
    created_at: str
    created_by: str
    file_count: int
    size_bytes: int
    files_done: int
    bytes_done: int
    files_missing: int
    zip_bytes: int | None
    expires_at: str
    code: str
    reason: str
    download: Download | None = None


class ExportPage(Shown):
    """A page of exports."""

    exports: list[ExportShown]
    next: str | None


class Removed(Shown):
    """What was removed."""

    removed: str


def create(services: Services, request: Request) -> Answer:
    """Asks for a zip of a selection; the export function lists its files and makes it.

    Raises:
        NotFound, Gone: something that the selection names is not there.
        Conflict: the caller has too many exports under way.
    """
    _check_unfinished(services, request, limit=UNFINISHED_LIMIT - 1)
    wanted = request.body(Selecting)
    wish = wanted.wish(request)
    Contents(services.shelves, wish).check()
    now = services.now()
    name = f"{now:%Y%m%d-%H%M%S}-{services.random(RANDOM_BYTES).hex()}"
    export = Export(
        project=request.project,
        export=name,
        created_at=timestamp(now),
        created_by=request.caller.user,
        site=wish.site,
        layout=wish.layout.value,
        ends_at=int((now + timedelta(days=EXPORT_DAYS)).timestamp()),
    )
    services.export_wishes.write(name, wish)
    services.exports.create(export)
    try:
        # Requests side by side do not see each other before they have written.
        _check_unfinished(services, request, limit=UNFINISHED_LIMIT)
    except Conflict:
        services.exports.delete(request.project, name)
        raise
    services.export_queue.send_many([ExportOrder(request.project, name).to_body()])
    return Answer(_shown(export, now))


def listed(services: Services, request: Request) -> Answer:
    """A page of the exports that the caller may see, in the order in which they were asked for."""
    wanted = request.asked(Page)
    found = services.exports.exports(request.project, after=wanted.after)
    seen = (export for export in found if _is_seen(export, request))
    exports, following = page(seen, limit=wanted.limit, place=lambda export: export.export)
    now = services.now()
    return Answer(ExportPage(exports=[_shown(each, now) for each in exports], next=following))


def show(services: Services, request: Request) -> Answer:
    """One export, with an address of the zip when it is ready.

    Raises:
        NotFound: no such export, or somebody else's.
    """
    export = _seen(services, request)
    now = services.now()
    shown = _shown(export, now)
    if _is_overdue(export, now) and shown.status is not ExportStatus.EXPIRED:
        # The request that asked for it may have ended between its last two steps; the queue
        # hands out the order of a worker that died only after 90 minutes.
        services.export_queue.send_many([ExportOrder(export.project, export.export).to_body()])
    if shown.status is not ExportStatus.READY:
        return Answer(shown)
    ttl_s = min(services.settings.export_url_ttl_s, export.ends_at - int(now.timestamp()))
    url = address(
        services,
        export_zip_key(export.project, export.export),
        ttl_s=ttl_s,
        content_type=ZIP,
        file_name=f"{export.project}-{export.export}.zip",
    )
    download = Download(url=url, expires_in_s=ttl_s)
    return Answer(shown.model_copy(update={"download": download}))


def remove(services: Services, request: Request) -> Answer:
    """Ends an export and removes its zip; who is at work on it finds out and clears away.

    Raises:
        NotFound: no such export, or somebody else's.
    """
    export = _seen(services, request)
    place = (export.project, export.export)
    services.exports.delete(*place)
    if export.status in ENDED:
        services.archive.delete([export_zip_key(*place)])
    else:
        services.export_queue.send_many([ExportOrder(*place).to_body()])
    return Answer(Removed(removed=export.export))


def _check_unfinished(services: Services, request: Request, *, limit: int) -> None:
    now = services.now()
    waiting = sum(
        export.created_by == request.caller.user
        and _status(export, now) in (ExportStatus.WAITING, ExportStatus.RUNNING)
        for export in services.exports.exports(request.project)
    )
    if waiting > limit:
        raise Conflict(
            f"You may have {UNFINISHED_LIMIT} exports under way in this project: wait until one "
            "is done, or delete one."
        )


def _seen(services: Services, request: Request) -> Export:
    name = request.path["export"]
    export = services.exports.export(request.project, name) if UPLOAD.fullmatch(name) else None
    if export is not None and _is_seen(export, request):
        return export
    raise NotFound("There is no such export in this project, or it is another user's.")


def _is_seen(export: Export, request: Request) -> bool:
    """Own ones and, for owners, all; of what the caller sees now: none of more than one's site."""
    site = request.presence.site
    is_own = export.created_by == request.caller.user
    return (is_own or request.presence.may(Right.MANAGE)) and (not site or export.site == site)


def _status(export: Export, now: datetime) -> ExportStatus:
    is_over = now.timestamp() >= export.ends_at and export.status is not ExportStatus.FAILED
    return ExportStatus.EXPIRED if is_over else export.status


def _is_overdue(export: Export, now: datetime) -> bool:
    """Whether nobody began it, or whoever did is silent for too long."""
    since = {
        ExportStatus.WAITING: datetime.fromisoformat(export.created_at).timestamp(),
        ExportStatus.RUNNING: export.leased_until if export.worker else None,
    }.get(export.status)
    return since is not None and now.timestamp() - since > OVERDUE_S


def _shown(export: Export, now: datetime) -> ExportShown:
    return ExportShown(
        export=export.export,
        status=_status(export, now),
        layout=Layout(export.layout),
        created_at=export.created_at,
        created_by=export.created_by,
        file_count=export.file_count,
        size_bytes=export.size_bytes,
        files_done=export.files_done,
        bytes_done=export.bytes_done,
        files_missing=export.files_missing,
        zip_bytes=export.zip_bytes or None,
        expires_at=timestamp(datetime.fromtimestamp(export.ends_at, UTC)),
        code=export.code,
        reason=export.reason,
    )
