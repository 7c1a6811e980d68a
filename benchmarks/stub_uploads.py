"""The multipart uploads of the stand-in's S3, with the size that S3 asks of a part."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.stub_messages import Answer, Request, error, xml

LEAST_PART_BYTES = 5 * 1024 * 1024
"""Of every part but the last."""
SIZE = "x-amz-mp-object-size"
"""What the caller says that all parts have together."""
PART = re.compile(r"<Part>(.*?)</Part>", re.DOTALL)
NO_SUCH_UPLOAD = error(404, "NoSuchUpload")


@dataclass(frozen=True, slots=True)
class Part:
    """A part that was sent or copied."""

    body: bytes | memoryview
    etag: str


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that is not complete; `headers` are those of the object that it becomes."""

    headers: Mapping[str, str]
    parts: dict[int, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completed:
    """What a complete upload became."""

    body: bytes
    headers: Mapping[str, str]


class StubUploads:
    """The uploads of all buckets by their ID."""

    def __init__(self) -> None:
        self._uploads: dict[str, Upload] = {}
        self._count = 0

    def create(self, path: str, headers: Mapping[str, str]) -> Answer:
        """CreateMultipartUpload."""
        self._count += 1
        upload = f"upload-{self._count}"
        self._uploads[upload] = Upload(headers)
        bucket, _, key = path.lstrip("/").partition("/")
        names = f"<Bucket>{bucket}</Bucket><Key>{key}</Key><UploadId>{upload}</UploadId>"
        return xml(200, f"<InitiateMultipartUploadResult>{names}</InitiateMultipartUploadResult>")

    def put(self, upload: str, number: int, body: bytes) -> Answer:
        """UploadPart."""
        if upload not in self._uploads:
            return NO_SUCH_UPLOAD
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        self._uploads[upload].parts[number] = Part(body, etag)
        return Answer(200, {"ETag": etag})

    def copy(self, upload: str, number: int, body: memoryview, *, made_from: str) -> Answer:
        """UploadPartCopy; the ETag is made of what the bytes come from: hashing them takes long."""
        if upload not in self._uploads:
            return NO_SUCH_UPLOAD
        etag = f'"{hashlib.md5(made_from.encode(), usedforsecurity=False).hexdigest()}"'
        self._uploads[upload].parts[number] = Part(body, etag)
        return xml(200, f"<CopyPartResult><ETag>{etag}</ETag></CopyPartResult>")

    def list(self, upload: str) -> Answer:
        """ListParts."""
        if upload not in self._uploads:
            return NO_SUCH_UPLOAD
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{part.etag}</ETag>"
            f"<Size>{len(part.body)}</Size></Part>"
            for number, part in sorted(self._uploads[upload].parts.items())
        )
        listed = f"<IsTruncated>false</IsTruncated>{parts}"
        return xml(200, f"<ListPartsResult>{listed}</ListPartsResult>")

    def complete(self, upload: str, request: Request) -> Completed | Answer:
        """The object of CompleteMultipartUpload, or the error."""
        if upload not in self._uploads:
            return NO_SUCH_UPLOAD
        found, listed = self._uploads[upload], _listed(request.body)
        parts = [part for number, _ in listed if (part := found.parts.get(number))]
        if not parts or [part.etag for part in parts] != [etag for _, etag in listed]:
            return error(400, "InvalidPart")
        if any(len(part.body) < LEAST_PART_BYTES for part in parts[:-1]):
            return error(400, "EntityTooSmall")
        body = b"".join(part.body for part in parts)
        if int(request.headers.get(SIZE, len(body))) != len(body):
            return error(400, "InvalidRequest")
        del self._uploads[upload]
        etags = "".join(part.etag for part in parts).encode()
        etag = f'"{hashlib.md5(etags, usedforsecurity=False).hexdigest()}-{len(parts)}"'
        return Completed(body, {**found.headers, "ETag": etag})

    def abort(self, upload: str) -> Answer:
        """AbortMultipartUpload."""
        if self._uploads.pop(upload, None) is None:
            return NO_SUCH_UPLOAD
        return Answer(204, {})


def _listed(body: bytes) -> list[tuple[int, str]]:
    """Number and ETag of each part that the caller names."""

    def value(part: str, name: str) -> str:
        text = part.partition(f"<{name}>")[2].partition(f"</{name}>")[0]
        return text.replace("&quot;", '"').replace("&#34;", '"')

    parts = PART.findall(body.decode())
    return [(int(value(part, "PartNumber")), value(part, "ETag")) for part in parts]
