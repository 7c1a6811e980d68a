"""The event source of one function: what AWS does between an SQS queue and a Lambda function.

Messages are collected to a batch until it is full or its window has passed. Those that the
handler names as failed, or all when it raises, stay in the queue, are seen again after the
visibility timeout and end in the dead-letter queue after the receive limit.
"""

import importlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from infra.local import logs
from infra.local.context import LocalContext
from infra.local.place import queue_url
from scanloft.aws import clients
from scanloft.core.blueprint import FUNCTIONS, Function, Queue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Handler = Callable[[Mapping[str, Any], object], Mapping[str, Any]]
RECEIVE_LIMIT = 10
WAIT_S = 1

logger = logging.getLogger(__name__)


class Pump:
    """Feeds a handler from a queue."""

    def __init__(
        self, queue: Queue, handler: Handler, *, url: str, sqs: "SQSClient", name: str
    ) -> None:
        self._queue = queue
        self._handler = handler
        self._url = url
        self._sqs = sqs
        self._name = name
        self._stopping = False

    def stop(self) -> None:
        """Lets the batch in hand be finished, then ends `run`."""
        self._stopping = True

    def run(self) -> None:
        """Feeds batches until stopped."""
        while not self._stopping:
            self.feed()

    def feed(self) -> int:
        """Feeds one batch, if there is any; the number of messages that are done."""
        batch = self._collect()
        if not batch:
            return 0
        event = {"Records": [_record(message) for message in batch]}
        try:
            answer = self._handler(event, LocalContext(function_name=self._name))
        except Exception as error:  # noqa: BLE001  # the edge, as Lambda itself is
            logger.error("function failed: %s", logs.places(error))
            return 0
        failed = {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}
        done = [message for message in batch if message["MessageId"] not in failed]
        self._delete(done)
        return len(done)

    def _collect(self) -> list[Any]:
        batch = self._receive(self._queue.batch_size)
        closes_at = time.monotonic() + self._queue.batch_window_s
        while batch and len(batch) < self._queue.batch_size and not self._stopping:
            if time.monotonic() > closes_at:
                break
            batch += self._receive(self._queue.batch_size - len(batch))
        return batch

    def _receive(self, wanted: int) -> list[Any]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(wanted, RECEIVE_LIMIT),
            WaitTimeSeconds=WAIT_S,
            MessageSystemAttributeNames=["All"],
        )
        return list(answer.get("Messages", ()))

    def _delete(self, messages: list[Any]) -> None:
        for start in range(0, len(messages), RECEIVE_LIMIT):
            self._sqs.delete_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]}
                    for place, message in enumerate(messages[start : start + RECEIVE_LIMIT])
                ],
            )


def _record(message: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


def function_named(name: str) -> Function:
    """The function of the blueprint with this name."""
    return next(function for function in FUNCTIONS if function.name == name)


def main() -> None:
    """Feeds the function named by the first argument until SIGTERM."""
    logs.set_up()
    function = function_named(sys.argv[1])
    if function.source is None:
        raise SystemExit(f"{function.name} is not fed from a queue.")
    pump = Pump(
        function.source,
        importlib.import_module(function.module).handler,
        url=queue_url(os.environ["AWS_ENDPOINT_URL"], function.source),
        sqs=clients.sqs(),
        name=function.name,
    )
    signal.signal(signal.SIGTERM, lambda *_: pump.stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pump.run()


if __name__ == "__main__":
    main()
