from benchmarks.stub_buckets import StubBuckets
from benchmarks.stub_messages import Request


def request(method: str, path: str = "/bucket/key", **parts: object) -> Request:
    values: dict[str, object] = {"query": "", "headers": {}, "body": b""}
    return Request(method=method, path=path, **(values | parts))  # type: ignore[arg-type]  # as given


def test_object_comes_back_with_the_metadata_it_was_put_with() -> None:
    buckets = StubBuckets()
    buckets.answer(request("PUT", body=b"pixels", headers={"x-amz-meta-sha256": "abc"}))
    answer = buckets.answer(request("GET"))
    assert (answer.status, answer.body) == (200, b"pixels")
    assert answer.headers["x-amz-meta-sha256"] == "abc"


def test_range_of_an_object_says_how_large_the_whole_is() -> None:
    buckets = StubBuckets()
    buckets.answer(request("PUT", body=b"0123456789"))
    answer = buckets.answer(request("GET", headers={"range": "bytes=2-99"}))
    assert (answer.status, answer.body) == (206, b"23456789")
    assert answer.headers["Content-Range"] == "bytes 2-9/10"


def test_second_put_of_a_key_that_must_be_absent_is_refused() -> None:
    buckets = StubBuckets()
    only_new = request("PUT", body=b"1", headers={"if-none-match": "*"})
    assert [buckets.answer(only_new).status for _ in range(2)] == [200, 412]


def test_deleted_object_is_gone() -> None:
    buckets = StubBuckets()
    buckets.answer(request("PUT", body=b"1"))
    body = b"<Delete><Object><Key>key</Key></Object></Delete>"
    buckets.answer(request("POST", "/bucket", query="delete", body=body))
    assert buckets.answer(request("GET")).status == 404


def test_range_behind_the_end_is_refused() -> None:
    buckets = StubBuckets()
    buckets.answer(request("PUT", body=b"0123456789"))
    assert buckets.answer(request("GET", headers={"range": "bytes=10-19"})).status == 416


def test_read_of_an_object_that_has_changed_is_refused() -> None:
    buckets = StubBuckets()
    etag = buckets.answer(request("PUT", body=b"first")).headers["ETag"]
    buckets.answer(request("PUT", body=b"second"))
    assert buckets.answer(request("GET", headers={"if-match": etag})).status == 412


def test_copy_has_the_content_and_the_metadata_of_its_source() -> None:
    buckets = StubBuckets()
    buckets.answer(request("PUT", body=b"pixels", headers={"x-amz-meta-source": "abc"}))
    buckets.answer(request("PUT", "/bucket/copy", headers={"x-amz-copy-source": "bucket/key"}))
    answer = buckets.answer(request("GET", "/bucket/copy"))
    assert (answer.body, answer.headers["x-amz-meta-source"]) == (b"pixels", "abc")


def test_checksum_comes_with_the_whole_object_and_not_with_a_part_of_it() -> None:
    buckets = StubBuckets()
    buckets.answer(request("PUT", body=b"pixels", headers={"x-amz-checksum-sha256": "sum"}))
    whole, part = (
        buckets.answer(request("GET", headers=headers)) for headers in ({}, {"range": "bytes=0-1"})
    )
    assert whole.headers["x-amz-checksum-sha256"] == "sum"
    assert "x-amz-checksum-sha256" not in part.headers
