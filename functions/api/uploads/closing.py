"""What of an upload has not arrived, and its end."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import PAGE_LIMIT, Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.services import Services
from functions.api.uploads.files import PREFIX_BY_KIND, followed
from functions.api.uploads.uploads import UploadShown, counts_of, seen_upload, shown, tell
from scanloft.core.errors import Conflict
from scanloft.core.keys import upload_prefix
from scanloft.core.model import Upload, UploadSource
from scanloft.core.roles import Right

SENT_TO = tuple(PREFIX_BY_KIND.values())


class MissingAfter(Page):
    """Which page of what is missing: the numbers after one."""

    after: Annotated[str, Field(pattern="^[0-9]{1,9}$")] | None = None


class Missing(Shown):
    """A page of the numbers that were declared and have not arrived."""

    missing: list[str]
    next: str | None


class Closed(UploadShown):
    """A closed upload: what became of its files so far, and the first of those that are missing."""

    counts: dict[str, int]
    missing: list[str]
    next: str | None


def missing(services: Services, request: Request) -> Answer:
    """A page of the files that were declared and have not arrived.

    What lies in the inbox and waits to be looked at has arrived.

    Raises:
        NotFound: no such upload, or another user's and the caller is no reader.
    """
    upload = seen_upload(services, request, right=Right.READ)
    wanted = request.asked(MissingAfter)
    found, following = _missing(services, upload, after=wanted.after, limit=wanted.limit)
    return Answer(Missing(missing=found, next=following))


def close(services: Services, request: Request) -> Answer:
    """Ends the declaring of files; what was declared may still arrive. Again is no error.

    Raises:
        NotFound: no such upload, or another user's and the caller does not review.
        Conflict: it came by DICOM.
    """
    upload = seen_upload(services, request, right=Right.REVIEW)
    if upload.source is not UploadSource.PRESIGNED:
        raise Conflict("Only uploads that were begun here are closed here.")
    now = timestamp(services.now())
    if not upload.closed_at and services.uploads.close(upload, at=now):
        tell(services, upload, "closed", at=now)
    upload = services.uploads.upload(upload.project, upload.upload) or upload
    found, following = _missing(services, upload, after=None, limit=PAGE_LIMIT)
    return Answer(
        Closed(
            **shown(upload).model_dump(),
            counts=counts_of(services, upload),
            missing=found,
            next=following,
        )
    )


def _missing(
    services: Services, upload: Upload, *, after: str | None, limit: int
) -> tuple[list[str], str | None]:
    # The inbox is looked at before the fates: what is taken out of it has its fate by then.
    arrived = set(_arrived(services, upload))
    entries = followed(
        services.uploads.declarations(upload.project, upload.upload, after=after),
        services.uploads.fates(upload.project, upload.upload, after=after),
    )
    left = (number for number, fate in entries if fate is None and number not in arrived)
    return page(left, limit=limit, place=str)


def _arrived(services: Services, upload: Upload) -> Iterator[str]:
    """The numbers of what lies in the inbox."""
    for prefix in SENT_TO:
        below = upload_prefix(prefix, project=upload.project, upload=upload.upload)
        for key in services.inbox.keys(below):
            yield key.rpartition("/")[2]
