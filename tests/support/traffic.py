"""How many bytes pass between this process and S3, counted at the calls that are really made."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import SEEK_END
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Traffic:
    """The calls, and the bytes of objects in what was sent and received."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.received_bytes = 0
        self.sent_bytes = 0
        self.largest_bytes = 0
        self._lock = threading.Lock()

    def note_call(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        """Counts what is about to be sent."""
        with self._lock:
            self.calls.append(model.name)
            self.sent_bytes += _length(params.get("Body", b""))

    def note_answer(self, parsed: Mapping[str, Any], model: Any, **_: object) -> None:
        """Counts what comes; all of an answer's body counts as read."""
        if model.name != "GetObject":
            return
        length = int(parsed.get("ContentLength", 0))
        with self._lock:
            self.received_bytes += length
            self.largest_bytes = max(self.largest_bytes, length)


def _length(body: bytes | IO[bytes]) -> int:
    if isinstance(body, bytes):
        return len(body)
    length = body.seek(0, SEEK_END)
    body.seek(0)
    return length


@contextmanager
def measured(s3: "S3Client") -> Iterator[Traffic]:
    """Counts the calls to S3 within."""
    traffic = Traffic()
    events = s3.meta.events
    hooks: dict[str, Callable[..., None]] = {
        "before-parameter-build.s3": traffic.note_call,
        "after-call.s3": traffic.note_answer,
    }
    for event, hook in hooks.items():
        events.register(event, hook)
    try:
        yield traffic
    finally:
        for event, hook in hooks.items():
            events.unregister(event, hook)
