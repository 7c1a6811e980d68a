"""The bytes of a zip, cut into the parts of an upload while they come."""

from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from scanloft.aws.multipart import MultipartUpload


class PartSink:
    """Fills one part while the last one is sent: two parts are in memory, never more.

    All parts but the last have the same size, so that the same bytes make the same parts, however
    often somebody else went on with them.
    """

    def __init__(self, upload: MultipartUpload, *, part_bytes: int, tail: bytes = b"") -> None:
        self._upload = upload
        self._part_bytes = part_bytes
        self._number = len(upload.parts) + 1
        self._filling = bytearray(tail)
        self._sending: Future[None] | None = None
        self._sender = ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Waits for the part that is on its way."""
        self._sender.shutdown()

    @property
    def tail(self) -> bytes:
        """The bytes that are in no part yet."""
        return bytes(self._filling)

    def write(self, data: bytes) -> None:
        """Takes more bytes.

        Raises:
            Unavailable: S3 did not take a part.
        """
        view = memoryview(data)
        while view:
            room = self._part_bytes - len(self._filling)
            self._filling += view[:room]
            view = view[room:]
            if len(self._filling) == self._part_bytes:
                self._send()

    def settle(self) -> None:
        """Waits until S3 has all parts that are full.

        Raises:
            Unavailable: it did not take one.
        """
        if self._sending:
            self._sending.result()
            self._sending = None

    def close(self) -> None:
        """Sends what is left as the last part.

        Raises:
            Unavailable: S3 did not take a part.
        """
        if self._filling:
            self._send()
        self.settle()

    def _send(self) -> None:
        self.settle()
        self._sending = self._sender.submit(self._upload.upload, self._number, self._filling)
        self._number += 1
        self._filling = bytearray()
