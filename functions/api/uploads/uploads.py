"""Uploads: begun, listed, counted and closed; an uploader sees their own, readers see all."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, sifted
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import PRINTABLE, Body, Line, Shown
from functions.api.services import Services
from scanloft.core.annotations import Change
from scanloft.core.errors import Conflict, Forbidden, InvalidRequest, NotFound, Unavailable
from scanloft.core.identifiers import UPLOAD
from scanloft.core.model import FateKind, FileKind, Upload, UploadSource
from scanloft.core.roles import Right
from scanloft.core.settings import ApiSettings

RANDOM_BYTES = 8
READ_LIMIT = 500
"""How many uploads a page looks at for those who do not see all of them."""
LABEL_LENGTH = 128
SITE_LENGTH = 64
TOUCHES = 3
"""An upload is closed once and swept once: who meets both reads it a third time."""


class NewUpload(Body):
    """An upload to be begun; `label` is for people, `site` one of those of the project."""

    label: Annotated[Line, Field(max_length=LABEL_LENGTH, pattern=PRINTABLE)] = ""
    site: Annotated[Line, Field(max_length=SITE_LENGTH, pattern=PRINTABLE)] = ""


class Begun(Shown):
    """A new upload."""

    upload: str
    created_at: str


class UploadShown(Shown):
    """An upload, or an association of the bridge."""

    upload: str
    source: UploadSource
    created_at: str
    created_by: str
    label: str
    site: str
    closed_at: str | None


class UploadCounted(UploadShown):
    """The same, how many of its files met which fate, and how large a file of each kind may be."""

    counts: dict[str, int]
    limits: dict[FileKind, int]


class UploadPage(Shown):
    """A page of uploads."""

    uploads: list[UploadShown]
    next: str | None


def create(services: Services, request: Request) -> Answer:
    """Begins an upload; its name sorts by the time at which it began.

    Raises:
        Forbidden: another site than that which the caller is bound to.
        InvalidRequest: a site that the project does not have.
        Unavailable: the name that was drawn is taken.
    """
    wanted = request.body(NewUpload)
    upload = begun(services, request, label=wanted.label, site=_site(request, wanted.site))
    return Answer(Begun(upload=upload.upload, created_at=upload.created_at))


def begun(services: Services, request: Request, *, label: str = "", site: str = "") -> Upload:
    """A new upload; its name sorts by the time at which it began.

    Raises:
        Unavailable: the name that was drawn is taken.
    """
    now = services.now()
    upload = Upload(
        project=request.path["project"],
        upload=f"{now:%Y%m%d-%H%M%S}-{services.random(RANDOM_BYTES).hex()}",
        source=UploadSource.PRESIGNED,
        created_at=timestamp(now),
        created_by=request.caller.user,
        label=label,
        site=site,
        active_at=timestamp(now),
    )
    if not services.uploads.create(upload):
        raise Unavailable("The upload could not be named: try again.")
    tell(services, upload, "begun", at=upload.created_at)
    return upload


def listed(services: Services, request: Request) -> Answer:
    """A page of the uploads that the caller may see, in the order of their names.

    It reads a bounded number of uploads: a page may be short, or empty, and name a next one.
    """
    wanted, presence = request.asked(Page), request.presence
    sees_all = presence.may(Right.READ) and not presence.site
    reads = wanted.reads if sees_all else max(wanted.reads, READ_LIMIT)
    found = services.uploads.uploads(request.project, after=wanted.after, page_size=reads)
    uploads, following = sifted(
        found,
        takes=lambda upload: _may_see(upload, request, Right.READ),
        limit=wanted.limit,
        reads=reads,
        place=lambda upload: upload.upload,
    )
    return Answer(UploadPage(uploads=[shown(upload) for upload in uploads], next=following))


def show(services: Services, request: Request) -> Answer:
    """One upload, and how many of its files met which fate.

    Raises:
        NotFound: no such upload, or another user's and the caller is no reader.
    """
    upload = seen_upload(services, request, right=Right.READ)
    return Answer(
        UploadCounted(
            **shown(upload).model_dump(),
            counts=counts_of(services, upload),
            limits={kind: size_limit(kind, services.settings) for kind in FileKind},
        )
    )


def seen_upload(
    services: Services, request: Request, *, right: Right, name: str | None = None
) -> Upload:
    """The upload of this name or of the path, for who began it and for who has the right.

    Raises:
        NotFound: no such upload, or neither.
    """
    name = request.path["upload"] if name is None else name
    project = request.path["project"]
    upload = services.uploads.upload(project, name) if UPLOAD.fullmatch(name) else None
    if upload is not None and _may_see(upload, request, right):
        return upload
    raise NotFound("There is no such upload in this project, or it is another user's.")


def open_upload(services: Services, request: Request, *, name: str | None = None) -> Upload:
    """The upload of this name or of the path, for whoever may declare more files in it.

    Notes that they were heard of.

    Raises:
        NotFound: no such upload, or another user's and the caller does not review.
        Conflict: it is closed, of another site than the caller's now, or came by DICOM: what is
            sent could replace what still waits.
    """
    upload = _senders_upload(services, request, name=name)
    if upload.closed_at or not services.uploads.touch(upload, at=timestamp(services.now())):
        raise Conflict("This upload is closed: begin a new one for more files.")
    return upload


def unswept_upload(services: Services, request: Request) -> Upload:
    """The upload of the path, for whoever may send what was declared in it, closed or not.

    Notes that they were heard of.

    Raises:
        NotFound: no such upload, or another user's and the caller does not review.
        Conflict: nothing is waited for any more, or as for `open_upload`.
    """
    for _ in range(TOUCHES):
        upload = _senders_upload(services, request)
        if upload.swept_at:
            break
        if services.uploads.touch(upload, at=timestamp(services.now())):
            return upload
    raise Conflict("Nothing is waited for in this upload any more: begin a new one.")


def _senders_upload(services: Services, request: Request, *, name: str | None = None) -> Upload:
    upload = seen_upload(services, request, right=Right.REVIEW, name=name)
    if upload.source is not UploadSource.PRESIGNED:
        raise Conflict("Files are added to your own uploads only: begin a new upload.")
    if not request.presence.sees([upload.site]):
        raise Conflict("This upload is of another site than yours now: begin a new upload.")
    return upload


def size_limit(kind: FileKind, settings: ApiSettings) -> int:
    """How many bytes a file of the kind may have."""
    if kind is FileKind.ARCHIVE:
        return settings.archive_file_limit_bytes
    return settings.ranged_limit_bytes


def counts_of(services: Services, upload: Upload) -> dict[str, int]:
    """How many files of an upload were declared, met which fate, and wait for theirs."""
    return counted(
        services.uploads.numbers(upload.project, upload.upload),
        services.uploads.fate_kinds(upload.project, upload.upload),
    )


def tell(services: Services, upload: Upload, what: str, *, at: str) -> None:
    """Tells the change feed of the project."""
    sites = (upload.site,) if upload.site else ()
    services.feed.append(upload.project, [Change("upload", upload.upload, what, at, sites=sites)])


def counted(declared: Iterable[str], fates: Iterable[tuple[str, FateKind]]) -> dict[str, int]:
    """How many files were declared, met which fate, and wait for theirs.

    The members of a zip or tar have fates and no declaration, so the fates may be more.
    """
    waiting = set(declared)
    count = len(waiting)
    kinds: Counter[FateKind] = Counter()
    for number, kind in fates:
        kinds[kind] += 1
        waiting.discard(number)
    return {
        "declared": count,
        **{kind.value: kinds[kind] for kind in FateKind},
        "waiting": len(waiting),
    }


def _site(request: Request, wanted: str) -> str:
    bound = request.presence.site
    if bound and wanted not in ("", bound):
        raise Forbidden("You upload for your own site only: leave the site out.")
    if wanted and not bound and wanted not in request.presence.project.sites:
        raise InvalidRequest('"site" is none of the sites of this project: see its settings.')
    return wanted or bound


def _may_see(upload: Upload, request: Request, right: Right) -> bool:
    """Whether it is the caller's, or they have the right, and it is of a site that they see."""
    presence = request.presence
    return _is_own(upload, request) or (presence.may(right) and presence.sees([upload.site]))


def _is_own(upload: Upload, request: Request) -> bool:
    """Whether the caller began it; of a DICOM association, `created_by` is an AE title."""
    return (upload.source, upload.created_by) == (UploadSource.PRESIGNED, request.caller.user)


def shown(upload: Upload) -> UploadShown:
    """An upload as lists show it."""
    return UploadShown(
        upload=upload.upload,
        source=upload.source,
        created_at=upload.created_at,
        created_by=upload.created_by,
        label=upload.label,
        site=upload.site,
        closed_at=upload.closed_at or None,
    )
