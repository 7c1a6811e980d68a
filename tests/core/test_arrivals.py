import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.arrivals import Arrival, arrivals
from tests.support.events import notification


@given(st.text(min_size=1).filter(lambda text: text.isprintable()), st.integers(0, 2**40))
def test_a_key_is_read_as_it_was_before_s3_quoted_it(key: str, size_bytes: int) -> None:
    body = notification(key, size_bytes=size_bytes, etag="e")
    assert arrivals(body) == [Arrival(key, size_bytes, "e")]


@pytest.mark.parametrize(
    ("quoted", "key"),
    [
        ("dicom%2Falpha%2Fu1%2F0", "dicom/alpha/u1/0"),
        ("a+b", "a b"),
        ("a%2Bb", "a+b"),
        ("a/b", "a/b"),
    ],
)
def test_quoting_is_undone(quoted: str, key: str) -> None:
    body = json.dumps({"Records": [{"s3": {"object": {"key": quoted}}}]})
    assert arrivals(body) == [Arrival(key, 0, "")]


def test_one_message_may_tell_of_several_objects() -> None:
    (record,) = json.loads(notification("a"))["Records"]
    (other,) = json.loads(notification("b"))["Records"]
    assert [a.key for a in arrivals(json.dumps({"Records": [record, other]}))] == ["a", "b"]


def test_the_test_event_of_a_new_notification_tells_of_none() -> None:
    assert arrivals('{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}') == []


@pytest.mark.parametrize(
    "body",
    ["", "garbage", "{}", '{"Records": null}', '{"Records": [{}]}', '{"Records": [null]}',
     '{"Records": [{"s3": {"object": {}}}]}', '{"Records": [{"s3": {"object": "key"}}]}',
     '{"Records": [{"s3": {"object": {"key": "a", "size": "many"}}}]}'],
)  # fmt: skip
def test_what_is_no_event_of_s3_is_a_value_error(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the kind is the promise, not the message
        arrivals(body)


@pytest.mark.parametrize("body", ["[]", "7", "null", '"text"'])
def test_json_that_is_no_object_is_a_value_error(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # as above
        arrivals(body)
