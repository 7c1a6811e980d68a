"""One association: which project it feeds, what it has sent, and what each C-STORE is answered."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from pydicom.dataset import Dataset
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event
from pynetdicom.pdu_primitives import A_ASSOCIATE

from dicom_bridge.arrival import Arrival
from dicom_bridge.receivers import INVALID_AE_TITLE, Receivers, shown_ae_title
from dicom_bridge.spool import Spool, SpoolEntry
from dicom_bridge.statuses import SUCCESS, failed_status, failure
from scanloft.core.errors import ArchiveError, MalformedDicom, UnknownProject

LOG = logging.getLogger(__name__)


def upload_name(now: datetime, *, token: str) -> str:
    """The name of the upload that an association is, as "dicom-20250131T235959-0a1b2c3d"."""
    return f"dicom-{now:%Y%m%dT%H%M%S}-{token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What all associations share: where objects go and what is accepted.

    `stored` is told of each object once it is durable.
    """

    receivers: Receivers
    spool: Spool
    object_limit_bytes: int
    stored: Callable[[SpoolEntry], None]

    def associate(self, address: str) -> "Sender":
        """Begins with a new connection from this network address."""
        upload = upload_name(datetime.now(UTC), token=secrets.token_hex(4))
        return Sender(self, upload=upload, address=address)


class Sender:
    """The other end of one association, and what has come from it."""

    def __init__(self, reception: Reception, *, upload: str, address: str) -> None:
        self._reception = reception
        self._upload = upload
        self._address = address
        self._started = time.monotonic()
        self._arrivals: set[Arrival] = set()
        self._lock = threading.Lock()
        self._calling_ae = INVALID_AE_TITLE
        self._called_ae = INVALID_AE_TITLE
        self._requests = self._stored = self._stored_bytes = 0

    def begin(self, head: Callable[[], bytes]) -> Arrival:
        """A place for the data set of the message that has begun."""
        limit_bytes = self._reception.object_limit_bytes
        arrival = Arrival(self._reception.spool, limit_bytes=limit_bytes, head=head)
        with self._lock:
            self._arrivals.add(arrival)
        return arrival

    def drop(self, arrival: Arrival) -> None:
        """Forgets what has arrived there, unless it has been stored."""
        with self._lock:
            self._arrivals.discard(arrival)
        arrival.discard()

    def request(self, event: Event) -> None:
        """Notes who asks for whom; pynetdicom then rejects a called AE title that is not ours.

        It rejects with result 1, source 1, reason 7: called AE title not recognised (PS3.8 9.3.4).
        """
        asked = cast("A_ASSOCIATE", event.assoc.requestor.primitive)
        called = asked.called_ae_title.strip()
        self._calling_ae = shown_ae_title(asked.calling_ae_title)
        self._called_ae = shown_ae_title(called)
        receivers = self._reception.receivers
        event.assoc.acceptor.ae_title = called if called in receivers else next(iter(receivers))

    def reject(self, event: Event) -> None:
        """Logs that the association was rejected."""
        LOG.warning(
            "association rejected",
            extra={**self._parties(), "known_called_ae": self._called_ae in self._receivers},
        )

    def store(self, event: Event) -> int | Dataset:
        """Answers a C-STORE request: success only when the object is durable in the spool."""
        arrival = cast("Arrival", cast("C_STORE", event.request).DataSet)
        try:
            self._store(arrival)
        except ArchiveError as error:
            return self._refused(error)
        finally:
            self.drop(arrival)
        return SUCCESS

    def refuse(self, request: C_STORE) -> Dataset:
        """Answers a C-STORE request that lacks a UID or has no data set."""
        if isinstance(request.DataSet, Arrival):
            self.drop(request.DataSet)
        self._requests += 1
        return self._refused(MalformedDicom("The C-STORE request lacks a UID or the data set."))

    def end(self) -> None:
        """Removes what did not arrive completely, and logs what the association was."""
        for arrival in tuple(self._arrivals):
            self.drop(arrival)
        LOG.info(
            "connection ended",
            extra={
                **self._parties(),
                "upload": self._upload,
                "requests": self._requests,
                "stored": self._stored,
                "stored_bytes": self._stored_bytes,
                "duration_s": round(time.monotonic() - self._started, 3),
            },
        )

    @property
    def _receivers(self) -> Receivers:
        return self._reception.receivers

    def _store(self, arrival: Arrival) -> None:
        number, self._requests = self._requests, self._requests + 1
        if self._called_ae not in self._receivers:
            raise UnknownProject("No project receives at this AE title.")
        entry = SpoolEntry(
            project=self._receivers.project(self._called_ae),
            upload=self._upload,
            number=str(number),
            calling_ae=self._calling_ae,
            called_ae=self._called_ae,
            address=self._address,
        )
        arrival.store(entry)
        self._stored += 1
        self._stored_bytes += arrival.size_bytes
        self._reception.stored(entry)

    def _refused(self, error: ArchiveError) -> Dataset:
        LOG.warning(
            "object refused",
            extra={
                **self._parties(),
                "upload": self._upload,
                "number": self._requests - 1,
                "status": f"{failure(error).status:04X}",
                "code": error.code,
                **error.facts,
            },
        )
        return failed_status(error)

    def _parties(self) -> dict[str, str]:
        return {
            "calling_ae": self._calling_ae,
            "called_ae": self._called_ae,
            "address": self._address,
        }
