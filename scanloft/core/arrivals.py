"""What S3 says has arrived: the event notification in the body of a queue message."""

import json
from dataclasses import dataclass
from urllib.parse import unquote_plus


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new object; `etag` is S3's, which differs when the content does."""

    key: str
    size_bytes: int
    etag: str


def arrivals(body: str) -> list[Arrival]:
    """The new objects that a message tells of; none for the test event of a new notification.

    Raises:
        ValueError: not an event notification of S3.
    """
    event = json.loads(body)
    try:
        if event.get("Event") == "s3:TestEvent":
            return []
        return [_arrival(record["s3"]["object"]) for record in event["Records"]]
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("This message is not an event notification of S3.") from error


def _arrival(described: dict[str, object]) -> Arrival:
    return Arrival(
        key=unquote_plus(str(described["key"])),
        size_bytes=int(str(described.get("size", 0))),
        etag=str(described.get("eTag", "")),
    )
