"""Uploads: begun, listed and counted; an uploader sees their own, readers see all."""

from collections import Counter
from collections.abc import Iterable

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.services import Services
from scanloft.core.errors import NotFound, Unavailable
from scanloft.core.identifiers import UPLOAD
from scanloft.core.model import Declaration, Fate, FateKind, Upload, UploadSource
from scanloft.core.roles import Right

RANDOM_BYTES = 8


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


class UploadCounted(UploadShown):
    """The same, and how many of its files met which fate."""

    counts: dict[str, int]


class UploadPage(Shown):
    """A page of uploads."""

    uploads: list[UploadShown]
    next: str | None


def create(services: Services, request: Request) -> Answer:
    """Begins an upload; its name sorts by the time at which it began.

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
    )
    if not services.uploads.create(upload):
        raise Unavailable("The upload could not be named: try again.")
    return Answer(Begun(upload=upload.upload, created_at=upload.created_at))


def listed(services: Services, request: Request) -> Answer:
    """A page of the uploads that the caller may see, in the order of their names."""
    wanted = request.asked(Page)
    found: Iterable[Upload] = services.uploads.uploads(request.project, after=wanted.after)
    if not request.presence.may(Right.READ):
        found = (upload for upload in found if _is_own(upload, request))
    uploads, following = page(found, limit=wanted.limit, place=lambda upload: upload.upload)
    return Answer(UploadPage(uploads=[_shown(upload) for upload in uploads], next=following))


def show(services: Services, request: Request) -> Answer:
    """One upload, and how many of its files met which fate.

    Raises:
        NotFound: no such upload, or another user's and the caller is no reader.
    """
    upload = seen_upload(services, request, right=Right.READ)
    counts = counted(
        services.uploads.declarations(upload.project, upload.upload),
        services.uploads.fates(upload.project, upload.upload),
    )
    return Answer(UploadCounted(**_shown(upload).model_dump(), counts=counts))


def seen_upload(services: Services, request: Request, *, right: Right) -> Upload:
    """The upload of the path, for who began it and for who has the right.

    Raises:
        NotFound: no such upload, or neither.
    """
    name = request.path["upload"]
    project = request.path["project"]
    upload = services.uploads.upload(project, name) if UPLOAD.fullmatch(name) else None
    if upload is not None and (_is_own(upload, request) or request.presence.may(right)):
        return upload
    raise NotFound("There is no such upload in this project, or it is another user's.")


def counted(declarations: Iterable[Declaration], fates: Iterable[Fate]) -> dict[str, int]:
    """How many files were declared, met which fate, and wait for theirs.

    The members of a zip or tar have fates and no declaration, so the fates may be more.
    """
    numbers = {entry.number for entry in declarations}
    declared = len(numbers)
    kinds: Counter[FateKind] = Counter()
    for fate in fates:
        kinds[fate.kind] += 1
        numbers.discard(fate.number)
    return {
        "declared": declared,
        **{kind.value: kinds[kind] for kind in FateKind},
        "waiting": len(numbers),
    }


def _is_own(upload: Upload, request: Request) -> bool:
    """Whether the caller began it; of a DICOM association, `created_by` is an AE title."""
    return (upload.source, upload.created_by) == (UploadSource.PRESIGNED, request.caller.user)


def _shown(upload: Upload) -> UploadShown:
    return UploadShown(
        upload=upload.upload,
        source=upload.source,
        created_at=upload.created_at,
        created_by=upload.created_by,
    )
