"""WADO-RS: instances as they are stored, alone or in a multipart body (PS3.18 10.4.1.1.1)."""

import hashlib
import secrets
from collections.abc import Sequence

from functions.dicomweb.addresses import see_object, series_url
from functions.dicomweb.request import Request, cache_headers, not_modified
from functions.dicomweb.services import Services
from scanloft.aws.gateway import Reply
from scanloft.core.accept import DICOM, MULTIPART, MediaType, choose
from scanloft.core.errors import NotFound, Oversized, Unavailable
from scanloft.core.model import Instance
from scanloft.core.multipart import Part, head_size_bytes, multipart_body, multipart_type
from scanloft.core.overlap import overlapped

MAX_AGE_S = 300
THREADS = 16


def instance(services: Services, request: Request) -> Reply:
    """One instance; beyond what an answer may hold, where it can be had."""
    study_uid, series_uid = request.uid("study"), request.uid("series")
    row = services.index.instance(request.project, study_uid, series_uid, request.uid("instance"))
    if row is None:
        raise NotFound("There is no such instance in this project.")
    media = choose(request.accept, [_multipart(row), _single(row)])
    etag = _etag([row])
    if request.knows(etag):
        return not_modified(etag, max_age_s=MAX_AGE_S)
    if row.location.length > services.settings.body_limit_bytes and row.location.offset == 0:
        return see_object(services, row.location.key, headers=_object_headers(row))
    if media.name == MULTIPART:
        return _bodies(services, [row], etag=etag)
    _check_size(services, [row])
    headers = cache_headers(etag, max_age_s=MAX_AGE_S) | _disposition(row)
    return Reply(200, _read(services, row), _dicom_type(row), headers)


def series(services: Services, request: Request) -> Reply:
    """All instances of a series."""
    study_uid, series_uid = request.uid("study"), request.uid("series")
    found = services.index.series(request.project, study_uid, series_uid)
    if found and found.size_bytes > services.settings.body_limit_bytes:
        raise _too_large()
    rows = list(services.index.instances(request.project, study_uid, series_uid))
    return _several(services, request, rows)


def study(services: Services, request: Request) -> Reply:
    """All instances of a study, series by series."""
    found = list(services.index.series_of_study(request.project, request.uid("study")))
    if sum(row.size_bytes for row in found) > services.settings.body_limit_bytes:
        raise _too_large()
    rows = [
        row
        for entry in found
        for row in services.index.instances(request.project, entry.study_uid, entry.series_uid)
    ]
    return _several(services, request, rows)


def _several(services: Services, request: Request, rows: Sequence[Instance]) -> Reply:
    """All of the rows, each in a transfer syntax that the client accepts."""
    if not rows:
        raise NotFound("There is no such study or series in this project.")
    for offer in {_multipart(row) for row in rows}:
        choose(request.accept, [offer])
    etag = _etag(rows)
    if request.knows(etag):
        return not_modified(etag, max_age_s=MAX_AGE_S)
    return _bodies(services, rows, etag=etag)


def _bodies(services: Services, rows: Sequence[Instance], *, etag: str) -> Reply:
    boundary = secrets.token_hex(16)
    _check_size(services, rows, boundary=boundary)
    bodies = overlapped(rows, lambda row: _read(services, row), threads=THREADS)
    parts: list[Part] = []
    for row, body in zip(rows, bodies, strict=True):
        if isinstance(body, Exception):
            raise body
        parts.append(Part(_part_headers(services, row), body))
    body = multipart_body(parts, boundary=boundary)
    headers = cache_headers(etag, max_age_s=MAX_AGE_S)
    return Reply(200, body, multipart_type(DICOM, boundary=boundary), headers)


def _check_size(services: Services, rows: Sequence[Instance], *, boundary: str = "") -> None:
    """Before anything is read.

    Raises:
        Oversized: together they are more than an answer may hold.
    """
    heads = sum(head_size_bytes(_part_headers(services, row), boundary=boundary) for row in rows)
    size_bytes = heads + sum(row.location.length for row in rows)
    if size_bytes > services.settings.body_limit_bytes:
        raise _too_large()


def _too_large() -> Oversized:
    return Oversized(
        "This is larger than one answer can be: retrieve it instance by instance, at "
        "/studies/{study}/series/{series}/instances/{instance}, or by the links of "
        "/api/projects/{project}/download/{study}/{series}/{instance}."
    )


def _read(services: Services, row: Instance) -> bytes:
    at = row.location
    body = services.archive.get(at.key, offset=at.offset, length=at.length).body
    if len(body) != at.length:
        raise Unavailable("The stored object is not as long as the index says: try again.")
    return body


def _part_headers(services: Services, row: Instance) -> dict[str, str]:
    url = series_url(services, row.project, row.study_uid, row.series_uid)
    return {
        "Content-Type": _dicom_type(row),
        "Content-Location": f"{url}/instances/{row.sop_uid}",
    }


def _object_headers(row: Instance) -> dict[str, str]:
    disposition = _disposition(row)["Content-Disposition"]
    return {"ResponseContentType": DICOM, "ResponseContentDisposition": disposition}


def _disposition(row: Instance) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{row.sop_uid}.dcm"'}


def _dicom_type(row: Instance) -> str:
    return f"{DICOM}; transfer-syntax={row.transfer_syntax_uid}"


def _multipart(row: Instance) -> MediaType:
    return MediaType(MULTIPART, root=DICOM, transfer_syntax=row.transfer_syntax_uid)


def _single(row: Instance) -> MediaType:
    return MediaType(DICOM, transfer_syntax=row.transfer_syntax_uid)


def _etag(rows: Sequence[Instance]) -> str:
    digest = hashlib.sha256(" ".join(row.sha256 for row in rows).encode())
    return f'W/"{digest.hexdigest()[:32]}"'
