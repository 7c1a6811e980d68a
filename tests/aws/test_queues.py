from typing import Any

import pytest

from scanloft.aws.queues import Queue
from scanloft.core.blueprint import SUMMARISE, SUMMARISE_QUEUE
from scanloft.core.errors import Unavailable
from tests.support.cloud import PLACE, Cloud
from tests.support.disturbances import calls_listed


def summarise_queue(cloud: Cloud) -> Queue:
    return Queue(PLACE.queue_url(SUMMARISE_QUEUE), cloud.sqs)


def test_all_messages_arrive_ten_a_call(cloud: Cloud) -> None:
    bodies = [f"message {place}" for place in range(23)]
    with calls_listed(cloud) as calls:
        summarise_queue(cloud).send_many(bodies)
        summarise_queue(cloud).send_many([])
    assert calls == ["SendMessageBatch"] * 3
    received = cloud.received(SUMMARISE_QUEUE) + cloud.received(SUMMARISE_QUEUE)
    assert sorted(record["body"] for record in received) == sorted(bodies)


def test_a_delayed_message_is_not_seen_at_once(cloud: Cloud) -> None:
    summarise_queue(cloud).send_many(["later"], delay_s=60)
    assert cloud.waiting(SUMMARISE) == 0
    assert cloud.received(SUMMARISE_QUEUE) == []


def test_messages_that_were_not_taken_are_an_error(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer: dict[str, Any] = {"Failed": [{"Id": "0", "Code": "InternalError"}]}
    monkeypatch.setattr(cloud.sqs, "send_message_batch", lambda **_: answer, raising=False)
    with pytest.raises(Unavailable):
        summarise_queue(cloud).send_many(["a"])
