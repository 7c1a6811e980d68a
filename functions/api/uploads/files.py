"""The files of an upload: declared before they are sent, and followed to their fate."""

import heapq
from collections.abc import Iterable, Iterator
from itertools import groupby, takewhile
from typing import Annotated, Literal

from pydantic import Field

from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown
from functions.api.services import Services
from functions.api.uploads.uploads import open_upload, seen_upload, size_limit
from scanloft.core.errors import Conflict, Oversized
from scanloft.core.keys import InboxKey, InboxPrefix, upload_prefix
from scanloft.core.model import Declaration, Fate, FileKind, Upload
from scanloft.core.roles import Right
from scanloft.core.settings import ApiSettings

FILES_LIMIT = 1000
NUMBER_LIMIT = 999_999_999

NUMBER_PLACE = r"^[0-9]{1,9}(\.[0-9]{1,9}){0,2}$"
PREFIX_BY_KIND = {
    FileKind.DICOM: InboxPrefix.DICOM,
    FileKind.ARCHIVE: InboxPrefix.ARCHIVES,
    FileKind.FILE: InboxPrefix.FILES,
}


class DeclaredFile(Body):
    """A file that is to be sent: its size in bytes, its SHA-256 in hex, what it is sent as."""

    size_bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    kind: Literal[FileKind.DICOM, FileKind.ARCHIVE]


class Declaring(Body):
    """Files, numbered from `first` on in their order."""

    first: Annotated[int, Field(ge=1, le=NUMBER_LIMIT - FILES_LIMIT)]
    files: Annotated[list[DeclaredFile], Field(min_length=1, max_length=FILES_LIMIT)]


class FilePlace(Shown):
    """The key that a file is sent to."""

    number: str
    key: str


class Form(Shown):
    """A presigned form (POST policy)."""

    url: str
    fields: dict[str, str]


class Declared(Shown):
    """Where each file is sent to, and the form of each kind."""

    files: list[FilePlace]
    posts: dict[FileKind, Form]
    expires_in_s: int


class FilesAfter(Page):
    """Which page of the files: those after a number."""

    after: Annotated[str, Field(pattern=NUMBER_PLACE)] | None = None


class FileShown(Shown):
    """A file of an upload and its fate, "waiting" until it has one."""

    number: str
    fate: str
    code: str
    reason: str
    actions: dict[str, int]
    archive_key: str | None = None


class FilePage(Shown):
    """A page of files."""

    files: list[FileShown]
    next: str | None


def declare(services: Services, request: Request) -> Answer:
    """Takes down size and SHA-256 of files, and hands out the forms to send them with.

    The same declaration again changes nothing and hands out fresh forms.

    Raises:
        NotFound: no such upload, or another user's and the caller does not review.
        Oversized: a file larger than the archive takes; none of the files is declared then.
        Conflict: another declaration for one of the numbers; none of the files is declared then.
            Two at once for the same numbers: one is declared. Where their numbers only overlap,
            some of the loser's may be, and wait in vain. Or the upload is closed, or came by DICOM.
    """
    upload = open_upload(services, request)
    files = _declarations(request.body(Declaring))
    for file in files:
        _check_size(file, services.settings)
    fresh = _undeclared(services, upload, files)
    if not services.uploads.declare(upload.project, upload.upload, fresh):
        raise declared_at_once()
    kinds = sorted({file.kind for file in files})
    return Answer(
        Declared(
            files=[FilePlace(number=file.number, key=key_of(upload, file)) for file in files],
            posts={kind: form_of(services, upload, kind) for kind in kinds},
            expires_in_s=services.settings.upload_url_ttl_s,
        )
    )


def declared_at_once() -> Conflict:
    """Somebody else declared one of the files, after it was looked up, as something else."""
    return Conflict(
        "Another request declared one of these files as something else at the same time: number "
        "yours from another place on."
    )


def listed(services: Services, request: Request) -> Answer:
    """A page of the files of an upload with their fates, those that still wait included.

    Raises:
        NotFound: no such upload, or another user's and the caller is no reader.
    """
    upload = seen_upload(services, request, right=Right.READ)
    wanted = request.asked(FilesAfter)
    entries = followed(
        services.uploads.declarations(upload.project, upload.upload, after=wanted.after),
        services.uploads.fates(upload.project, upload.upload, after=wanted.after),
    )
    files, following = page(entries, limit=wanted.limit, place=lambda entry: entry[0])
    reads = request.presence.may(Right.READ)
    shown = [_shown(number, fate, reads=reads) for number, fate in files]
    return Answer(FilePage(files=shown, next=following))


def followed(
    declarations: Iterable[Declaration], fates: Iterable[Fate]
) -> Iterator[tuple[str, Fate | None]]:
    """Each file once, by its number and in order, with its fate or None while it waits."""
    declared: Iterator[tuple[str, Fate | None]] = ((entry.number, None) for entry in declarations)
    met: Iterator[tuple[str, Fate | None]] = ((fate.number, fate) for fate in fates)
    merged = heapq.merge(declared, met, key=lambda entry: _place(entry[0]))
    for number, entries in groupby(merged, key=lambda entry: entry[0]):
        yield number, next((fate for _, fate in entries if fate is not None), None)


def _declarations(wanted: Declaring) -> list[Declaration]:
    return [
        Declaration(
            number=str(wanted.first + place),
            size_bytes=file.size_bytes,
            sha256=file.sha256,
            kind=file.kind,
        )
        for place, file in enumerate(wanted.files)
    ]


def _check_size(file: Declaration, settings: ApiSettings) -> None:
    limit = size_limit(file.kind, settings)
    if file.size_bytes > limit:
        raise Oversized(
            f"File {file.number} is too large: one of kind {file.kind} has at most "
            f"{limit} bytes. Leave it out, and declare the others again.",
            limit_bytes=limit,
        )


def _undeclared(services: Services, upload: Upload, files: list[Declaration]) -> list[Declaration]:
    """Those declarations that are not there yet."""
    first, last = (int(file.number) for file in (files[0], files[-1]))
    following = services.uploads.declarations(upload.project, upload.upload, after=str(first - 1))
    known = takewhile(lambda entry: int(entry.number) <= last, following)
    known_by_number = {entry.number: entry for entry in known}
    for entry in files:
        if known_by_number.get(entry.number, entry) != entry:
            raise Conflict(
                f"File {entry.number} of this upload was declared with another size, SHA-256 or "
                "kind: give each file a number of its own."
            )
    return [entry for entry in files if entry.number not in known_by_number]


def form_of(services: Services, upload: Upload, kind: FileKind) -> Form:
    """The form for the files of a kind."""
    post = services.inbox.signed_post(
        upload_prefix(PREFIX_BY_KIND[kind], project=upload.project, upload=upload.upload),
        size_limit_bytes=size_limit(kind, services.settings),
        ttl_s=services.settings.upload_url_ttl_s,
    )
    return Form(url=post.url, fields=dict(post.fields))


def key_of(upload: Upload, file: Declaration) -> str:
    """The key in the inbox that a file is sent to."""
    prefix = PREFIX_BY_KIND[file.kind]
    place = {"project": upload.project, "upload": upload.upload}
    return str(InboxKey.build(prefix, **place, number=file.number))


def _place(number: str) -> tuple[int, ...]:
    return tuple(map(int, number.split(".")))


def _shown(number: str, fate: Fate | None, *, reads: bool) -> FileShown:
    if fate is None:
        return FileShown(number=number, fate="waiting", code="", reason="", actions={})
    return FileShown(
        number=number,
        fate=fate.kind,
        code=fate.code,
        reason=fate.reason,
        actions=dict(fate.actions),
        archive_key=fate.archive_key if reads and fate.archive_key else None,
    )
