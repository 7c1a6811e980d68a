import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from moto import mock_aws

from scanloft.aws import clients
from scanloft.aws.objects import ObjectStore
from scanloft.aws.sent_parts import SentParts, StoredPart
from scanloft.core.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PART = 5 * 1024 * 1024
KEY = "dicom/alpha/u/1"


@pytest.fixture
def s3() -> "Iterator[S3Client]":
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", config=clients.CONFIG)
        client.create_bucket(Bucket="inbox")
        yield client


def put(parts: SentParts, name: str, number: int, body: bytes) -> None:
    digest = hashlib.sha256(body).hexdigest()
    signed = parts.sign(KEY, name, part=number, size_bytes=len(body), sha256_hex=digest, ttl_s=60)
    headers = dict(signed.headers)
    assert requests.put(signed.url, data=body, headers=headers, timeout=10).status_code == 200


def test_an_object_is_there_when_it_is_complete_and_not_before(s3: "S3Client") -> None:
    parts, inbox = SentParts("inbox", s3), ObjectStore("inbox", s3)
    name = parts.begin(KEY)
    put(parts, name, 2, b"end")
    put(parts, name, 1, bytes(PART))
    found = parts.parts(KEY, name)
    assert [(part.number, part.size_bytes) for part in found] == [(1, PART), (2, 3)]
    assert not parts.is_whole(KEY)
    assert parts.complete(KEY, name, found, size_bytes=PART + 3)
    assert parts.is_whole(KEY)
    assert inbox.get(KEY).body == bytes(PART) + b"end"


def test_an_object_is_known_by_its_whole_key_alone(s3: "S3Client") -> None:
    parts, inbox = SentParts("inbox", s3), ObjectStore("inbox", s3)
    inbox.put(f"{KEY}1", b"")
    assert not parts.is_whole(KEY)
    inbox.put(KEY, b"")
    assert parts.is_whole(KEY)


def test_an_object_that_is_there_is_not_replaced(s3: "S3Client") -> None:
    parts, inbox = SentParts("inbox", s3), ObjectStore("inbox", s3)
    name = parts.begin(KEY)
    put(parts, name, 1, b"parts")
    inbox.put(KEY, b"first")
    assert not parts.complete(KEY, name, parts.parts(KEY, name), size_bytes=5)
    assert inbox.get(KEY).body == b"first"


def test_what_was_given_up_is_gone_and_giving_up_again_is_no_error(s3: "S3Client") -> None:
    parts = SentParts("inbox", s3)
    name = parts.begin(KEY)
    put(parts, name, 1, b"part")
    for _ in range(2):
        parts.abort(KEY, name)
    with pytest.raises(NotFound):
        parts.parts(KEY, name)


def test_the_checksums_that_s3_lists_are_told_when_it_is_completed(
    s3: "S3Client", monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr(s3, "complete_multipart_upload", lambda **what: told.update(what))
    stored = [StoredPart(1, 4, '"etag"', "q83v"), StoredPart(2, 1, '"etag2"', None)]
    assert SentParts("inbox", s3).complete(KEY, "name", stored, size_bytes=5)
    assert told["MultipartUpload"]["Parts"] == [
        {"PartNumber": 1, "ETag": '"etag"', "ChecksumSHA256": "q83v"},
        {"PartNumber": 2, "ETag": '"etag2"'},
    ]
    assert (told["MpuObjectSize"], told["IfNoneMatch"]) == (5, "*")


def test_a_service_that_does_not_answer_is_told_apart_from_parts_that_are_gone(
    s3: "S3Client", monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(code: str) -> None:
        def refused(**_: object) -> None:
            raise ClientError({"Error": {"Code": code}}, "any")

        monkeypatch.setattr(s3, "complete_multipart_upload", refused)
        monkeypatch.setattr(s3, "abort_multipart_upload", refused)

    parts = SentParts("inbox", s3)
    refuse("SlowDown")
    with pytest.raises(Unavailable):
        parts.complete(KEY, "name", [], size_bytes=0)
    with pytest.raises(Unavailable):
        parts.abort(KEY, "name")
    refuse("NoSuchUpload")
    with pytest.raises(NotFound):
        parts.complete(KEY, "name", [], size_bytes=0)
    parts.abort(KEY, "name")
