"""The servers that stand for AWS while the functions are measured: the stub, and moto."""

import contextlib
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from infra.local.archive import free_port
from infra.local.processes import Processes, Program

READY_TIMEOUT_S = 30
STUB, MOTO = "stub", "moto"


@contextlib.contextmanager
def aws_servers(*names: str) -> Iterator[dict[str, int]]:
    """The ports of the servers named, each a process of its own, until the block ends."""
    ports = {name: free_port() for name in names}
    with running(*(_program(name, port) for name, port in ports.items())):
        for port in ports.values():
            wait_for(port)
        yield ports


@contextlib.contextmanager
def running(*programs: Program) -> Iterator[dict[str, int]]:
    """The process ids of programs by name, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="scanloft-benchmark-") as folder:
        processes = Processes(Path(folder))
        try:
            for program in programs:
                processes.start(program)
            yield processes.pids()
        finally:
            processes.stop()


def _program(name: str, port: int) -> Program:
    if name == STUB:
        return Program(name=name, module="benchmarks.stub", arguments=(str(port),))
    arguments = ("-H", "127.0.0.1", "-p", str(port))
    return Program(name=name, module="moto.server", arguments=arguments)


def wait_for(port: int) -> None:
    """Waits until something listens on a port of the loopback interface.

    Raises:
        TimeoutError: nothing does.
    """
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        time.sleep(0.05)
    raise TimeoutError(f"Nothing listens on port {port}: start the benchmark again.")
