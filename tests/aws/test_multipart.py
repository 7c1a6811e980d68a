from typing import Any

import pytest

from scanloft.aws.multipart import PART_MINIMUM_BYTES, CopySource
from scanloft.aws.objects import ObjectStore
from scanloft.core.errors import Conflict, NotFound, Unavailable
from tests.support.cloud import Cloud

HEAD = b"h" * PART_MINIMUM_BYTES
BODY = bytes(range(256)) * 64
METADATA = {"sha256": "recipe-00"}


@pytest.fixture
def raw(cloud: Cloud) -> CopySource:
    cloud.inbox.put("raw", BODY)
    return CopySource(cloud.inbox.bucket, "raw", cloud.inbox.facts("raw").etag)


def assemble(store: ObjectStore, raw: CopySource, *, length: int = 1000, size: int = 1000) -> None:
    with store.assembled("a", metadata=METADATA, content_type="application/dicom") as upload:
        upload.copy(2, raw, offset=100, length=length)
        upload.upload(1, HEAD)
        upload.complete(size_bytes=len(HEAD) + size, only_if_absent=True)


def unfinished(cloud: Cloud) -> list[Any]:
    answer = cloud.s3.list_multipart_uploads(Bucket=cloud.archive.bucket)
    return list(answer.get("Uploads", ()))


def test_parts_become_one_object_in_the_order_of_their_numbers(
    cloud: Cloud, raw: CopySource
) -> None:
    assemble(cloud.archive, raw)
    stored = cloud.archive.get("a")
    assert stored.body == HEAD + BODY[100:1100]
    assert stored.metadata == METADATA
    described = cloud.s3.head_object(Bucket=cloud.archive.bucket, Key="a")
    assert described["ContentType"] == "application/dicom"
    assert unfinished(cloud) == []


def test_the_checksum_of_parts_is_not_taken_for_that_of_the_whole(
    cloud: Cloud, raw: CopySource
) -> None:
    with cloud.archive.assembled("a", metadata={}, content_type="x") as upload:
        upload.upload(1, HEAD)
        upload.upload(2, b"end")
        upload.complete(size_bytes=len(HEAD) + 3)
    assert cloud.archive.facts("a").sha256_hex is None


def test_a_key_that_is_there_already_is_kept_and_nothing_else_is(
    cloud: Cloud, raw: CopySource
) -> None:
    cloud.archive.put("a", b"first")
    with pytest.raises(Conflict):
        assemble(cloud.archive, raw)
    assert cloud.archive.get("a").body == b"first"
    assert unfinished(cloud) == []


@pytest.mark.parametrize(("length", "size"), [(1000, 999), (20_000, 20_000)])
def test_an_object_of_another_size_than_it_should_have_is_never_seen(
    cloud: Cloud, raw: CopySource, length: int, size: int
) -> None:
    with pytest.raises(Unavailable):
        assemble(cloud.archive, raw, length=length, size=size)
    assert cloud.keys(cloud.archive) == []
    assert unfinished(cloud) == []


def test_copying_from_what_is_gone_is_not_found(cloud: Cloud, raw: CopySource) -> None:
    cloud.inbox.delete(["raw"])
    with pytest.raises(NotFound):
        assemble(cloud.archive, raw)
    assert unfinished(cloud) == []


def test_s3_is_asked_for_the_size_and_copies_one_content_only(
    cloud: Cloud, raw: CopySource
) -> None:
    seen: dict[str, Any] = {}

    def note(params: Any, model: Any, **_: object) -> None:
        seen[model.name] = params

    cloud.s3.meta.events.register("before-parameter-build.s3", note)
    try:
        assemble(cloud.archive, raw)
    finally:
        cloud.s3.meta.events.unregister("before-parameter-build.s3", note)
    assert seen["UploadPartCopy"]["CopySourceIfMatch"] == raw.etag
    assert seen["UploadPartCopy"]["CopySourceRange"] == "bytes=100-1099"
    assert seen["CompleteMultipartUpload"]["MpuObjectSize"] == len(HEAD) + 1000
    assert seen["CompleteMultipartUpload"]["IfNoneMatch"] == "*"


def test_a_source_that_s3_finds_replaced_is_tried_again(cloud: Cloud, raw: CopySource) -> None:
    def refuse(**_: object) -> Any:
        class Refusal:
            status_code = 412

        return Refusal, {"Error": {"Code": "PreconditionFailed", "Message": ""}}

    cloud.s3.meta.events.register("before-call.s3.UploadPartCopy", refuse)
    try:
        with pytest.raises(Unavailable):
            assemble(cloud.archive, raw)
    finally:
        cloud.s3.meta.events.unregister("before-call.s3.UploadPartCopy", refuse)
    assert unfinished(cloud) == []
