import re
from collections.abc import Mapping

import pytest

from benchmarks.stub_buckets import StubBuckets
from benchmarks.stub_messages import Answer, Request
from benchmarks.stub_uploads import LEAST_PART_BYTES

TARGET = "/archive/key"
FIRST = b"f" * LEAST_PART_BYTES


@pytest.fixture
def buckets() -> StubBuckets:
    """Buckets that hold an object to copy from."""
    made = StubBuckets()
    made.answer(request("PUT", path="/inbox/raw", body=b"0123456789"))
    return made


def request(method: str, *, path: str = TARGET, query: str = "", body: bytes = b"") -> Request:
    return Request(method, path, query, {}, body)


def begun(buckets: StubBuckets) -> str:
    answer = buckets.answer(request("POST", query="uploads"))
    found = re.search(rb"<UploadId>(.*)</UploadId>", answer.body)
    assert found
    return found[1].decode()


def sent(buckets: StubBuckets, upload: str, number: int, body: bytes) -> str:
    query = f"partNumber={number}&uploadId={upload}"
    return str(buckets.answer(request("PUT", query=query, body=body)).headers["ETag"])


def copied(buckets: StubBuckets, upload: str, number: int, **headers: str) -> Answer:
    query = f"partNumber={number}&uploadId={upload}"
    named = {f"x-amz-copy-source{name}": value for name, value in headers.items()}
    source = {"x-amz-copy-source": "inbox/raw"}
    return buckets.answer(Request("PUT", TARGET, query, source | named, b""))


def completed(
    buckets: StubBuckets, upload: str, etags: list[str], headers: Mapping[str, str] | None = None
) -> Answer:
    parts = "".join(
        f"<Part><ETag>{etag}</ETag><PartNumber>{number}</PartNumber></Part>"
        for number, etag in enumerate(etags, start=1)
    )
    body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
    return buckets.answer(Request("POST", TARGET, f"uploadId={upload}", headers or {}, body))


def etag_of(answer: Answer) -> str:
    found = re.search(r"<ETag>(.*)</ETag>", answer.body.decode())
    assert found
    return found[1]


def test_object_of_parts_is_what_was_sent_and_then_what_was_copied(buckets: StubBuckets) -> None:
    upload = begun(buckets)
    first = sent(buckets, upload, 1, FIRST)
    second = etag_of(copied(buckets, upload, 2, **{"-range": "bytes=4-9"}))
    assert completed(buckets, upload, [first, second]).status == 200
    assert buckets.answer(request("GET")).body == FIRST + b"456789"


def test_object_is_not_there_before_its_upload_is_complete(buckets: StubBuckets) -> None:
    sent(buckets, begun(buckets), 1, FIRST)
    assert buckets.answer(request("GET")).status == 404


def test_part_that_is_too_small_is_refused_unless_it_is_the_last(buckets: StubBuckets) -> None:
    upload = begun(buckets)
    etags = [sent(buckets, upload, number, b"small") for number in (1, 2)]
    assert b"EntityTooSmall" in completed(buckets, upload, etags).body
    assert completed(buckets, upload, etags[:1]).status == 200


def test_part_under_another_etag_is_refused(buckets: StubBuckets) -> None:
    upload = begun(buckets)
    sent(buckets, upload, 1, FIRST)
    assert b"InvalidPart" in completed(buckets, upload, ["other"]).body


def test_copy_of_a_source_that_has_changed_is_refused(buckets: StubBuckets) -> None:
    assert copied(buckets, begun(buckets), 1, **{"-if-match": "other"}).status == 412


def test_copy_from_behind_the_end_is_refused(buckets: StubBuckets) -> None:
    assert copied(buckets, begun(buckets), 1, **{"-range": "bytes=10-19"}).status == 416


def test_complete_upload_does_not_replace_an_object_that_must_be_absent(
    buckets: StubBuckets,
) -> None:
    buckets.answer(request("PUT", body=b"first"))
    upload = begun(buckets)
    etag = sent(buckets, upload, 1, FIRST)
    assert completed(buckets, upload, [etag], {"if-none-match": "*"}).status == 412
    assert buckets.answer(request("GET")).body == b"first"


def test_parts_are_listed_with_their_size(buckets: StubBuckets) -> None:
    upload = begun(buckets)
    copied(buckets, upload, 2, **{"-range": "bytes=4-9"})
    etag = sent(buckets, upload, 1, b"small")
    listed = buckets.answer(request("GET", query=f"uploadId={upload}")).body.decode()
    assert re.findall(r"<PartNumber>(.)</PartNumber>", listed) == ["1", "2"]
    assert re.findall(r"<Size>(.)</Size>", listed) == ["5", "6"]
    assert etag in listed


def test_object_of_another_size_than_the_caller_says_is_refused(buckets: StubBuckets) -> None:
    upload = begun(buckets)
    etag = sent(buckets, upload, 1, b"small")
    size = {"x-amz-mp-object-size": "6"}
    assert completed(buckets, upload, [etag], size).status == 400
    assert completed(buckets, upload, [etag], {"x-amz-mp-object-size": "5"}).status == 200


def test_upload_that_was_given_up_takes_no_more_parts(buckets: StubBuckets) -> None:
    upload = begun(buckets)
    assert buckets.answer(request("DELETE", query=f"uploadId={upload}")).status == 204
    assert copied(buckets, upload, 1).status == 404
    assert completed(buckets, upload, []).status == 404
