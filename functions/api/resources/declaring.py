"""Declaring files for a resource: where each goes, and the forms to send them with."""

from typing import Annotated, Literal

from pydantic import Field

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown
from functions.api.resources.files import FilePath
from functions.api.resources.place import resource_of
from functions.api.services import Services
from functions.api.uploads.files import (
    FILES_LIMIT,
    NUMBER_LIMIT,
    Form,
    declared_at_once,
    form_of,
    key_of,
)
from functions.api.uploads.uploads import begun, open_upload, size_limit
from scanloft.core.annotations import Overwrite, Resource, ResourceFile, Target
from scanloft.core.errors import Conflict, Oversized
from scanloft.core.identifiers import UPLOAD
from scanloft.core.model import Declaration, FileKind, Upload

UploadName = Annotated[str, Field(pattern=f"^{UPLOAD.pattern}$")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
ContentType = Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9][a-z0-9.+-]{0,63}$")]


class DeclaredFile(Body):
    """A file that is to be sent, and its path in the resource.

    With `unpack` it is a zip or tar, and what is in it becomes files under the paths there.
    """

    path: FilePath
    size_bytes: Annotated[int, Field(ge=0)]
    sha256: Sha256
    content_type: ContentType | None = None
    overwrite: Overwrite = Overwrite.NONE
    unpack: bool = False


class Declaring(Body):
    """Files, numbered from `first` on; without `upload` a new one is begun for them."""

    upload: UploadName | None = None
    first: Annotated[int, Field(ge=1, le=NUMBER_LIMIT - FILES_LIMIT)] = 1
    files: Annotated[list[DeclaredFile], Field(min_length=1, max_length=FILES_LIMIT)]


class FilePlace(Shown):
    """The key that a file is sent to, and whether a file of its path is there already.

    `there`: "same" has the same content, so that it need not be sent; "other" has another.
    """

    path: str
    number: str
    key: str
    there: Literal["none", "same", "other"]


class Declared(Shown):
    """The upload, where each file is sent to, and the form of each kind."""

    upload: str
    files: list[FilePlace]
    posts: dict[FileKind, Form]
    expires_in_s: int


def declare(services: Services, request: Request) -> Answer:
    """Takes down paths, sizes and SHA-256 of files, and hands out the forms to send them with.

    The same declaration again changes nothing and hands out fresh forms.

    Raises:
        NotFound, Gone: there is no such resource or upload, or the resource was deleted.
        Oversized: a file is larger than the archive takes; none is declared then.
        Conflict: another declaration for one of the numbers, an upload that is closed or came by
            DICOM; none is declared then.
    """
    resource, wanted = resource_of(services, request), request.body(Declaring)
    for file in wanted.files:
        _check_size(services, file)
    if wanted.upload is None:
        upload = begun(services, request, site=request.presence.site)
    else:
        upload = open_upload(services, request, name=wanted.upload)
    files = [
        _declaration(resource, request.caller.user, file, number=str(wanted.first + place))
        for place, file in enumerate(wanted.files)
    ]
    if not services.uploads.declare(upload.project, upload.upload, _fresh(services, upload, files)):
        raise declared_at_once()
    there = services.resources.many_files(resource, {file.path for file in wanted.files})
    kinds = sorted({file.kind for file in files})
    return Answer(
        Declared(
            upload=upload.upload,
            files=[_place(upload, file, there) for file in files],
            posts={kind: form_of(services, upload, kind) for kind in kinds},
            expires_in_s=services.settings.upload_url_ttl_s,
        )
    )


def _kind(file: DeclaredFile) -> FileKind:
    return FileKind.ARCHIVE if file.unpack else FileKind.FILE


def _check_size(services: Services, file: DeclaredFile) -> None:
    limit = size_limit(_kind(file), services.settings)
    if file.size_bytes > limit:
        raise Oversized(
            f"A file is too large: one of a resource has at most {limit} bytes. Leave it out, and "
            "declare the others again.",
            limit_bytes=limit,
        )


def _declaration(resource: Resource, user: str, file: DeclaredFile, *, number: str) -> Declaration:
    return Declaration(
        number=number,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        kind=_kind(file),
        target=Target(
            level=resource.level,
            owner=resource.owner,
            label=resource.label,
            path=file.path,
            content_type=file.content_type or "",
            overwrite=file.overwrite,
            added_by=user,
        ),
    )


def _fresh(services: Services, upload: Upload, files: list[Declaration]) -> list[Declaration]:
    """Those that are not declared yet."""
    place = (upload.project, upload.upload)
    known = services.uploads.declared((*place, file.number) for file in files)
    for file in files:
        if known.get((*place, file.number), file) != file:
            raise Conflict(
                f"File {file.number} of this upload was declared as something else: give each "
                "file a number of its own."
            )
    return [file for file in files if (*place, file.number) not in known]


def _place(upload: Upload, file: Declaration, there: dict[str, ResourceFile]) -> FilePlace:
    path = file.target.path if file.target else ""
    found = there.get(path) if file.kind is FileKind.FILE else None
    same = found is not None and (found.sha256, found.size_bytes) == (file.sha256, file.size_bytes)
    return FilePlace(
        path=path,
        number=file.number,
        key=key_of(upload, file),
        there="same" if same else "other" if found else "none",
    )
