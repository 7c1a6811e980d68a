"""The metadata of a study, a series or an instance, as summarise wrote it (PS3.18 10.4.1.1.2)."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Sequence

from functions.dicomweb.addresses import see_object
from functions.dicomweb.request import Request, cache_headers, not_modified
from functions.dicomweb.services import Services
from scanloft.aws.gateway import Reply
from scanloft.core.accept import DICOM_JSON, JSON, MediaType, choose
from scanloft.core.errors import NotFound, Oversized, Unavailable
from scanloft.core.keys import series_metadata_key
from scanloft.core.model import Series
from scanloft.core.overlap import overlapped

OFFERS = (MediaType(DICOM_JSON), MediaType(JSON))
MAX_AGE_S = 60
THREADS = 16
SERIES_LIMIT = 1000
PLAIN_LIMIT_BYTES = 128 * 1024 * 1024
"""How much JSON of a study, or of a series in which one instance is sought, is held in memory."""


def series(services: Services, request: Request) -> Reply:
    """The metadata of all instances of a series; beyond an answer, where it can be had."""
    media = choose(request.accept, OFFERS)
    key, packed = _series(services, request)
    etag = _etag([packed])
    if request.knows(etag):
        return not_modified(etag, max_age_s=MAX_AGE_S)
    limit = services.settings.body_limit_bytes
    plain = None if request.takes_gzip else _unpacked(packed, limit_bytes=limit)
    if plain is None and (not request.takes_gzip or len(packed) > limit):
        return see_object(services, key, headers={"ResponseContentType": media.name})
    return _answer(media, etag, plain=plain, packed=packed)


def study(services: Services, request: Request) -> Reply:
    """The metadata of all instances of a study.

    Raises:
        Oversized: it is more than an answer may hold; the error names the way.
    """
    media = choose(request.accept, OFFERS)
    objects = _objects_of_study(services, request)
    etag = _etag(objects)
    if request.knows(etag):
        return not_modified(etag, max_age_s=MAX_AGE_S)
    limit = services.settings.body_limit_bytes
    plain = _joined(objects, limit_bytes=PLAIN_LIMIT_BYTES if request.takes_gzip else limit)
    packed = gzip.compress(plain, 3, mtime=0) if request.takes_gzip else b""
    if len(packed) > limit:
        raise _too_large()
    return _answer(media, etag, plain=None if packed else plain, packed=packed)


def instance(services: Services, request: Request) -> Reply:
    """The metadata of one instance, in an array as always."""
    media = choose(request.accept, OFFERS)
    sop_uid = request.uid("instance")
    row = services.index.instance(
        request.project, request.uid("study"), request.uid("series"), sop_uid
    )
    if row is None:
        raise NotFound("There is no such instance in this project.")
    etag = f'W/"{row.sha256[:32]}"'
    if request.knows(etag):
        return not_modified(etag, max_age_s=MAX_AGE_S)
    _, packed = _series(services, request)
    plain = _unpacked(packed, limit_bytes=PLAIN_LIMIT_BYTES)
    if plain is None:
        raise _too_large()
    for entry in json.loads(plain):
        if entry["00080018"]["Value"] == [sop_uid]:
            body = json.dumps([entry], ensure_ascii=False, separators=(",", ":"))
            return _answer(media, etag, plain=body.encode(), packed=b"")
    raise _not_yet()


def _series(services: Services, request: Request) -> tuple[str, bytes]:
    """The key and the bytes of the metadata object of the series of the path."""
    study_uid, series_uid = request.uid("study"), request.uid("series")
    row = services.index.series(request.project, study_uid, series_uid)
    if row is None:
        raise NotFound("There is no such series in this project.")
    return series_metadata_key(request.project, study_uid, series_uid), _object(services, row)


def _objects_of_study(services: Services, request: Request) -> list[bytes]:
    rows = list(services.index.series_of_study(request.project, request.uid("study")))
    if not rows:
        raise NotFound("There is no such study in this project.")
    if len(rows) > SERIES_LIMIT:
        raise _too_large()
    objects = overlapped(rows, lambda row: _object(services, row), threads=THREADS)
    for found in objects:
        if isinstance(found, Exception):
            raise found
    return [found for found in objects if isinstance(found, bytes)]


def _object(services: Services, row: Series) -> bytes:
    try:
        key = series_metadata_key(row.project, row.study_uid, row.series_uid)
        return services.archive.get(key).body
    except NotFound:
        raise _not_yet() from None


def _joined(objects: Sequence[bytes], *, limit_bytes: int) -> bytes:
    """The arrays of several objects as one array."""
    inner: list[bytes] = []
    left = limit_bytes
    for packed in objects:
        plain = _unpacked(packed, limit_bytes=left)
        if plain is None:
            raise _too_large()
        left -= len(plain)
        inner.append(plain.strip()[1:-1])
    return b"[" + b",".join(entries for entries in inner if entries) + b"]"


def _unpacked(packed: bytes, *, limit_bytes: int) -> bytes | None:
    """The JSON of an object, None where it is larger than the limit."""
    plain = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, limit_bytes + 1)
    return plain if len(plain) <= limit_bytes else None


def _answer(media: MediaType, etag: str, *, plain: bytes | None, packed: bytes) -> Reply:
    headers = cache_headers(etag, max_age_s=MAX_AGE_S)
    if plain is None:
        return Reply(200, packed, media.name, {**headers, "Content-Encoding": "gzip"})
    return Reply(200, plain.decode(), media.name, headers)


def _etag(objects: Sequence[bytes]) -> str:
    digest = hashlib.sha256(b"".join(hashlib.sha256(entry).digest() for entry in objects))
    return f'W/"{digest.hexdigest()[:32]}"'


def _too_large() -> Oversized:
    return Oversized(
        "The metadata of this study is larger than one answer can be: ask for it series by "
        "series, at /studies/{study}/series/{series}/metadata, and accept gzip."
    )


def _not_yet() -> Unavailable:
    return Unavailable("The metadata is being computed: try again in a few seconds.")
