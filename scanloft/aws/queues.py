"""Sending to an SQS queue."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scanloft.aws.errors import MESSAGE_BY_ERROR, translated
from scanloft.core.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SEND_LIMIT = 10
"""How many messages one SendMessageBatch call takes."""


class Queue:
    """One queue."""

    def __init__(self, url: str, client: "SQSClient") -> None:
        self._url = url
        self._client = client

    def send_many(self, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        """Sends messages, ten a call, each to be seen after `delay_s` seconds.

        Raises:
            Unavailable: some were not taken; sending all again is the remedy.
        """
        for start in range(0, len(bodies), SEND_LIMIT):
            with translated("SendMessageBatch"):
                answer = self._client.send_message_batch(
                    QueueUrl=self._url,
                    Entries=[
                        {"Id": str(place), "MessageBody": body, "DelaySeconds": delay_s}
                        for place, body in enumerate(bodies[start : start + SEND_LIMIT])
                    ],
                )
            if answer.get("Failed"):
                raise Unavailable(MESSAGE_BY_ERROR[Unavailable], operation="SendMessageBatch")
