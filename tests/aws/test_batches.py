from collections.abc import Sequence

from scanloft.aws.batches import Delivery, Message, Outcome, answer_arrivals, answer_batch
from tests.support.events import batch, notification, record


def failed(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [entry["itemIdentifier"] for entry in answer["batchItemFailures"]]


def test_a_batch_is_processed_together_and_only_failures_are_named() -> None:
    records = [record("a"), record("b", attempt=4), record("c")]
    seen: list[Sequence[Message]] = []

    def process(messages: Sequence[Message]) -> list[Outcome]:
        seen.append(messages)
        return [None, ValueError("b"), None]

    answer = answer_batch({"Records": records}, process)
    assert seen == [[Message("a", 1), Message("b", 4), Message("c", 1)]]
    assert failed(answer) == [records[1]["messageId"]]


def test_a_batch_that_fails_altogether_is_answered_and_not_raised() -> None:
    records = batch(["a", "b"])
    answer = answer_batch({"Records": records}, lambda messages: [OSError()] * len(messages))
    assert failed(answer) == [entry["messageId"] for entry in records]


def test_a_message_is_done_when_all_of_its_objects_are() -> None:
    records = batch([notification("a"), notification("b"), "garbage"], attempt=2)
    seen: list[Delivery] = []

    def process(deliveries: Sequence[Delivery]) -> list[Outcome]:
        seen.extend(deliveries)
        return [OSError() if one.arrival.key == "b" else None for one in deliveries]

    answer = answer_arrivals({"Records": records}, process)
    assert [(one.arrival.key, one.attempt) for one in seen] == [("a", 2), ("b", 2)]
    assert failed(answer) == [entry["messageId"] for entry in records[1:]]


def test_a_message_that_tells_of_no_object_is_done() -> None:
    records = batch(['{"Event": "s3:TestEvent"}'])
    assert failed(answer_arrivals({"Records": records}, lambda _: [])) == []
