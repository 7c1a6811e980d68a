"""Objects in an S3 bucket: put, get, copy, delete, and signed addresses of them."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast

from urllib3.exceptions import HTTPError

from scanloft.aws.deletion import delete_objects
from scanloft.aws.errors import MESSAGE_BY_ERROR, translated
from scanloft.aws.multipart import MultipartUpload, Part
from scanloft.core.errors import ArchiveError, Conflict, Oversized, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object or a range of it; `size_bytes` is the size of the whole object."""

    body: bytes
    size_bytes: int
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """What S3 knows of an object without reading it; `etag` differs when the content does.

    `sha256_hex` is of the whole object and S3 itself computed or verified it; None where S3 has
    none, as of an object that was put in parts.
    """

    size_bytes: int
    etag: str
    metadata: Mapping[str, str]
    sha256_hex: str | None


@dataclass(frozen=True, slots=True)
class SignedPost:
    """The address and the form fields of a presigned POST; `file` follows as the last field."""

    url: str
    fields: Mapping[str, str]


class ObjectStore:
    """The objects of one bucket."""

    def __init__(self, bucket: str, client: "S3Client") -> None:
        self.bucket = bucket
        self._client = client

    def get(
        self,
        key: str,
        *,
        offset: int = 0,
        length: int | None = None,
        limit_bytes: int | None = None,
    ) -> StoredObject:
        """The object, or `length` bytes of it from `offset` on (fewer at its end).

        Raises:
            NotFound: no such key.
            Oversized: the object has more than `limit_bytes`; it is not read then.
            Unavailable: S3 did not answer, or broke off.
        """
        if length == 0:
            raise ValueError("S3 knows no empty range: it would give the whole object.")
        whole = offset == 0 and length is None
        last = "" if length is None else str(offset + length - 1)
        extra: dict[str, Any] = {} if whole else {"Range": f"bytes={offset}-{last}"}
        with translated("GetObject"):
            answer = self._client.get_object(Bucket=self.bucket, Key=key, **extra)
            if limit_bytes is not None and answer["ContentLength"] > limit_bytes:
                answer["Body"].close()
                raise oversized(limit_bytes)
            body = _read(cast("IO[bytes]", answer["Body"]))
        size = int(answer.get("ContentRange", "").rpartition("/")[2] or len(body))
        return StoredObject(body=body, size_bytes=size, metadata=answer["Metadata"])

    def facts(self, key: str) -> ObjectFacts:
        """What S3 knows of the object.

        Raises:
            NotFound: no such key.
        """
        with translated("HeadObject"):
            answer = self._client.head_object(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED")
        return ObjectFacts(
            size_bytes=answer["ContentLength"],
            etag=answer["ETag"],
            metadata=answer["Metadata"],
            sha256_hex=_whole_sha256(answer.get("ChecksumSHA256"), etag=answer["ETag"]),
        )

    def metadata(self, key: str) -> Mapping[str, str]:
        """The metadata that the object was put with.

        Raises:
            NotFound: no such key.
        """
        return self.facts(key).metadata

    def read(self, key: str, *, offset: int, length: int, of: ObjectFacts) -> bytes:
        """Exactly these bytes of exactly this content.

        S3 is asked for it by the ETag; what it answers is held against ETag, range and length
        here too, for not everything that speaks S3 enforces them.

        Raises:
            NotFound: the object is gone.
            Unavailable: it has another content by now, or S3 did not answer as asked.
        """
        last = offset + length - 1
        try:
            with translated("GetObject"):
                answer = self._client.get_object(
                    Bucket=self.bucket, Key=key, Range=f"bytes={offset}-{last}", IfMatch=of.etag
                )
        except Conflict as error:
            raise changed() from error
        expected = (of.etag, f"bytes {offset}-{last}/{of.size_bytes}")
        if (answer["ETag"], answer.get("ContentRange")) != expected:
            answer["Body"].close()
            raise changed()
        body = _read(cast("IO[bytes]", answer["Body"]))
        if len(body) != length:
            raise changed()
        return body

    def put(
        self,
        key: str,
        body: bytes | IO[bytes],
        *,
        metadata: Mapping[str, str] | None = None,
        content_type: str = "application/octet-stream",
        content_encoding: str | None = None,
        sha256_hex: str | None = None,
        only_if_absent: bool = False,
        only_over: str = "",
    ) -> None:
        """Stores the object and its SHA-256; S3 checks it against `sha256_hex` or boto3's.

        Raises:
            Conflict: with `only_if_absent`, when the key exists already; with `only_over`, when
                the object there has another ETag.
            Unavailable: S3 did not take it.
        """
        extra: dict[str, Any] = {"ChecksumAlgorithm": "SHA256"}
        if only_if_absent:
            extra["IfNoneMatch"] = "*"
        if only_over:
            extra["IfMatch"] = only_over
        if content_encoding:
            extra["ContentEncoding"] = content_encoding
        if sha256_hex:
            extra["ChecksumSHA256"] = base64.b64encode(bytes.fromhex(sha256_hex)).decode()
        with translated("PutObject"):
            self._client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                Metadata=metadata or {},
                ContentType=content_type,
                **extra,
            )

    @contextmanager
    def assembled(
        self, key: str, *, metadata: Mapping[str, str], content_type: str
    ) -> Iterator[MultipartUpload]:
        """A new object to be put in parts; when that fails, nothing of it is kept.

        Where even that fails, or the process ends, the bucket's lifecycle clears it away.
        """
        upload = self.begun(key, metadata=metadata, content_type=content_type)
        try:
            yield upload
        except Exception:
            with suppress(ArchiveError):
                upload.abort()
            raise

    def begun(self, key: str, *, metadata: Mapping[str, str], content_type: str) -> MultipartUpload:
        """A new object to be put in parts, by several callers one after the other if need be."""
        place = (self._client, self.bucket, key)
        return MultipartUpload.begin(*place, metadata=metadata, content_type=content_type)

    def resumed(self, key: str, *, upload_id: str, parts: Mapping[int, Part]) -> MultipartUpload:
        """The same object again, with the parts that it has got so far."""
        place = (self._client, self.bucket, key)
        return MultipartUpload.resume(*place, upload_id=upload_id, parts=parts)

    def copy(self, source: str, target: str) -> None:
        """Copies an object of at most 5 GiB within the bucket, metadata included.

        Raises:
            NotFound: no such source.
        """
        with translated("CopyObject"):
            self._client.copy_object(
                Bucket=self.bucket, Key=target, CopySource={"Bucket": self.bucket, "Key": source}
            )

    def delete(self, keys: Sequence[str]) -> None:
        """Deletes objects, a thousand a call; a key that does not exist is no error.

        Raises:
            Unavailable: one of them is still there.
        """
        delete_objects(self._client, self.bucket, [{"Key": key} for key in keys])

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that start with the prefix, in order."""
        pages = self._client.get_paginator("list_objects_v2")
        with translated("ListObjectsV2"):
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
                yield from (entry["Key"] for entry in page.get("Contents", ()))

    def signed_get(self, key: str, *, ttl_s: int, headers: Mapping[str, str]) -> str:
        """An address that serves the object for `ttl_s` seconds to whoever holds it.

        `headers` are those of the answer, by their S3 parameter name, as
        {"ResponseContentType": "application/dicom"}.
        """
        return self._client.generate_presigned_url(
            "get_object",
            Params={"Bucket": self.bucket, "Key": key, **headers},
            ExpiresIn=ttl_s,
        )

    def signed_post(self, prefix: str, *, size_limit_bytes: int, ttl_s: int) -> SignedPost:
        """A form that puts objects below `prefix`, each up to `size_limit_bytes`, for `ttl_s` s.

        The sender adds `key` and `x-amz-checksum-sha256` (base64) for each file, and `file` last.
        """
        conditions: list[Any] = [
            ["starts-with", "$key", prefix],
            ["content-length-range", 0, size_limit_bytes],
            {"x-amz-checksum-algorithm": "SHA256"},
            ["starts-with", "$x-amz-checksum-sha256", ""],
        ]
        answer = self._client.generate_presigned_post(
            Bucket=self.bucket,
            Key=f"{prefix}${{filename}}",
            Fields={"x-amz-checksum-algorithm": "SHA256"},
            Conditions=conditions,
            ExpiresIn=ttl_s,
        )
        fields = {name: value for name, value in answer["fields"].items() if name != "key"}
        return SignedPost(url=answer["url"], fields=fields)


def changed() -> Unavailable:
    """The error for an object that is not any more what it was when reading it began."""
    return Unavailable("The object was replaced while it was read: it is read anew.")


def oversized(limit_bytes: int) -> Oversized:
    """The error for an object above the limit of one object."""
    return Oversized(
        f"The object is larger than {limit_bytes} bytes, the limit of this archive for one object.",
        limit_bytes=limit_bytes,
    )


def _whole_sha256(checksum: str | None, *, etag: str) -> str | None:
    """In hexadecimal; None for the checksum of the checksums of parts, which end in "-2" in S3.

    So does the ETag of every object that was put in parts, wherever it is stored.
    """
    if checksum is None or "-" in checksum or "-" in etag:
        return None
    return base64.b64decode(checksum).hex()


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read()
    except (HTTPError, OSError) as error:
        raise Unavailable(MESSAGE_BY_ERROR[Unavailable], operation="GetObject") from error
