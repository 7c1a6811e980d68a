"""The files of an upload: declared before they are sent, and followed to their fate."""

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, takewhile

from functions.api.fields import body_fields, entry_fields, query_fields, whole
from functions.api.gate import may
from functions.api.pages import PAGE_PARAMETERS, page, page_limit
from functions.api.request import Answer, Request
from functions.api.services import Services
from functions.api.uploads import seen_upload
from scanloft.aws.objects import SignedPost
from scanloft.core.errors import Conflict, InvalidRequest, Oversized
from scanloft.core.identifiers import NUMBER
from scanloft.core.keys import InboxKey, InboxPrefix, upload_prefix
from scanloft.core.model import Declaration, Fate, FileKind, Upload, UploadSource
from scanloft.core.roles import Right
from scanloft.core.settings import ApiSettings

FILES_LIMIT = 1000
NUMBER_LIMIT = 999_999_999
SHA256 = re.compile(r"[0-9a-f]{64}")
PREFIX_BY_KIND = {FileKind.DICOM: InboxPrefix.DICOM, FileKind.ARCHIVE: InboxPrefix.ARCHIVES}


def declare(services: Services, request: Request) -> Answer:
    """Takes down size and SHA-256 of files, and hands out the forms to send them with.

    The same declaration again changes nothing and hands out fresh forms.

    Raises:
        NotFound: no such upload, or another user's and the caller does not review.
        InvalidRequest: a field that cannot be used.
        Oversized: a file larger than the archive takes; none of the files is declared then.
        Conflict: another declaration for one of the numbers; none of the files is declared then.
            Or the files of the upload came by DICOM: a form could replace one that still waits.
    """
    upload = seen_upload(services, request, right=Right.REVIEW)
    if upload.source is not UploadSource.PRESIGNED:
        raise Conflict("Files are added to your own uploads only: begin a new upload.")
    files = parsed_files(request.body)
    for file in files:
        _check_size(file, services.settings)
    fresh = _undeclared(services, upload, files)
    services.uploads.declare(upload.project, upload.upload, fresh)
    kinds = sorted({file.kind for file in files})
    return Answer(
        {
            "files": [{"number": file.number, "key": _key(upload, file)} for file in files],
            "posts": {kind: _form(_post(services, upload, kind)) for kind in kinds},
            "expires_in_s": services.settings.upload_url_ttl_s,
        }
    )


def listed(services: Services, request: Request) -> Answer:
    """A page of the files of an upload with their fates, those that still wait included.

    Raises:
        NotFound: no such upload, or another user's and the caller is no reader.
        InvalidRequest: a parameter that cannot be used.
    """
    upload = seen_upload(services, request, right=Right.READ)
    reads = may(services.access, request.caller, project=upload.project, right=Right.READ)
    query = query_fields(request.query, allowed=PAGE_PARAMETERS)
    after = _after(query)
    entries = followed(
        services.uploads.declarations(upload.project, upload.upload, after=after),
        services.uploads.fates(upload.project, upload.upload, after=after),
    )
    files, following = page(entries, limit=page_limit(query), place=lambda entry: entry[0])
    shown = [_shown(number, fate, reads=reads) for number, fate in files]
    return Answer({"files": shown, "next": following})


def parsed_files(body: bytes) -> list[Declaration]:
    """The files of a declaration, numbered from "first" on in their order.

    Raises:
        InvalidRequest: a field that cannot be used; it is named, with the place of its file.
    """
    fields = body_fields(body, allowed=("first", "files"))
    first = whole(fields, "first", least=1, most=NUMBER_LIMIT - FILES_LIMIT)
    entries = fields.get("files")
    if not isinstance(entries, list) or not 1 <= len(entries) <= FILES_LIMIT:
        raise InvalidRequest(f'"files" must be a list of 1 to {FILES_LIMIT} files.')
    return [_parsed_file(entry, place=n, number=first + n) for n, entry in enumerate(entries)]


def followed(
    declarations: Iterable[Declaration], fates: Iterable[Fate]
) -> Iterator[tuple[str, Fate | None]]:
    """Each file once, by its number and in order, with its fate or None while it waits."""
    declared: Iterator[tuple[str, Fate | None]] = ((entry.number, None) for entry in declarations)
    met: Iterator[tuple[str, Fate | None]] = ((fate.number, fate) for fate in fates)
    merged = heapq.merge(declared, met, key=lambda entry: _place(entry[0]))
    for number, entries in groupby(merged, key=lambda entry: entry[0]):
        yield number, next((fate for _, fate in entries if fate is not None), None)


def _parsed_file(entry: object, *, place: int, number: int) -> Declaration:
    what = f'"files[{place}]"'
    fields = entry_fields(entry, what=what, allowed=("size_bytes", "sha256", "kind"))
    size, sha256, kind = fields.get("size_bytes"), fields.get("sha256"), fields.get("kind")
    if type(size) is not int or size < 0:
        raise InvalidRequest(f'{what}: "size_bytes" must be a whole number from 0.')
    if not isinstance(sha256, str) or SHA256.fullmatch(sha256) is None:
        raise InvalidRequest(f'{what}: "sha256" must be 64 digits 0 to 9 and a to f.')
    if not isinstance(kind, str) or kind not in set(FileKind):
        raise InvalidRequest(f'{what}: "kind" must be one of {", ".join(FileKind)}.')
    return Declaration(number=str(number), size_bytes=size, sha256=sha256, kind=FileKind(kind))


def _check_size(file: Declaration, settings: ApiSettings) -> None:
    limit = _size_limit(file.kind, settings)
    if file.size_bytes > limit:
        raise Oversized(
            f"File {file.number} is too large: one of kind {file.kind} has at most "
            f"{limit} bytes. Leave it out, and declare the others again.",
            limit_bytes=limit,
        )


def _size_limit(kind: FileKind, settings: ApiSettings) -> int:
    if kind is FileKind.ARCHIVE:
        return settings.archive_file_limit_bytes
    return settings.ranged_limit_bytes


def _after(query: Mapping[str, str]) -> str | None:
    after = query.get("after")
    if after is not None and NUMBER.fullmatch(after) is None:
        raise InvalidRequest('"after" must be the number of a file.')
    return after


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


def _post(services: Services, upload: Upload, kind: FileKind) -> SignedPost:
    return services.inbox.signed_post(
        upload_prefix(PREFIX_BY_KIND[kind], project=upload.project, upload=upload.upload),
        size_limit_bytes=_size_limit(kind, services.settings),
        ttl_s=services.settings.upload_url_ttl_s,
    )


def _form(post: SignedPost) -> dict[str, object]:
    return {"url": post.url, "fields": dict(post.fields)}


def _key(upload: Upload, file: Declaration) -> str:
    prefix = PREFIX_BY_KIND[file.kind]
    place = {"project": upload.project, "upload": upload.upload}
    return str(InboxKey.build(prefix, **place, number=file.number))


def _place(number: str) -> tuple[int, ...]:
    return tuple(map(int, number.split(".")))


def _shown(number: str, fate: Fate | None, *, reads: bool) -> dict[str, object]:
    if fate is None:
        return {"number": number, "fate": "waiting", "code": "", "reason": "", "actions": {}}
    shown: dict[str, object] = {
        "number": number,
        "fate": fate.kind,
        "code": fate.code,
        "reason": fate.reason,
        "actions": dict(fate.actions),
    }
    if reads and fate.archive_key:
        shown["archive_key"] = fate.archive_key
    return shown
