"""Exports: a selection as one zip, made in the background, kept for a week."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from functions.api.downloads import bids
from functions.api.downloads.contents import Contents
from functions.api.downloads.links import address
from functions.api.downloads.selection import Selecting
from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.services import Services
from scanloft.core.errors import Conflict, NotFound, Oversized
from scanloft.core.exports import (
    ENDED,
    EXPORT_DAYS,
    Export,
    ExportFile,
    ExportOrder,
    ExportStatus,
)
from scanloft.core.identifiers import UPLOAD
from scanloft.core.keys import export_files_key, export_zip_key
from scanloft.core.layouts import Layout, digest
from scanloft.core.roles import Right

RANDOM_BYTES = 8
UNFINISHED_LIMIT = 5
"""How many exports one person may have under way in a project."""
LISTING_S = 20
"""How long listing the files may take: the request itself has 29 s."""
OVERDUE_S = 60
"""After this time, an export that nobody began is asked for again."""
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
    """Lists the files of a selection and asks for a zip of them.

    Raises:
        NotFound, Gone: something that the selection names is not there, or it has no files.
        Oversized: it has too many.
        Conflict: the caller has too many exports under way.
    """
    _check_unfinished(services, request)
    wanted = request.body(Selecting)
    contents = Contents(services, request, wanted)
    contents.check()
    now = services.now()
    order = ExportOrder(
        request.project, f"{now:%Y%m%d-%H%M%S}-{services.random(RANDOM_BYTES).hex()}"
    )
    counted = _Counted(services, started=now)
    services.export_files.write(*order, counted.through(_files(contents, request, wanted.layout)))
    if not counted.count:
        raise NotFound("There are no files in this selection: nothing to export.")
    export = Export(
        *order,
        created_at=timestamp(now),
        created_by=request.caller.user,
        site=request.presence.site,
        layout=wanted.layout.value,
        file_count=counted.count,
        size_bytes=counted.size_bytes,
        ends_at=int((now + timedelta(days=EXPORT_DAYS)).timestamp()),
    )
    services.exports.create(export)
    services.export_queue.send_many([order.to_body()])
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
    if shown.status is ExportStatus.WAITING and _is_overdue(export, now):
        # The request that asked for it may have ended between its last two steps.
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
        services.archive.delete([export_zip_key(*place), export_files_key(*place)])
    else:
        services.export_queue.send_many([ExportOrder(*place).to_body()])
    return Answer(Removed(removed=export.export))


class _Counted:
    """Files as they are listed, counted, each under a name of its own."""

    def __init__(self, services: Services, *, started: datetime) -> None:
        self._services = services
        self._started = started
        self._taken: set[str] = set()
        self.count = self.size_bytes = 0

    def through(self, files: Iterator[ExportFile]) -> Iterator[ExportFile]:
        """The same files.

        Raises:
            Oversized: there are too many, or it takes too long to find them all.
        """
        limit = self._services.settings.export_file_limit
        for file in files:
            self.count += 1
            self.size_bytes += file.length
            is_late = (self._services.now() - self._started).total_seconds() > LISTING_S
            if self.count > limit or is_late:
                raise Oversized(
                    f"An export has at most {limit} files, and as many sessions as can be listed "
                    f"in {LISTING_S} seconds: select less at a time, or take a manifest.",
                    limit=limit,
                )
            yield self._named(file)

    def _named(self, file: ExportFile) -> ExportFile:
        """Names differ by the way they are made; whatever escaped that is told apart here."""
        name = file.name
        if name in self._taken:
            name = f"{digest(file.key)}-{digest(name)}/{name}"
        self._taken.add(name)
        return ExportFile(name, file.key, file.offset, file.length, file.sha256, file.text)


def _files(contents: Contents, request: Request, layout: Layout) -> Iterator[ExportFile]:
    has_files = False
    for entry in contents.entries():
        has_files = True
        yield entry.file
    if has_files and layout is Layout.BIDS:
        yield from bids.files(request.presence.project.title, contents.subjects())


def _check_unfinished(services: Services, request: Request) -> None:
    now = services.now()
    waiting = sum(
        export.created_by == request.caller.user
        and _status(export, now) in (ExportStatus.WAITING, ExportStatus.RUNNING)
        for export in services.exports.exports(request.project)
    )
    if waiting >= UNFINISHED_LIMIT:
        raise Conflict(
            f"You have {waiting} exports under way in this project: wait until one is done, or "
            "delete one."
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
    return (now - datetime.fromisoformat(export.created_at)).total_seconds() > OVERDUE_S


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
