"""From the spool to the inbox: tried until the archive says yes."""

import hashlib
import logging
import random
import threading
import time
from dataclasses import dataclass

from dicom_bridge.agenda import Agenda, Task
from dicom_bridge.spool import Spool, SpoolEntry
from scanloft.aws.objects import ObjectStore
from scanloft.core.errors import ArchiveError, Rejected

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait before the next try: twice as long each time, up to the longest."""

    first_s: float = 1.0
    longest_s: float = 60.0

    def delay_s(self, failures: int, *, jitter: float) -> float:
        """The seconds after so many failures; `jitter` from 0 to 1 takes up to half of it."""
        full = min(self.longest_s, self.first_s * 2.0 ** min(failures - 1, 32))
        return full * (1.0 - jitter / 2.0)


class Uploader:
    """Threads that put the files of the spool into the inbox and then remove them."""

    def __init__(
        self, spool: Spool, store: ObjectStore, *, threads: int, backoff: Backoff | None = None
    ) -> None:
        self._spool = spool
        self._store = store
        self._backoff = backoff or Backoff()
        self._agenda = Agenda()
        self._threads = [
            threading.Thread(target=self._run, name=f"uploader-{place}", daemon=True)
            for place in range(threads)
        ]

    def start(self) -> None:
        """Begins with everything that an earlier run has left in the spool."""
        names = list(self._spool.waiting())
        LOG.info("spool opened", extra={"waiting": len(names)})
        for name in names:
            self._agenda.put(name)
        for thread in self._threads:
            thread.start()

    def add(self, entry: SpoolEntry) -> None:
        """Uploads an object that the spool has just made durable."""
        self._agenda.put(entry.name)

    def stop(self, *, drain_s: float) -> None:
        """Uploads for at most `drain_s` seconds more; the rest waits in the spool for a start."""
        drained = self._agenda.wait_until_empty(drain_s)
        self._agenda.close()
        LOG.info("uploader stopped", extra={"drained": drained})

    def _run(self) -> None:
        while (task := self._agenda.take()) is not None:
            try:
                self._handle(task)
            except Exception as error:  # noqa: BLE001  # the edge of a thread that must not end
                self._retry(task, code=type(error).__name__)
            finally:
                self._agenda.done()

    def _handle(self, task: Task) -> None:
        try:
            self._upload(task)
        except FileNotFoundError:
            LOG.warning("file gone from the spool before its upload")
        except Rejected as error:
            LOG.error("object set aside", extra={"code": error.code, **error.facts})
            self._spool.bury(task.name, error)
        except ArchiveError as error:
            self._retry(task, code=error.code, **error.facts)
        except OSError as error:
            self._retry(task, code="spool_unreadable", errno=error.errno or 0)

    def _upload(self, task: Task) -> None:
        entry = SpoolEntry.parse(task.name)
        key = str(entry.key)
        started = time.monotonic()
        with self._spool.opened(task.name) as file:
            sha256_hex = hashlib.file_digest(file, "sha256").hexdigest()
            size_bytes = file.tell()
            file.seek(0)
            self._store.put(key, file, metadata=entry.metadata, sha256_hex=sha256_hex)
        self._spool.remove(task.name)
        LOG.debug(
            "object uploaded",
            extra={
                "upload": entry.upload,
                "number": entry.number,
                "size_bytes": size_bytes,
                "duration_s": round(time.monotonic() - started, 3),
            },
        )

    def _retry(self, task: Task, *, code: str, **facts: str | int) -> None:
        failures = task.failures + 1
        delay_s = self._backoff.delay_s(failures, jitter=random.random())
        LOG.warning(
            "upload failed, to be tried again",
            extra={"code": code, "failures": failures, "delay_s": round(delay_s, 1), **facts},
        )
        self._agenda.put(task.name, delay_s=delay_s, failures=failures)
