import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from infra.local import pump as pump_module
from infra.local.place import queue_url
from infra.local.pump import Pump, function_named
from scanloft.core.blueprint import INGEST, INGEST_QUEUE, Queue
from tests.support.cloud import SERVICES, Cloud

QUEUE = replace(INGEST_QUEUE, batch_size=15, batch_window_s=0)
Answer = Callable[[list[Mapping[str, Any]]], Mapping[str, Any]]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pump_module, "WAIT_S", 0)


class Fed:
    """A pump, and the batches that its handler got."""

    def __init__(self, cloud: Cloud, answer: Answer, *, queue: Queue = QUEUE) -> None:
        self.batches: list[list[Mapping[str, Any]]] = []
        self._answer = answer
        url = queue_url(SERVICES, queue)
        self.pump = Pump(queue, self._handle, url=url, sqs=cloud.sqs, name="ingest")

    def _handle(self, event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
        assert getattr(context, "function_name", "") == "ingest"
        self.batches.append(event["Records"])
        return self._answer(event["Records"])

    @property
    def bodies(self) -> list[list[str]]:
        return [[record["body"] for record in batch] for batch in self.batches]


def send(cloud: Cloud, *bodies: str) -> None:
    for body in bodies:
        cloud.sqs.send_message(QueueUrl=queue_url(SERVICES, QUEUE), MessageBody=body)


def see_again(cloud: Cloud, fed: Fed) -> None:
    """Lets the visibility timeout of the last batch pass."""
    for record in fed.batches[-1]:
        cloud.sqs.change_message_visibility(
            QueueUrl=queue_url(SERVICES, QUEUE),
            ReceiptHandle=record["receiptHandle"],
            VisibilityTimeout=0,
        )


def all_done(_: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {"batchItemFailures": []}


def test_what_is_done_is_gone(cloud: Cloud) -> None:
    send(cloud, "a", "b")
    fed = Fed(cloud, all_done)
    assert fed.pump.feed() == 2
    assert fed.pump.feed() == 0
    assert fed.bodies == [["a", "b"]]
    (first, _) = fed.batches[0]
    assert first["eventSource"] == "aws:sqs"
    assert first["attributes"]["ApproximateReceiveCount"] == "1"


def test_what_failed_is_seen_again_alone_and_counted(cloud: Cloud) -> None:
    def second_fails(records: list[Mapping[str, Any]]) -> Mapping[str, Any]:
        failed = [record["messageId"] for record in records if record["body"] == "b"]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}

    send(cloud, "a", "b", "c")
    fed = Fed(cloud, second_fails)
    assert fed.pump.feed() == 2
    assert fed.pump.feed() == 0  # it is hidden for a while
    cloud.sqs.change_message_visibility(
        QueueUrl=queue_url(SERVICES, QUEUE),
        ReceiptHandle=fed.batches[0][1]["receiptHandle"],
        VisibilityTimeout=0,
    )
    fed.pump.feed()
    assert fed.bodies == [["a", "b", "c"], ["b"]]
    assert fed.batches[1][0]["attributes"]["ApproximateReceiveCount"] == "2"


def test_all_of_a_batch_stays_when_the_handler_raises_and_no_value_is_logged(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: list[Mapping[str, Any]]) -> Mapping[str, Any]:
        raise RuntimeError("CANARY^Ann")

    send(cloud, "a", "b")
    fed = Fed(cloud, fail)
    with caplog.at_level(logging.ERROR):
        assert fed.pump.feed() == 0
    (entry,) = caplog.records
    assert entry.getMessage().startswith("function failed: RuntimeError\n")
    assert "CANARY" not in caplog.text
    see_again(cloud, fed)
    fed.pump.feed()
    assert fed.bodies == [["a", "b"], ["a", "b"]]


def test_what_fails_too_often_ends_in_the_dead_letter_queue(cloud: Cloud) -> None:
    def fail(_: list[Mapping[str, Any]]) -> Mapping[str, Any]:
        raise RuntimeError

    send(cloud, "poison")
    fed = Fed(cloud, fail)
    for _ in range(QUEUE.receive_limit):
        fed.pump.feed()
        see_again(cloud, fed)
    fed.pump.feed()
    assert len(fed.batches) == QUEUE.receive_limit
    assert (cloud.waiting(INGEST), cloud.waiting(INGEST, dead_letters=True)) == (0, 1)


def test_a_batch_is_handed_over_when_it_is_full(cloud: Cloud) -> None:
    send(cloud, *map(str, range(20)))
    fed = Fed(cloud, all_done, queue=replace(QUEUE, batch_window_s=30))
    assert fed.pump.feed() == 15
    assert len(fed.batches[0]) == 15


def test_a_batch_is_handed_over_when_its_window_has_passed(cloud: Cloud) -> None:
    send(cloud, "a")
    fed = Fed(cloud, all_done, queue=replace(QUEUE, batch_window_s=0.2))  # type: ignore[arg-type]  # seconds are too long for a test
    started = time.monotonic()
    assert fed.pump.feed() == 1
    assert 0.2 <= time.monotonic() - started < 5


def test_a_stopped_pump_finishes_the_batch_in_hand(cloud: Cloud) -> None:
    send(cloud, "a")

    def stop(_: list[Mapping[str, Any]]) -> Mapping[str, Any]:
        fed.pump.stop()
        return {"batchItemFailures": []}

    fed = Fed(cloud, stop)
    fed.pump.run()
    assert fed.bodies == [["a"]]
    assert cloud.waiting(INGEST) == 0


def test_functions_are_found_by_name() -> None:
    assert function_named("ingest") is INGEST
