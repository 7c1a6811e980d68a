"""What AWS says to a function: S3 notifications in the messages of an SQS batch."""

import json
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_plus


def notification(key: str, *, size_bytes: int = 1, etag: str = "0" * 32) -> str:
    """The body of a message by which S3 tells of a new object, its key quoted as S3 does."""
    described = {"key": quote_plus(key), "size": size_bytes, "eTag": etag}
    return json.dumps({"Records": [{"s3": {"object": described}}]})


def record(body: str, *, attempt: int = 1) -> dict[str, Any]:
    """One message of a batch."""
    return {
        "messageId": str(uuid.uuid4()),
        "receiptHandle": "handle",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(attempt)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


def batch(bodies: Sequence[str], *, attempt: int = 1) -> list[dict[str, Any]]:
    """Messages that come together."""
    return [record(body, attempt=attempt) for body in bodies]
