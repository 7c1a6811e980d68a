"""Objects that others put in parts, by signed addresses; nobody sees one before it is complete."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scanloft.aws.errors import translated
from scanloft.core.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NO_SUCH_UPLOAD = "NoSuchUpload"
CHECKSUM_HEADER = "x-amz-checksum-sha256"


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part that S3 has; the checksum in base64, None where what speaks S3 keeps none."""

    number: int
    size_bytes: int
    etag: str
    checksum: str | None


@dataclass(frozen=True, slots=True)
class SignedPut:
    """Where a part is put, and the headers that the signature covers."""

    url: str
    headers: Mapping[str, str]


class SentParts:
    """The multipart uploads of one bucket; `name` is what S3 calls one."""

    def __init__(self, bucket: str, client: "S3Client") -> None:
        self._bucket = bucket
        self._client = client

    def begin(self, key: str) -> str:
        """A new one, which takes parts with their SHA-256 only.

        Raises:
            Unavailable: S3 did not take it.
        """
        with translated("CreateMultipartUpload"):
            answer = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=key, ChecksumAlgorithm="SHA256"
            )
        return answer["UploadId"]

    def sign(
        self, key: str, name: str, *, part: int, size_bytes: int, sha256_hex: str, ttl_s: int
    ) -> SignedPut:
        """An address that takes this part, of this size and content and no other, for `ttl_s` s."""
        checksum = base64.b64encode(bytes.fromhex(sha256_hex)).decode()
        url = self._client.generate_presigned_url(
            "upload_part",
            Params={
                **self._place(key, name),
                "PartNumber": part,
                "ContentLength": size_bytes,
                "ChecksumSHA256": checksum,
            },
            ExpiresIn=ttl_s,
        )
        return SignedPut(url, {CHECKSUM_HEADER: checksum})

    def parts(self, key: str, name: str) -> list[StoredPart]:
        """The parts that have arrived, in order.

        Raises:
            NotFound: there is no such multipart upload any more.
        """
        found: list[Any] = []
        try:
            with translated("ListParts"):
                pages = self._client.get_paginator("list_parts")
                for page in pages.paginate(**self._place(key, name)):
                    found += page.get("Parts", ())
        except Unavailable as error:
            raise _gone(error) from error
        return [
            StoredPart(part["PartNumber"], part["Size"], part["ETag"], part.get("ChecksumSHA256"))
            for part in found
        ]

    def complete(
        self, key: str, name: str, parts: Sequence[StoredPart], *, size_bytes: int
    ) -> bool:
        """Makes the object of the parts; False where there is an object of this key already.

        Raises:
            NotFound: there is no such multipart upload any more.
            Unavailable: S3 did not take it, as where a part was replaced meanwhile.
        """
        try:
            with translated("CompleteMultipartUpload"):
                self._client.complete_multipart_upload(
                    **self._place(key, name),
                    MultipartUpload={"Parts": [_named(part) for part in parts]},
                    MpuObjectSize=size_bytes,
                    IfNoneMatch="*",
                )
        except Conflict:
            return False
        except Unavailable as error:
            raise _gone(error) from error
        return True

    def is_whole(self, key: str) -> bool:
        """Whether the object is there, for whoever may list the bucket and not read the object."""
        with translated("ListObjectsV2"):
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        return any(entry["Key"] == key for entry in answer.get("Contents", ()))

    def abort(self, key: str, name: str) -> None:
        """Throws away the parts; no error where there are none any more.

        Raises:
            Unavailable: S3 did not answer.
        """
        try:
            with translated("AbortMultipartUpload"):
                self._client.abort_multipart_upload(**self._place(key, name))
        except Unavailable as error:
            if error.facts.get("aws_code") != NO_SUCH_UPLOAD:
                raise

    def _place(self, key: str, name: str) -> Any:
        return {"Bucket": self._bucket, "Key": key, "UploadId": name}


def _named(part: StoredPart) -> Any:
    named: dict[str, Any] = {"PartNumber": part.number, "ETag": part.etag}
    return named | ({"ChecksumSHA256": part.checksum} if part.checksum else {})


def _gone(error: Unavailable) -> Exception:
    """The error, told apart; where it is our own upload that is lost, it is a passing fault."""
    if error.facts.get("aws_code") == NO_SUCH_UPLOAD:
        return NotFound("The parts of this file are gone: begin it again.")
    return error
