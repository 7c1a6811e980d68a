"""The pieces of the export function by themselves."""

import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.export.checkpoint import Checkpoint, Missing, checkpoint_of
from functions.export.parts import PartSink
from functions.export.reading import ahead
from scanloft.aws.multipart import MultipartUpload, Part
from scanloft.core.errors import Unavailable
from scanloft.core.zip_stream import ZipState
from tests.support.cloud import Cloud

PARTS = st.builds(Part, st.integers(0), st.text(), st.text() | st.none())
CHECKPOINTS = st.builds(
    Checkpoint,
    st.text(),
    st.integers(1),
    st.dictionaries(st.integers(1, 10_000), PARTS),
    st.binary(),
    st.builds(ZipState, st.integers(0), st.integers(0), st.binary()),
    st.integers(0),
    st.integers(0),
    st.lists(st.builds(Missing, st.text(), st.text())).map(tuple),
    st.integers(0),
)


@given(CHECKPOINTS)
def test_a_checkpoint_is_read_as_it_was_put_down(checkpoint: Checkpoint) -> None:
    assert checkpoint_of(checkpoint.to_bytes()) == checkpoint


def test_a_checkpoint_in_another_form_is_none() -> None:
    body = Checkpoint("u", 1).to_bytes().replace(b'"form": 1', b'"form": 2')
    assert checkpoint_of(body) is None


@given(st.lists(st.binary(max_size=30), max_size=12), st.integers(1, 25), st.integers(0, 12))
def test_bytes_become_parts_of_one_size_wherever_somebody_else_goes_on(
    blocks: list[bytes], part_bytes: int, stop: int
) -> None:
    upload = Kept()
    with PartSink(upload, part_bytes=part_bytes) as first:  # type: ignore[arg-type]  # as one
        for block in blocks[:stop]:
            first.write(block)
        first.settle()
        tail = first.tail
    with PartSink(upload, part_bytes=part_bytes, tail=tail) as second:  # type: ignore[arg-type]
        for block in blocks[stop:]:
            second.write(block)
        second.close()
    bodies = [upload.bodies[number] for number in sorted(upload.bodies)]
    assert b"".join(bodies) == b"".join(blocks)
    assert all(len(body) == part_bytes for body in bodies[:-1])
    assert sorted(upload.bodies) == list(range(1, len(bodies) + 1))


class Kept:
    """An upload that keeps what it gets."""

    def __init__(self) -> None:
        self.bodies: dict[int, bytes] = {}

    @property
    def parts(self) -> dict[int, bytes]:
        return self.bodies

    def upload(self, number: int, body: bytes) -> None:
        self.bodies[number] = bytes(body)


def test_an_upload_goes_on_with_the_parts_it_had(cloud: Cloud) -> None:
    first = cloud.archive.begun("a", metadata={}, content_type="x")
    first.upload(1, b"1" * 5 * 1024**2)
    second = cloud.archive.resumed("a", upload_id=first.upload_id, parts=first.parts)
    assert isinstance(second, MultipartUpload)
    second.upload(2, b"2")
    second.complete(size_bytes=5 * 1024**2 + 1)
    assert cloud.archive.get("a").body == b"1" * 5 * 1024**2 + b"2"


def test_an_upload_that_lacks_a_part_is_not_completed(cloud: Cloud) -> None:
    first = cloud.archive.begun("a", metadata={}, content_type="x")
    first.upload(1, b"1" * 5 * 1024**2)
    parts = {**first.parts, 2: Part(1, '"00"', None)}
    second = cloud.archive.resumed("a", upload_id=first.upload_id, parts=parts)
    with pytest.raises(Unavailable):
        second.complete(size_bytes=5 * 1024**2 + 1)


def test_results_come_in_order_and_no_more_work_is_begun_than_is_asked_for() -> None:
    begun: list[int] = []
    lock = threading.Lock()

    def work(item: int) -> int:
        with lock:
            begun.append(item)
        return item * 2

    found = ahead(iter(range(100)), work, count=3)
    assert next(found) == (0, 0)
    found.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(begun) <= 3
    assert list(ahead(iter(range(10)), work, count=3)) == [(n, n * 2) for n in range(10)]


@pytest.mark.parametrize("bad", [0, 1, 5])
def test_a_failure_comes_at_its_place(bad: int) -> None:
    def work(item: int) -> int:
        if item == bad:
            raise Unavailable("No.")
        return item

    def taken(found: Iterator[tuple[int, int]]) -> Callable[[], list[tuple[int, int]]]:
        return lambda: list(found)

    with pytest.raises(Unavailable):
        taken(ahead(iter(range(6)), work, count=2))()
