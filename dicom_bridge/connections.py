"""Connections with limits: how many there are, how long a PDU may be, how long it may take.

pynetdicom reads a PDU of any declared length into memory and waits for its bytes for ever; what
is replaced here is what has to be. The state machine of PS3.8 9.2 stays pynetdicom's.
"""

import errno
import logging
import socket
import socketserver
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.fsm import StateMachine
from pynetdicom.transport import RequestHandler, ThreadedAssociationServer

from dicom_bridge.messages import DimseProvider
from dicom_bridge.reception import Reception

LOG = logging.getLogger(__name__)

PDU_LIMIT_BYTES = 1024 * 1024
"""The longest PDU that is read; P-DATA is announced shorter, but an A-ASSOCIATE-RQ may be long."""
SPARE_CONNECTIONS = 16
"""Connections over the limit of associations, so that they can be rejected with a reason."""
ABORT_S = 2.0
"""How long peers have to take note of an abort before their connections are closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds until a silent or a slow peer is let go."""

    association_s: float = 30.0
    idle_s: float = 60.0
    pdu_s: float = 30.0
    message_s: float = 900.0


def receive(connection: socket.socket, nr_bytes: int, *, timeout_s: float) -> bytearray:
    """Reads so many bytes, fewer only where the peer has closed the connection.

    Raises:
        OSError: longer than any PDU may be, or not complete in `timeout_s`.
    """
    if nr_bytes > PDU_LIMIT_BYTES:
        connection.shutdown(socket.SHUT_RDWR)
        raise OSError(errno.EMSGSIZE, "PDU too long")
    received = bytearray(nr_bytes)
    filled = 0
    deadline = time.monotonic() + timeout_s
    with memoryview(received) as view:
        while filled < nr_bytes:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            count = connection.recv_into(view[filled:])
            if not count:
                break
            filled += count
    _acknowledge(connection)
    connection.settimeout(timeout_s)
    del received[filled:]
    return received


def _acknowledge(connection: socket.socket) -> None:
    # Many modalities leave Nagle's algorithm on: each waits for this before it goes on sending,
    # and the kernel would keep it back for 40 ms. Linux forgets the option after each receipt.
    if hasattr(socket, "TCP_QUICKACK"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


class Machine(StateMachine):
    """The state machine of PS3.8 9.2; what does not fit into it ends the connection, quietly."""

    def do_action(self, event: str) -> None:
        """Takes the step that the event asks for."""
        try:
            super().do_action(event)
        except Exception as error:  # noqa: BLE001  # whatever a peer made happen ends here
            LOG.warning("connection ended: bad PDU", extra={"error": type(error).__name__})
            self.dul.kill_dul()


class Handler(RequestHandler):
    """One connection, from its opening until nothing of it is left."""

    server: "Server"

    def handle(self) -> None:
        """Serves the association and tidies up after it, however it ended."""
        try:
            super().handle()
            self._association.join()
        finally:
            self.server.shutdown_request(self.request)
            self._end_upper_layer()
            self._sender.end()

    def _create_association(self) -> Association:
        timeouts = self.server.timeouts
        association = super()._create_association()
        self._association = association
        self._sender = self.server.reception.associate(self.client_address[0])
        self._limit_transport(association)
        association.dul.state_machine = Machine(association.dul)
        association.dimse = DimseProvider(association, self._sender, timeout_s=timeouts.message_s)
        association.bind(evt.EVT_REQUESTED, self._sender.request)
        association.bind(evt.EVT_REJECTED, self._sender.reject)
        association.bind(evt.EVT_C_STORE, self._sender.store)
        return association

    def _limit_transport(self, association: Association) -> None:
        timeout_s = self.server.timeouts.pdu_s
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.settimeout(timeout_s)
        transport = association.dul.socket
        # pynetdicom has no other place to say how long a PDU may be and take.
        transport.recv = partial(receive, self.request, timeout_s=timeout_s)  # type: ignore[union-attr,method-assign]

    def _end_upper_layer(self) -> None:
        upper_layer = self._association.dul
        upper_layer.kill_dul()
        if upper_layer.is_alive():
            upper_layer.join(self.server.timeouts.pdu_s)


class Server(ThreadedAssociationServer):
    """The listening socket and the connections that came through it."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, ae: AE, address: tuple[str, int], *, reception: Reception, timeouts: Timeouts
    ) -> None:
        self.reception = reception
        self.timeouts = timeouts
        self._free = threading.BoundedSemaphore(ae.maximum_associations + SPARE_CONNECTIONS)
        self._connections: set[socket.socket] = set()
        super().__init__(ae, address, ae.ae_title, ae.supported_contexts, request_handler=Handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Whether there is room for another connection."""
        has_room = self._free.acquire(blocking=False)
        if not has_room:
            LOG.warning("connection refused: too many", extra={"address": client_address[0]})
        return has_room

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serves a connection to its end."""
        self._connections.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.discard(request)
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Logs the class of what ended a connection; the text of it may quote the peer."""
        kind = sys.exc_info()[0]
        LOG.error("connection ended by an error", extra={"error": kind.__name__ if kind else ""})

    def shutdown(self) -> None:
        """Stops listening and ends the connections, the idle and the slow ones alike."""
        socketserver.BaseServer.shutdown(self)
        self.server_close()
        for association in self.active_associations:
            if association.is_established:
                association.abort(block=False)
        deadline = time.monotonic() + ABORT_S
        while self._connections and time.monotonic() < deadline:
            time.sleep(0.02)
        for connection in tuple(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
