"""Batches of an SQS event source: messages in, the partial failures that Lambda expects out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from scanloft.core.arrivals import Arrival, arrivals


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a batch; `attempt` counts its deliveries from 1."""

    body: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A new object that a message tells of; `attempt` counts the message's deliveries from 1."""

    arrival: Arrival
    attempt: int


Outcome = Exception | None
"""None: done, never deliver again. An exception: deliver again."""


def answer_batch(
    event: Mapping[str, Any], process: Callable[[Sequence[Message]], Sequence[Outcome]]
) -> dict[str, Any]:
    """Processes the messages of the event together and names those to be delivered again.

    `process` gets all messages at once, so that their waits can overlap, and gives an outcome for
    each, in order. The answer has the shape of `ReportBatchItemFailures`.
    """
    records = event["Records"]
    outcomes = process([_message(record) for record in records])
    outcome_by_message = {
        record["messageId"]: outcome for record, outcome in zip(records, outcomes, strict=True)
    }

    def settle(record: SQSRecord) -> None:
        outcome = outcome_by_message[record.message_id]
        if outcome is not None:
            raise outcome

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(
        process_partial_response(event=dict(event), record_handler=settle, processor=processor)
    )


def answer_arrivals(
    event: Mapping[str, Any], process: Callable[[Sequence[Delivery]], Sequence[Outcome]]
) -> dict[str, Any]:
    """The same for messages that tell of new objects; `process` gets the objects of all of them.

    A message is done when all of its objects are.
    """

    def process_messages(messages: Sequence[Message]) -> list[Outcome]:
        deliveries: list[Delivery] = []
        outcomes: list[Outcome] = [None] * len(messages)
        places: list[int] = []
        for place, message in enumerate(messages):
            try:
                found = arrivals(message.body)
            except ValueError as error:
                outcomes[place] = error
                continue
            deliveries.extend(Delivery(arrival, message.attempt) for arrival in found)
            places.extend([place] * len(found))
        for place, outcome in zip(places, process(deliveries), strict=True):
            outcomes[place] = outcomes[place] or outcome
        return outcomes

    return answer_batch(event, process_messages)


def _message(record: Mapping[str, Any]) -> Message:
    attempt = int(record["attributes"]["ApproximateReceiveCount"])
    return Message(body=record["body"], attempt=attempt)
