from collections.abc import Callable

import pytest

from functions.anonymise.handler import gate
from scanloft.aws.batches import Delivery
from scanloft.core.arrivals import arrivals
from scanloft.core.blueprint import ANONYMISE
from scanloft.core.errors import Unavailable
from tests.support.cloud import Cloud
from tests.support.disturbances import disturbed
from tests.support.images import image

OTHER = image(pixels=b"\2" * 32)
Prepare = Callable[[Cloud], object]


def archived_first(*, then: bytes) -> Prepare:
    """An image that was archived before another one comes."""

    def prepare(cloud: Cloud) -> None:
        cloud.project()
        cloud.send(image())
        cloud.settle()
        cloud.send(then, upload="u2")

    return prepare


def sent(raw: bytes, **more: str | bool) -> Prepare:
    def prepare(cloud: Cloud) -> None:
        cloud.configure(whole_object_bytes=3000, ranged_limit_bytes=3000)
        cloud.project()
        cloud.send(raw, **more)  # type: ignore[arg-type]  # each has its type in `send`

    return prepare


SITUATIONS = {
    "archived": sent(image()),
    "quarantined": sent(image()[:-10]),
    "ignored": sent(b"just a note"),
    "duplicate": archived_first(then=image()),
}
MORE_SITUATIONS = {
    "unknown project": sent(image(), project="nowhere"),
    "undeclared": sent(image(), declared=False),
    "over DICOM": sent(image(), upload="dicom-1", declared=False),
    "conflict": archived_first(then=OTHER),
}


def test_large_objects_come_through_in_chunks_and_none_is_begun_without_time(
    alpha: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.anonymise.gate.CHUNK_BYTES", 2 * len(image()))
    alpha.send(*(image(number) for number in range(1, 6)))
    deliveries = [
        Delivery(arrival, attempt=1)
        for record in alpha.received(ANONYMISE.source)  # type: ignore[arg-type]  # it has a queue
        for arrival in arrivals(record["body"])
    ]
    time_left = iter([100.0, 10.0])
    batch = gate().pass_batch(deliveries, seconds_left=lambda: next(time_left))
    assert [type(outcome) for outcome in batch.outcomes] == [type(None)] * 4 + [Unavailable]
    assert len(batch.passed) == 4
    assert len(alpha.keys(alpha.inbox)) == 1
    again = gate().pass_batch(deliveries, seconds_left=lambda: 100.0)
    assert list(again.outcomes) == [None] * 5
    assert alpha.kinds() == ["archived"] * 5


def check(prepare: Prepare) -> None:
    calls, differing = disturbed(prepare, ANONYMISE)
    assert len(calls) >= 6
    assert calls[-1] == "DeleteObjects"
    assert differing == []


@pytest.mark.parametrize("prepare", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_a_disturbance_at_any_call_leaves_no_trace_after_redelivery(prepare: Prepare) -> None:
    check(prepare)


def test_nor_does_it_with_an_oversized_object() -> None:
    check(sent(image(pixels=b"\1" * 4000)))


@pytest.mark.slow
@pytest.mark.parametrize("prepare", MORE_SITUATIONS.values(), ids=MORE_SITUATIONS.keys())
def test_nor_does_it_with_the_rarer_kinds_of_objects(prepare: Prepare) -> None:
    check(prepare)
