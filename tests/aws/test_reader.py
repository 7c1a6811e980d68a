import io
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanloft.aws import reader
from scanloft.aws.reader import opened
from scanloft.core.errors import NotFound
from tests.support.cloud import Cloud
from tests.support.disturbances import calls_listed

BODY = os.urandom(5000)
STEPS = st.lists(
    st.tuples(st.just("read"), st.integers(-1, 3000))
    | st.tuples(st.just("seek"), st.integers(0, 6000)),
    max_size=8,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_an_object_is_read_like_a_file(cloud: Cloud, steps: list[tuple[str, int]]) -> None:
    cloud.archive.put("a", BODY)
    remote, local = opened(cloud.archive, "a", size_bytes=len(BODY)), io.BytesIO(BODY)
    for act, number in steps:
        assert getattr(remote, act)(number) == getattr(local, act)(number)
        assert remote.tell() == local.tell()


def test_only_what_is_asked_for_is_read(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BUFFER_BYTES", 100)
    cloud.archive.put("a", BODY)
    with calls_listed(cloud) as calls, opened(cloud.archive, "a", size_bytes=5000) as file:
        file.seek(-50, io.SEEK_END)
        assert file.read(30) == BODY[-50:-20]
        file.seek(5, io.SEEK_CUR)
        assert file.read() == BODY[-15:]
    assert 1 <= len(calls) <= 2


def test_an_empty_object_is_read_without_a_call(cloud: Cloud) -> None:
    with calls_listed(cloud) as calls:
        assert opened(cloud.archive, "a", size_bytes=0).read() == b""
    assert calls == []


def test_an_object_that_is_gone_is_not_found(cloud: Cloud) -> None:
    with pytest.raises(NotFound):
        opened(cloud.archive, "a", size_bytes=10).read()
