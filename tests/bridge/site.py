"""A hospital in miniature: bridges, an inbox, and peers that send, politely or not."""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.dsutils import decode, encode
from pynetdicom.events import Event
from pynetdicom.pdu import A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    MaximumLengthNotification,
)
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]  # made at run time

from dicom_bridge.bridge import Bridge
from dicom_bridge.connections import Timeouts
from dicom_bridge.uploader import Backoff
from scanloft.aws.objects import ObjectStore, StoredObject
from scanloft.core.settings import BridgeSettings

FAST = Backoff(first_s=0.02, longest_s=0.1)
SHORT = Timeouts(association_s=1.0, idle_s=5.0, pdu_s=1.0, message_s=5.0)


def wait_for(condition: Callable[[], object], *, timeout_s: float = 10.0) -> None:
    """Waits until the condition holds; fails when time runs out."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Inbox:
    """The inbox bucket."""

    store: ObjectStore

    @property
    def keys(self) -> list[str]:
        return list(self.store.keys(""))

    def wait_for(self, count: int) -> list[str]:
        wait_for(lambda: len(self.keys) >= count)
        return self.keys

    def get(self, key: str) -> StoredObject:
        return self.store.get(key)


@dataclass
class Site:
    """Bridges on one spool and one inbox, with the settings that a test overrides."""

    spool_dir: Path
    store: ObjectStore
    running: list[Bridge] = field(default_factory=list)

    def start(self, *, timeouts: Timeouts = SHORT, **overrides: Any) -> Bridge:
        defaults: dict[str, Any] = {
            "inbox_bucket": "inbox",
            "receivers": "CT1=trial-a,MR 1=trial-b",
            "spool_dir": str(self.spool_dir),
            "bridge_port": 0,
            "spool_reserve_bytes": 0,
        }
        settings = BridgeSettings(**(defaults | overrides))
        bridge = Bridge.start(settings, store=self.store, timeouts=timeouts, backoff=FAST)
        self.running.append(bridge)
        return bridge

    def stop(self) -> None:
        while self.running:
            self.running.pop().stop(drain_s=0.0)

    @property
    def files(self) -> dict[str, list[str]]:
        """The names in each folder of the spool."""
        folders = ("incoming", "waiting", "dead")
        return {
            name: sorted(path.name for path in (self.spool_dir / name).iterdir())
            for name in folders
        }

    @property
    def is_empty(self) -> bool:
        return not any(self.files.values())


@contextmanager
def associated(
    address: tuple[str, int],
    *contexts: tuple[str, str],
    called: str = "CT1",
    calling: str = "MODALITY",
) -> Iterator[Association]:
    """An association with (abstract, transfer syntax) contexts, released in the end."""
    entity = AE(calling)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 20
    entity.add_requested_context(Verification)
    for abstract_syntax, transfer_syntax in contexts:
        entity.add_requested_context(abstract_syntax, transfer_syntax)
    sockets: list[socket.socket] = []

    def opened(event: Event) -> None:
        # pynetdicom leaves a socket open where its peer was the first to close.
        sockets.append(event.assoc.dul.socket.socket)  # type: ignore[union-attr,arg-type]

    handlers: list[Any] = [(evt.EVT_CONN_OPEN, opened)]
    association = entity.associate(*address, ae_title=called, evt_handlers=handlers)
    try:
        yield association
    finally:
        if association.is_established:
            association.release()
        for each in sockets:
            each.close()


def send(address: tuple[str, int], *datasets: Dataset, **parties: str) -> list[Dataset]:
    """Sends instances over one association; the status elements of each answer."""
    contexts = {(d.SOPClassUID, d.file_meta.TransferSyntaxUID) for d in datasets}
    with associated(address, *contexts, **parties) as association:
        assert association.is_established
        return [association.send_c_store(dataset) for dataset in datasets]


def echo(address: tuple[str, int]) -> int:
    """The status of a C-ECHO."""
    with associated(address) as association:
        assert association.is_established
        return int(association.send_c_echo().Status)


class RawPeer:
    """A peer that says what it likes, on a bare socket."""

    CONTEXT_ID = 1

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=20)

    def __enter__(self) -> "RawPeer":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def associate(self, *, calling: bytes = b"RAW", called: bytes = b"CT1") -> int:
        """Asks for CT in Explicit VR Little Endian; the type of the PDU that answers."""
        self.socket.sendall(_associate_request(calling=calling, called=called))
        return self.read_pdu()[0]

    def associate_and_expect_rejection(self, *, result: int, source: int, reason: int) -> None:
        self.socket.sendall(_associate_request(calling=b"RAW", called=b"CT1"))
        kind, body = self.read_pdu()
        assert (kind, *body[1:]) == (3, result, source, reason)

    def send_command(self, command: Dataset) -> None:
        self.send_fragment(0x03, _encoded(command))

    def send_fragment(self, control: int, data: bytes) -> None:
        """Sends one PDV (PS3.8 9.3.5); control 0x03 ends a command, 0x02 a data set."""
        pdv = struct.pack(">LBB", len(data) + 2, self.CONTEXT_ID, control) + data
        self.socket.sendall(struct.pack(">BBL", 4, 0, len(pdv)) + pdv)

    def read_pdu(self) -> tuple[int, bytes]:
        """The type and the body of the next PDU; type 0 when the connection is closed."""
        try:
            head = self._read(6)
            kind, _, length = struct.unpack(">BBL", head)
            return kind, self._read(length)
        except (EOFError, ConnectionResetError):
            return 0, b""

    def read_response(self) -> Dataset:
        """The command set of the next message."""
        kind, body = self.read_pdu()
        assert kind == 4
        return decode(BytesIO(body[6:]), True, True)

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data


def store_request(**elements: Any) -> Dataset:
    """The command set of a C-STORE request (PS3.7 9.3.1.1); None leaves an element out."""
    values: dict[str, Any] = {
        "AffectedSOPClassUID": CTImageStorage,
        "CommandField": 0x0001,
        "MessageID": 7,
        "Priority": 0,
        "CommandDataSetType": 0x0001,
        "AffectedSOPInstanceUID": "1.2.3",
    }
    command = Dataset()
    for keyword, value in (values | elements).items():
        if value is not None:
            setattr(command, keyword, value)
    return command


def _encoded(command: Dataset) -> bytes:
    body = encode(command, True, True)
    assert body is not None
    return struct.pack("<HHLL", 0, 0, 4, len(body)) + body


def _associate_request(*, calling: bytes, called: bytes) -> bytes:
    request = A_ASSOCIATE()
    request.application_context_name = "1.2.840.10008.3.1.1.1"
    request.calling_ae_title = "CALLING"
    request.called_ae_title = "CALLED"
    context = build_context(CTImageStorage, ExplicitVRLittleEndian)
    context.context_id = RawPeer.CONTEXT_ID
    request.presentation_context_definition_list = [context]
    longest = MaximumLengthNotification()
    longest.maximum_length_received = 16384
    implementation = ImplementationClassUIDNotification()
    implementation.implementation_class_uid = "1.2.3.4"
    request.user_information = [longest, implementation]
    encoded = bytearray(A_ASSOCIATE_RQ(request).encode())
    encoded[10:26] = called.ljust(16)
    encoded[26:42] = calling.ljust(16)
    return bytes(encoded)
