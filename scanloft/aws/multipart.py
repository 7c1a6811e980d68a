"""An object that is put in parts: some uploaded, some copied by S3 from another object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from scanloft.aws.errors import MESSAGE_BY_ERROR, translated
from scanloft.core.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PART_MINIMUM_BYTES = 5 * 1024 * 1024
"""What each part has at least, but for the last one."""


@dataclass(frozen=True, slots=True)
class CopySource:
    """An object that parts are copied from, and the ETag that it must still have."""

    bucket: str
    key: str
    etag: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part that S3 has."""

    size_bytes: int
    etag: str
    checksum: str | None


class MultipartUpload:
    """A multipart upload; parts are numbered from 1 and may come in any order, side by side."""

    def __init__(self, client: "S3Client", bucket: str, key: str, *, upload_id: str) -> None:
        self._client = client
        self._place: dict[str, Any] = {"Bucket": bucket, "Key": key, "UploadId": upload_id}
        self._parts: dict[int, Part] = {}

    @property
    def upload_id(self) -> str:
        """What S3 knows the upload by."""
        return str(self._place["UploadId"])

    @property
    def parts(self) -> Mapping[int, Part]:
        """The parts that are there, by number."""
        return dict(self._parts)

    @classmethod
    def begin(
        cls,
        client: "S3Client",
        bucket: str,
        key: str,
        *,
        metadata: Mapping[str, str],
        content_type: str,
    ) -> Self:
        """A new one, which S3 keeps the SHA-256 of each part of.

        Raises:
            Unavailable: S3 did not take it.
        """
        with translated("CreateMultipartUpload"):
            answer = client.create_multipart_upload(
                Bucket=bucket,
                Key=key,
                Metadata=metadata,
                ContentType=content_type,
                ChecksumAlgorithm="SHA256",
            )
        return cls(client, bucket, key, upload_id=answer["UploadId"])

    @classmethod
    def resume(
        cls,
        client: "S3Client",
        bucket: str,
        key: str,
        *,
        upload_id: str,
        parts: Mapping[int, Part],
    ) -> Self:
        """One that was begun earlier; `parts` are those it had."""
        upload = cls(client, bucket, key, upload_id=upload_id)
        upload._parts.update(parts)
        return upload

    def upload(self, number: int, body: bytes | bytearray) -> None:
        """Puts a part.

        Raises:
            Unavailable: S3 did not take it.
        """
        with translated("UploadPart"):
            answer = self._client.upload_part(
                **self._place,
                PartNumber=number,
                Body=body,  # type: ignore[arg-type]  # bytearrays are taken, and not listed
                ChecksumAlgorithm="SHA256",
            )
        self._parts[number] = Part(len(body), answer["ETag"], answer.get("ChecksumSHA256"))

    def copy(self, number: int, source: CopySource, *, offset: int, length: int) -> None:
        """Has S3 copy a part from `length` bytes of another object, from `offset` on.

        Raises:
            NotFound: that object is gone.
            Unavailable: it has another content by now, or S3 did not copy it.
        """
        try:
            with translated("UploadPartCopy"):
                answer = self._client.upload_part_copy(
                    **self._place,
                    PartNumber=number,
                    CopySource={"Bucket": source.bucket, "Key": source.key},
                    CopySourceRange=f"bytes={offset}-{offset + length - 1}",
                    CopySourceIfMatch=source.etag,
                )
        except Conflict as error:
            raise Unavailable("The object was replaced while it was copied: try again.") from error
        result = answer["CopyPartResult"]
        self._parts[number] = Part(length, result["ETag"], result.get("ChecksumSHA256"))

    def complete(
        self, *, size_bytes: int, only_if_absent: bool = False, only_over: str = ""
    ) -> None:
        """Makes the object of its parts, if they are all there and have this size together.

        S3 is told the size; what it has of the parts is also held against it here before, for an
        object that is too short must not be seen even for a moment.

        Raises:
            Conflict: with `only_if_absent`, when the key exists already; with `only_over`, when
                the object there has another ETag.
            Unavailable: S3 did not take it, or a part is not what it should be.
        """
        self._check(size_bytes)
        extra: dict[str, Any] = {"IfNoneMatch": "*"} if only_if_absent else {}
        if only_over:
            extra["IfMatch"] = only_over
        with translated("CompleteMultipartUpload"):
            self._client.complete_multipart_upload(
                **self._place,
                MultipartUpload={"Parts": [self._named(number) for number in sorted(self._parts)]},
                MpuObjectSize=size_bytes,
                **extra,
            )

    def abort(self) -> None:
        """Throws away what there is of it.

        Raises:
            Unavailable: S3 did not answer, or knows nothing of it any more.
        """
        with translated("AbortMultipartUpload"):
            self._client.abort_multipart_upload(**self._place)

    def _check(self, size_bytes: int) -> None:
        stored: dict[int, tuple[int, str]] = {}
        with translated("ListParts"):
            for page in self._client.get_paginator("list_parts").paginate(**self._place):
                stored |= {
                    part["PartNumber"]: (part["Size"], part["ETag"])
                    for part in page.get("Parts", ())
                }
        expected = {number: (part.size_bytes, part.etag) for number, part in self._parts.items()}
        if stored != expected or sum(size for size, _ in stored.values()) != size_bytes:
            raise Unavailable(MESSAGE_BY_ERROR[Unavailable], operation="ListParts")

    def _named(self, number: int) -> Any:
        part = self._parts[number]
        named: dict[str, Any] = {"PartNumber": number, "ETag": part.etag}
        return named | ({"ChecksumSHA256": part.checksum} if part.checksum else {})
