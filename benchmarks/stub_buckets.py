"""The S3 of the stand-in: the operations and conditions that the pipeline uses, in memory."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from benchmarks.stub_messages import Answer, Request, error, xml
from benchmarks.stub_uploads import StubUploads

CHECKSUM = "x-amz-checksum-sha256"
KEPT_HEADERS = ("content-type", "content-encoding", CHECKSUM)
NO_SUCH_KEY = error(404, "NoSuchKey")
FAILED = error(412, "PreconditionFailed")


@dataclass(frozen=True, slots=True)
class StubObject:
    """An object and the headers that come back with it."""

    body: bytes
    headers: Mapping[str, str]

    def ranged(self, asked: str) -> tuple[int, int] | None:
        """The first and the last byte of a range; None where it lies outside."""
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(self.body)), len(self.body) - 1)
        return (start, end) if start <= end else None


class StubBuckets:
    """The objects of all buckets, by the path of their request."""

    def __init__(self) -> None:
        self._objects: dict[str, StubObject] = {}
        self._uploads = StubUploads()

    def answer(self, request: Request) -> Answer:
        """What S3 would answer."""
        parameters = request.parameters
        if "uploads" in parameters:
            return self._uploads.create(request.path, _kept(request))
        if "uploadId" in parameters:
            return self._multipart(request, parameters["uploadId"], parameters.get("partNumber"))
        if "delete" in parameters:
            return self._delete(request)
        return self._put(request) if request.method == "PUT" else self._get(request)

    def _get(self, request: Request) -> Answer:
        stored = self._objects.get(request.path)
        if stored is None:
            return NO_SUCH_KEY
        if request.headers.get("if-match", stored.headers["ETag"]) != stored.headers["ETag"]:
            return FAILED
        return _ranged(stored, request.headers.get("range", ""))

    def _put(self, request: Request) -> Answer:
        if self._is_in_the_way(request):
            return FAILED
        if "x-amz-copy-source" in request.headers:
            source = self._source(request)
            if source is None:
                return NO_SUCH_KEY
            self._objects[request.path] = source
            return xml(200, "<CopyObjectResult><ETag>copied</ETag></CopyObjectResult>")
        etag = f'"{hashlib.md5(request.body, usedforsecurity=False).hexdigest()}"'
        self._objects[request.path] = StubObject(request.body, {**_kept(request), "ETag": etag})
        return Answer(200, {"ETag": etag})

    def _multipart(self, request: Request, upload: str, part: str | None) -> Answer:
        if request.method == "DELETE":
            return self._uploads.abort(upload)
        if request.method == "GET":
            return self._uploads.list(upload)
        if part is None:
            return self._complete(request, upload)
        if "x-amz-copy-source" not in request.headers:
            return self._uploads.put(upload, int(part), request.body)
        return self._copy_part(request, upload, int(part))

    def _copy_part(self, request: Request, upload: str, part: int) -> Answer:
        source = self._source(request)
        if source is None:
            return NO_SUCH_KEY
        etag = source.headers["ETag"]
        if request.headers.get("x-amz-copy-source-if-match", etag) != etag:
            return FAILED
        span = source.ranged(request.headers.get("x-amz-copy-source-range", "bytes=0-"))
        if span is None:
            return error(416, "InvalidRange")
        copied = memoryview(source.body)[span[0] : span[1] + 1]
        return self._uploads.copy(upload, part, copied, made_from=f"{etag}{span}")

    def _complete(self, request: Request, upload: str) -> Answer:
        if self._is_in_the_way(request):
            return FAILED
        done = self._uploads.complete(upload, request)
        if isinstance(done, Answer):
            return done
        self._objects[request.path] = StubObject(done.body, done.headers)
        etag = done.headers["ETag"]
        result = f"<CompleteMultipartUploadResult><ETag>{etag}</ETag>"
        return xml(200, f"{result}</CompleteMultipartUploadResult>")

    def _delete(self, request: Request) -> Answer:
        for piece in request.body.decode().split("<Key>")[1:]:
            key = piece.partition("</Key>")[0]
            self._objects.pop(f"{request.path.rstrip('/')}/{key}", None)
        return xml(200, "<DeleteResult></DeleteResult>")

    def _is_in_the_way(self, request: Request) -> bool:
        return request.headers.get("if-none-match") == "*" and request.path in self._objects

    def _source(self, request: Request) -> StubObject | None:
        path = unquote(request.headers["x-amz-copy-source"])
        return self._objects.get("/" + path.lstrip("/"))


def _kept(request: Request) -> dict[str, str]:
    return {
        name: value
        for name, value in request.headers.items()
        if name in KEPT_HEADERS or name.startswith("x-amz-meta-")
    }


def _ranged(stored: StubObject, asked: str) -> Answer:
    if not asked:
        return Answer(200, stored.headers, stored.body)
    span = stored.ranged(asked)
    if span is None:
        return error(416, "InvalidRange")
    start, end = span
    # S3 sends no checksum with a part of an object.
    headers = {name: value for name, value in stored.headers.items() if name != CHECKSUM}
    headers["Content-Range"] = f"bytes {start}-{end}/{len(stored.body)}"
    return Answer(206, headers, stored.body[start : end + 1])
