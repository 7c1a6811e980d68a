"""One data set on its way in: written to the spool while it arrives, never held in memory."""

from collections.abc import Callable
from io import BytesIO

from dicom_bridge.spool import IncomingFile, Spool, SpoolEntry, unwritable
from scanloft.core.errors import ArchiveError, MalformedDicom, Oversized


class Arrival(BytesIO):
    """Takes the place of the buffer in which pynetdicom collects a data set.

    A failure does not stop the sender in the middle of its message: the rest is counted and
    dropped, and the failure is raised when the object is to be stored. The first bytes of the
    file are asked of `head` when the first ones of the data set come, since the C-STORE request
    precedes them.
    """

    def __init__(self, spool: Spool, *, limit_bytes: int, head: Callable[[], bytes]) -> None:
        super().__init__()
        self._spool = spool
        self._limit_bytes = limit_bytes
        self._head = head
        self._file: IncomingFile | None = None
        self._failure: ArchiveError | None = None
        self.size_bytes = 0

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # pynetdicom writes bytes only
        """Appends to the data set, or counts and drops it after a failure."""
        self.size_bytes += len(data)
        if data and self._failure is None:
            try:
                self._append(data)
            except ArchiveError as error:
                self._fail(error)
            except OSError as error:
                self._fail(unwritable(error))
        return len(data)

    def store(self, entry: SpoolEntry) -> None:
        """Makes the object durable in the spool.

        Raises:
            ArchiveError: what went wrong since it began to arrive; nothing is left of it.
        """
        if self._failure is not None:
            raise self._failure
        if self._file is None:
            raise MalformedDicom("The C-STORE request came without a data set.")
        incoming, self._file = self._file, None
        self._spool.commit(incoming, entry)

    def discard(self) -> None:
        """Removes what has arrived, unless it has been stored."""
        if self._file is not None:
            self._file.discard()
            self._file = None

    def _append(self, data: bytes) -> None:
        if self.size_bytes > self._limit_bytes:
            raise Oversized("The object is larger than the bridge takes.", limit=self._limit_bytes)
        if self._file is None:
            head = self._head()
            self._file = self._spool.begin()
            self._file.write(head)
        self._file.write(data)

    def _fail(self, error: ArchiveError) -> None:
        self._failure = error
        self.discard()
