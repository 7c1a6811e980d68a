from collections.abc import Iterator

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from infra.local.faults import Crash, crash_after, wait_before

NAMES = st.from_regex(r"[A-Za-z]+", fullmatch=True)


class Dead(BaseException):
    """What a test dies of."""


def die() -> None:
    raise Dead


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.session.Session]:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with mock_aws():
        boto3.setup_default_session(region_name="us-east-1")
        assert boto3.DEFAULT_SESSION
        yield boto3.DEFAULT_SESSION


@given(st.builds(Crash, NAMES, NAMES, st.integers(0, 10**6)))
def test_a_crash_is_read_as_it_was_written(crash: Crash) -> None:
    assert Crash.parse(str(crash)) == crash


@pytest.mark.parametrize(
    "text",
    ["", "ingest", "ingest=PutItem", "ingest=PutItem:x", "=PutItem:1", "ingest=:1", "a=b:-1"],
)
def test_what_describes_no_crash_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="process=Operation:count"):
        Crash.parse(text)


def test_the_crash_comes_after_the_call_was_done(session: boto3.session.Session) -> None:
    crash_after("PutObject", 2, die=die)
    client = session.client("s3")
    client.create_bucket(Bucket="bucket")
    client.put_object(Bucket="bucket", Key="first")
    with pytest.raises(Dead):
        client.put_object(Bucket="bucket", Key="second")
    client.put_object(Bucket="bucket", Key="third")
    keys = [entry["Key"] for entry in client.list_objects_v2(Bucket="bucket")["Contents"]]
    assert keys == ["first", "second", "third"]


def test_a_call_that_fails_counts_as_answered(session: boto3.session.Session) -> None:
    crash_after("GetObject", 1, die=die)
    client = session.client("s3")
    client.create_bucket(Bucket="bucket")
    with pytest.raises(Dead):
        client.get_object(Bucket="bucket", Key="nowhere")


def test_a_wait_comes_before_the_calls_it_is_for(
    session: boto3.session.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_before({"PutObject": 0.2})
    client = session.client("s3")
    waits: list[float] = []
    monkeypatch.setattr("infra.local.faults.time.sleep", waits.append)
    client.create_bucket(Bucket="bucket")
    assert waits == []
    client.put_object(Bucket="bucket", Key="first")
    assert waits == [0.2]
