"""Sending many files side by side: small ones several at a time, large ones by their parts."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from scanloft.client.backoff import Backoff
from scanloft.client.upload_files import ChangedError, Failure
from scanloft.client.upload_forms import Poster, SendingError
from scanloft.client.upload_journal import Row
from scanloft.client.upload_parts import PartSender
from scanloft.client.upload_progress import Progress
from scanloft.client.workers import Workers

PART_FROM_BYTES = 64 * 1024 * 1024
"""Larger files are sent in parts."""


@dataclass(slots=True)
class Settled:
    """What could not be sent since it was asked for last."""

    changed: list[Row] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


class Sender:
    """Sends the files of one upload, as a context manager that ends what an error leaves over."""

    def __init__(
        self,
        poster: Poster,
        parts: PartSender,
        *,
        backoff: Backoff,
        progress: Progress,
        workers: Workers,
        window: int,
    ) -> None:
        self._poster = poster
        self._parts = parts
        self._backoff = backoff
        self._progress = progress
        self._workers = workers
        self._window = window
        self._pending: dict[Future[None], Row] = {}
        self._settled = Settled()

    def __enter__(self) -> Self:
        """Starts nothing."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """After an error nothing more is begun, and what is on its way is not waited for."""
        if error is not None:
            self._backoff.stop.set()

    def send(self, row: Row, key: str) -> None:
        """Sends a file, sooner or later.

        Raises:
            RefusedError, UnreachableError: of this file or of one before: the run is over.
        """
        if row.size_bytes > PART_FROM_BYTES:
            self._wait_for(0)  # its parts take all the threads
            with self._progress.file(row.name, row.size_bytes) as told:
                self._settle(row, lambda: self._parts.send(row, told))
            return
        self._wait_for(self._window - 1)
        self._pending[self._workers.submit(self._post, row, key)] = row

    def settled(self) -> Settled:
        """Waits for all that was begun.

        Raises:
            RefusedError, UnreachableError: as above.
        """
        self._wait_for(0)
        settled, self._settled = self._settled, Settled()
        return settled

    def _post(self, row: Row, key: str) -> None:
        with self._progress.file(row.name, row.size_bytes) as told:
            self._poster.post(row, key, told)

    def _wait_for(self, count: int) -> None:
        while len(self._pending) > count:
            done, _ = wait(self._pending, return_when=FIRST_COMPLETED)
            for future in done:
                self._settle(self._pending.pop(future), future.result)

    def _settle(self, row: Row, act: Callable[[], None]) -> None:
        try:
            act()
        except ChangedError:
            self._settled.changed.append(row)
        except SendingError as error:
            self._settled.failures.append(error.failure)
