import base64
import hashlib
import io
import json
from typing import Any

import pytest
from urllib3.exceptions import ProtocolError

from scanloft.aws.objects import ObjectStore, StoredObject
from scanloft.core.errors import Conflict, NotFound, Oversized, Unavailable
from tests.support.cloud import Cloud
from tests.support.disturbances import calls_listed

BODY = bytes(range(100))


@pytest.fixture
def store(cloud: Cloud) -> ObjectStore:
    return cloud.archive


def test_an_object_is_read_as_it_was_put(store: ObjectStore) -> None:
    store.put("a/b", BODY, metadata={"sha256": "00"}, content_type="application/dicom")
    assert store.get("a/b") == StoredObject(BODY, 100, {"sha256": "00"})
    assert store.metadata("a/b") == {"sha256": "00"}


def test_a_file_may_be_put_too(store: ObjectStore) -> None:
    store.put("a", io.BytesIO(BODY))
    assert store.get("a").body == BODY


@pytest.mark.parametrize(
    ("offset", "length", "expected"),
    [(0, 10, BODY[:10]), (10, 5, BODY[10:15]), (90, 50, BODY[90:]), (99, None, BODY[99:]),
     (0, 1000, BODY), (0, None, BODY)],
)  # fmt: skip
def test_a_range_is_given_with_the_size_of_the_whole(
    store: ObjectStore, offset: int, length: int | None, expected: bytes
) -> None:
    store.put("a", BODY, metadata={"k": "v"})
    found = store.get("a", offset=offset, length=length)
    assert found == StoredObject(expected, 100, {"k": "v"})


def test_an_empty_range_is_not_asked_for(store: ObjectStore) -> None:
    store.put("a", BODY)
    with pytest.raises(ValueError, match="empty range"):
        store.get("a", offset=5, length=0)


def test_an_object_above_the_limit_is_not_read(store: ObjectStore) -> None:
    store.put("a", BODY)
    assert store.get("a", limit_bytes=len(BODY)).body == BODY
    with pytest.raises(Oversized):
        store.get("a", limit_bytes=len(BODY) - 1)


def test_what_is_not_there_is_not_found(store: ObjectStore) -> None:
    for act in (store.get, store.metadata, lambda key: store.copy(key, "b")):
        with pytest.raises(NotFound):
            act("nowhere")


def test_what_s3_knows_of_an_object_is_told_without_reading_it(cloud: Cloud) -> None:
    cloud.archive.put("a", BODY, metadata={"k": "v"})
    with calls_listed(cloud) as calls:
        facts = cloud.archive.facts("a")
    assert calls == ["HeadObject"]
    assert (facts.size_bytes, facts.metadata) == (100, {"k": "v"})
    assert facts.sha256_hex == hashlib.sha256(BODY).hexdigest()
    cloud.archive.put("a", BODY[::-1])
    assert cloud.archive.facts("a").etag != facts.etag


@pytest.mark.parametrize("is_seekable_file", [False, True])
def test_every_object_that_is_put_has_a_checksum_that_s3_compared(
    cloud: Cloud, is_seekable_file: bool
) -> None:
    cloud.archive.put("a", io.BytesIO(BODY) if is_seekable_file else BODY)
    assert cloud.archive.facts("a").sha256_hex == hashlib.sha256(BODY).hexdigest()


@pytest.mark.parametrize(("offset", "length"), [(0, 1), (10, 5), (99, 1), (0, 100)])
def test_exactly_the_bytes_of_a_known_content_are_read(
    store: ObjectStore, offset: int, length: int
) -> None:
    store.put("a", BODY)
    found = store.read("a", offset=offset, length=length, of=store.facts("a"))
    assert found == BODY[offset : offset + length]


@pytest.mark.parametrize(
    "other",
    [
        {"ETag": '"other"'},
        {"ContentRange": "bytes 11-15/100"},
        {"ContentRange": "bytes 10-14/101"},
        {"ContentRange": None},
        {"Body": io.BytesIO(b"four")},
    ],
    ids=["other content", "other range", "other size", "no range", "too short"],
)
def test_an_answer_other_than_what_was_asked_for_is_never_taken(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, other: dict[str, Any]
) -> None:
    cloud.archive.put("a", BODY)
    facts = cloud.archive.facts("a")
    answer = {
        "ETag": facts.etag,
        "ContentRange": "bytes 10-14/100",
        "Body": io.BytesIO(BODY[10:15]),
    }
    monkeypatch.setattr(cloud.s3, "get_object", lambda **_: answer, raising=False)
    assert cloud.archive.read("a", offset=10, length=5, of=facts) == BODY[10:15]
    answer |= {"Body": io.BytesIO(BODY[10:15])} | other
    with pytest.raises(Unavailable):
        cloud.archive.read("a", offset=10, length=5, of=facts)


def test_s3_itself_is_asked_for_the_content_that_is_meant(store: ObjectStore) -> None:
    store.put("a", BODY)
    facts = store.facts("a")
    store.put("a", BODY[::-1])
    with pytest.raises(Unavailable, match="replaced"):
        store.read("a", offset=10, length=5, of=facts)
    store.delete(["a"])
    with pytest.raises(NotFound):
        store.read("a", offset=10, length=5, of=facts)


def test_a_range_beyond_the_end_is_an_error_and_not_an_answer(store: ObjectStore) -> None:
    store.put("a", BODY)
    with pytest.raises(Unavailable):
        store.get("a", offset=100, length=1)


def test_a_key_is_put_once_where_that_is_asked_for(store: ObjectStore) -> None:
    store.put("a", b"first", only_if_absent=True)
    with pytest.raises(Conflict):
        store.put("a", b"second", only_if_absent=True)
    assert store.get("a").body == b"first"
    store.put("a", b"third")
    assert store.get("a").body == b"third"


def test_the_checksum_goes_with_the_object(cloud: Cloud) -> None:
    digest, sent = hashlib.sha256(BODY), []

    def note(request: Any, **_: object) -> None:
        sent.append(request.headers["x-amz-checksum-sha256"])

    event = "before-send.s3.PutObject"
    cloud.s3.meta.events.register(event, note)
    try:
        cloud.archive.put("a", BODY, sha256_hex=digest.hexdigest())
    finally:
        cloud.s3.meta.events.unregister(event, note)
    assert sent == [base64.b64encode(digest.digest())]


def test_a_copy_is_the_same_with_its_metadata(store: ObjectStore) -> None:
    store.put("a", BODY, metadata={"k": "v"})
    store.copy("a", "quarantine/a")
    assert store.get("quarantine/a") == store.get("a")


def test_more_keys_than_a_call_takes_are_all_deleted(cloud: Cloud) -> None:
    cloud.archive.put("b", BODY)
    keys = [f"a/{place:04}" for place in range(1001)]
    for key in (keys[0], keys[999], keys[1000]):
        cloud.archive.put(key, b"")
    with calls_listed(cloud) as calls:
        cloud.archive.delete(keys)
        cloud.archive.delete([])
    assert calls == ["DeleteObjects"] * 2
    assert cloud.keys(cloud.archive) == ["b"]


def test_a_key_that_could_not_be_deleted_is_an_error(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = {"Errors": [{"Key": "a", "Code": "InternalError"}]}
    monkeypatch.setattr(cloud.s3, "delete_objects", lambda **_: refusal, raising=False)
    with pytest.raises(Unavailable):
        cloud.archive.delete(["a"])


def test_keys_come_in_order_and_below_the_prefix_only(store: ObjectStore) -> None:
    for key in ("b/1", "a/2", "a/1", "ab"):
        store.put(key, b"")
    assert list(store.keys("a/")) == ["a/1", "a/2"]
    assert list(store.keys("c")) == []


def test_an_answer_that_breaks_off_is_unavailable(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def read(self) -> bytes:
            raise ProtocolError("CANARY")

    answer: dict[str, Any] = {"Body": Broken(), "Metadata": {}}
    monkeypatch.setattr(cloud.s3, "get_object", lambda **_: answer, raising=False)
    with pytest.raises(Unavailable) as caught:
        cloud.archive.get("a")
    assert "CANARY" not in str(caught.value)


def test_a_signed_address_names_the_object_its_time_and_the_headers_of_the_answer(
    store: ObjectStore,
) -> None:
    headers = {"ResponseContentType": "application/dicom"}
    url = store.signed_get("dicom/a b", ttl_s=60, headers=headers)
    assert "/dicom/a%20b?" in url
    assert "X-Amz-Expires=60&" in url
    assert "response-content-type=application%2Fdicom" in url
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url


def test_a_signed_form_is_bound_to_prefix_size_checksum_and_time(store: ObjectStore) -> None:
    form = store.signed_post("dicom/alpha/u1/", size_limit_bytes=1000, ttl_s=60)
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    conditions = policy["conditions"]
    assert ["starts-with", "$key", "dicom/alpha/u1/"] in conditions
    assert ["content-length-range", 0, 1000] in conditions
    assert {"x-amz-checksum-algorithm": "SHA256"} in conditions
    assert ["starts-with", "$x-amz-checksum-sha256", ""] in conditions
    assert {"bucket": store.bucket} in conditions
    assert policy["expiration"]
    assert form.fields["x-amz-checksum-algorithm"] == "SHA256"
    assert "key" not in form.fields
    assert store.bucket in form.url
    # S3 refuses fields that the policy does not name: who uploads sets no metadata.
    assert "x-amz-meta-" not in json.dumps([conditions, dict(form.fields)])
