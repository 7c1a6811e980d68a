"""The files of a resource: listed, downloaded, deleted, and brought back."""

from typing import Annotated
from urllib.parse import quote

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Query, Shown
from functions.api.resources.place import resource_of
from functions.api.resources.resources import tell
from functions.api.services import Services
from scanloft.aws.links import public_link
from scanloft.core.annotations import Resource, ResourceFile, Trashed
from scanloft.core.errors import Conflict, Gone, NotFound
from scanloft.core.resource_names import FILE_PATH, PATH_LIMIT
from scanloft.core.retention import is_kept, kept_until

FilePath = Annotated[str, Field(pattern=FILE_PATH, min_length=1, max_length=PATH_LIMIT)]
FileId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
UNKNOWN_TYPE = "application/octet-stream"
SERVED_TYPES = frozenset(
    {
        "application/gzip", "application/json", "application/pdf", "application/x-nifti",
        "application/zip", "image/jpeg", "image/png", "image/tiff", "text/csv", "text/plain",
        "text/tab-separated-values",
    }
)  # fmt: skip
"""What a browser may be told that a file is: nothing that runs in it."""


class OneFile(Query):
    """The path of a file; it has slashes, so it stands in the query."""

    path: FilePath


class PathsAfter(Page):
    """Which page of the files: those after a path."""

    after: FilePath | None = None


class IdsAfter(Page):
    """Which page of the deleted files: those after an id."""

    after: FileId | None = None


class OneId(Query):
    """The id of a deleted file, as their list shows it."""

    id: FileId


class FileShown(Shown):
    """A file of a resource."""

    path: str
    size_bytes: int
    sha256: str
    content_type: str
    added_at: str
    added_by: str


class FilePage(Shown):
    """A page of files."""

    files: list[FileShown]
    next: str | None


class DeletedFile(FileShown):
    """A file that was deleted or replaced, and until when it can be brought back."""

    id: str
    deleted_at: str
    deleted_by: str
    until: str


class DeletedPage(Shown):
    """A page of deleted files."""

    files: list[DeletedFile]
    next: str | None


class Link(Shown):
    """A short-lived address of a file on the same host."""

    url: str
    size_bytes: int
    sha256: str
    expires_in_s: int


def listed(services: Services, request: Request) -> Answer:
    """A page of the files of a resource by path.

    Raises:
        NotFound, Gone: there is no such resource, or it was deleted.
    """
    resource, wanted = resource_of(services, request), request.asked(PathsAfter)
    found = services.resources.files(resource, after=wanted.after, page_size=wanted.reads)
    files, following = page(found, limit=wanted.limit, place=lambda file: file.path)
    return Answer(FilePage(files=[_shown(file) for file in files], next=following))


def link(services: Services, request: Request) -> Answer:
    """The address of a file: it is served as an attachment, and never as something that runs.

    Raises:
        NotFound, Gone: there is no such file or resource, or the resource was deleted.
    """
    file = _file(services, resource_of(services, request), request)
    ttl_s = services.settings.download_url_ttl_s
    known = file.content_type in SERVED_TYPES
    signed = services.archive.signed_get(
        file.key,
        ttl_s=ttl_s,
        headers={
            "ResponseContentType": file.content_type if known else UNKNOWN_TYPE,
            "ResponseContentDisposition": attachment(file.path),
        },
    )
    url = public_link(
        signed,
        bucket=services.settings.archive_bucket,
        key=file.key,
        public_base_url=services.settings.public_base_url,
    )
    shown = Link(url=url, size_bytes=file.size_bytes, sha256=file.sha256, expires_in_s=ttl_s)
    return Answer(shown)


def delete(services: Services, request: Request) -> Answer:
    """Deletes a file; until a time it can be brought back.

    Raises:
        NotFound, Gone: there is no such file or resource, or the resource was deleted.
        Conflict: another file came to its place meanwhile.
    """
    resource = resource_of(services, request)
    file = _file(services, resource, request)
    now = timestamp(services.now())
    entry = Trashed(
        level=resource.level,
        owner=resource.owner,
        label=resource.label,
        file=file,
        deleted_at=now,
        deleted_by=request.caller.user,
        until=kept_until(now),
    )
    # First the trash: a crash in between leaves a file that is in both, and the sweep keeps it.
    services.trash.put(resource.project, entry)
    if not services.resources.remove_file(resource, file):
        raise Conflict("Somebody changed this file meanwhile: look at it again.")
    tell(services, resource, "files_deleted")
    return Answer(_deleted(entry))


def deleted(services: Services, request: Request) -> Answer:
    """A page of the files that were deleted or replaced.

    Raises:
        NotFound, Gone: there is no such resource, or it was deleted.
    """
    resource, wanted = resource_of(services, request), request.asked(IdsAfter)
    found = services.trash.files(resource, after=wanted.after, page_size=wanted.reads)
    files, following = page(found, limit=wanted.limit, place=lambda entry: entry.file.file_id)
    return Answer(DeletedPage(files=[_deleted(entry) for entry in files], next=following))


def restore(services: Services, request: Request) -> Answer:
    """Brings a file back to its path; again changes nothing.

    Raises:
        NotFound, Gone: there is no such resource or deleted file, or it is too late.
        Conflict: another file has its path.
    """
    resource = resource_of(services, request)
    entry = services.trash.file(resource, request.asked(OneId).id)
    if entry is None:
        raise NotFound("There is no such deleted file in this resource.")
    if not is_kept(entry.until, now=services.now()):
        raise Gone("This file was deleted too long ago: it cannot be brought back.")
    if not services.resources.put_new_file(resource, entry.file):
        there = services.resources.file(resource, entry.file.path)
        if there is None or there.key != entry.file.key:
            raise Conflict("Another file has this path now: delete that one first.")
    services.trash.remove(resource.project, entry)
    tell(services, resource, "files_restored")
    return Answer(_shown(entry.file))


def attachment(path: str) -> str:
    """The disposition under which a browser saves a file by its name (RFC 6266, RFC 8187)."""
    name = path.rpartition("/")[2]
    plain = "".join(
        one if one.isascii() and (one.isalnum() or one in "._-") else "_" for one in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _file(services: Services, resource: Resource, request: Request) -> ResourceFile:
    file = services.resources.file(resource, request.asked(OneFile).path)
    if file is None:
        raise NotFound("There is no file of this path in the resource.")
    return file


def _shown(file: ResourceFile) -> FileShown:
    return FileShown(
        path=file.path,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        content_type=file.content_type or UNKNOWN_TYPE,
        added_at=file.added_at,
        added_by=file.added_by,
    )


def _deleted(entry: Trashed) -> DeletedFile:
    return DeletedFile(
        **_shown(entry.file).model_dump(),
        id=entry.file.file_id,
        deleted_at=entry.deleted_at,
        deleted_by=entry.deleted_by,
        until=entry.until,
    )
