"""Part 6: receiving by C-STORE, the bridge beside the receiver that pynetdicom brings."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pydicom
from pydicom.dataset import FileDataset
from pynetdicom.ae import ApplicationEntity

from benchmarks.figures import Figure, middle
from benchmarks.objects import fresh_series
from benchmarks.servers import STUB, aws_servers, running, wait_for
from infra.local.archive import free_port
from infra.local.place import Place
from infra.local.processes import Program

PART = "Receiving by C-STORE, one association"
BRIDGE, PLAIN = "bridge", "pynetdicom storescp"
AE_TITLE = "BENCHMARK"
SUCCESS = 0x0000
DRAIN_TIMEOUT_S = 60
ATTEMPTS = 3
PROCESSES = Path("/proc")


class LostAnswer(RuntimeError):
    """The sender got no answer; pynetdicom loses one now and then on a busy machine."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A running receiver; `waiting_dir` is empty when it has nothing left to do."""

    name: str
    port: int
    pid: int
    waiting_dir: Path


@dataclass(frozen=True, slots=True)
class Reception:
    """What sending took: seconds until the last success, CPU seconds until nothing was left."""

    receiver: str
    count: int
    wall_s: float
    cpu_s: float


def measure(model: bytes, *, count: int, runs: int) -> list[Figure]:
    """Sends fresh objects to one receiver and the other in turn; nothing where /proc is not."""
    if not PROCESSES.is_dir():
        return []
    receptions: list[Reception] = []
    with _receivers() as receivers:
        for batch in range(runs + 1):
            objects = fresh_series(model, batch=batch, count=count)
            for receiver in receivers:
                reception = _reception(receiver, [pydicom.dcmread(BytesIO(one)) for one in objects])
                receptions += [reception] if batch else []
    return figures_of(receptions)


def figures_of(receptions: Sequence[Reception]) -> list[Figure]:
    """Milliseconds per file until it is answered, and of CPU, ours against the plain receiver's."""

    def each_ms(name: str) -> tuple[float, float]:
        chosen = [one for one in receptions if one.receiver == name]
        wall = middle([one.wall_s / one.count for one in chosen], scale=1000)
        return wall, middle([one.cpu_s / one.count for one in chosen], scale=1000)

    runs = sum(one.receiver == BRIDGE for one in receptions)
    whats = ("time until the answer", "CPU time, with spool and upload")
    return [
        Figure(part=PART, what=what, unit="ms", ours=ours, runs=runs, against=PLAIN, other=other)
        for what, ours, other in zip(whats, each_ms(BRIDGE), each_ms(PLAIN), strict=True)
    ]


@contextlib.contextmanager
def _receivers() -> Iterator[list[Receiver]]:
    with contextlib.ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="scanloft-benchmark-")
        root = Path(stack.enter_context(folder))
        dirs = {BRIDGE: root / "spool", PLAIN: root / "plain"}
        for created in dirs.values():
            created.mkdir()
        ports = {name: free_port() for name in dirs}
        aws_port = stack.enter_context(aws_servers(STUB))[STUB]
        programs = (
            _bridge(aws_port, port=ports[BRIDGE], spool_dir=dirs[BRIDGE]),
            _plain(port=ports[PLAIN], output_dir=dirs[PLAIN]),
        )
        pids = stack.enter_context(running(*programs))
        for port in ports.values():
            wait_for(port)
        waiting_dirs = {BRIDGE: dirs[BRIDGE] / "waiting", PLAIN: root / "none"}
        yield [
            Receiver(name=name, port=ports[name], pid=pids[name], waiting_dir=waiting_dirs[name])
            for name in dirs
        ]


def _bridge(aws_port: int, *, port: int, spool_dir: Path) -> Program:
    place = Place(aws_port=aws_port, http_port=80, user_pool="none", client_id="none")
    environment = place.bridge_environment(
        receivers=f"{AE_TITLE}=benchmark", port=port, spool_dir=str(spool_dir)
    )
    return Program(name=BRIDGE, module="dicom_bridge", environment=environment)


def _plain(*, port: int, output_dir: Path) -> Program:
    arguments = ("storescp", str(port), "-q", "-ba", "127.0.0.1", "-od", str(output_dir))
    return Program(name=PLAIN, module="pynetdicom", arguments=arguments)


def _reception(receiver: Receiver, datasets: Sequence[FileDataset]) -> Reception:
    """What sending took; measured again where an answer was lost."""
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(LostAnswer):
            return _receive(receiver, datasets)
        _drain(receiver)
    return _receive(receiver, datasets)


def _receive(receiver: Receiver, datasets: Sequence[FileDataset]) -> Reception:
    cpu_s, started = _cpu_s(receiver.pid), time.perf_counter()
    _send(receiver, datasets)
    wall_s = time.perf_counter() - started
    _drain(receiver)
    return Reception(receiver.name, len(datasets), wall_s, _cpu_s(receiver.pid) - cpu_s)


def _send(receiver: Receiver, datasets: Sequence[FileDataset]) -> None:
    sender = ApplicationEntity("BENCHSEND")
    first = datasets[0]
    sender.add_requested_context(first.SOPClassUID, first.file_meta.TransferSyntaxUID)
    association = sender.associate("127.0.0.1", receiver.port, ae_title=AE_TITLE)
    if not association.is_established:
        raise RuntimeError("The receiver took no association: see whether it runs.")
    for dataset in datasets:
        status = association.send_c_store(dataset)
        if "Status" not in status:
            raise LostAnswer(f"{receiver.name} answered nothing to an object: see its log.")
        if status.Status != SUCCESS:
            answer = f"status {status.Status:04X}"
            raise RuntimeError(f"{receiver.name} answered an object with {answer}: see its log.")
    association.release()


def _drain(receiver: Receiver) -> None:
    deadline = time.monotonic() + DRAIN_TIMEOUT_S
    while receiver.waiting_dir.is_dir() and any(receiver.waiting_dir.iterdir()):
        if time.monotonic() > deadline:
            raise RuntimeError("The bridge did not upload what it received.")
        time.sleep(0.05)


def _cpu_s(pid: int) -> float:
    """User and system time of a process, in seconds."""
    fields = (PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
