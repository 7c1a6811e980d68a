"""The processes of the local archive: started, started again when they die, stopped together."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.local import faults

STOP_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A module to run, its arguments, and the environment it gets beside the runner's own."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    starts_again: bool = True


class Processes:
    """The running programs; their output goes to one log file each."""

    def __init__(self, log_dir: Path, *, crashes: Sequence[faults.Crash] = ()) -> None:
        self._log_dir = log_dir
        self._crashes = {crash.process: crash for crash in crashes}
        self._running: dict[str, tuple[Program, subprocess.Popen[bytes]]] = {}
        self._restarts: dict[str, int] = {}

    def start(self, program: Program) -> None:
        """Starts a program; a crash asked for by name happens in its first life only."""
        crash = self._crashes.pop(program.name, None)
        extra = {faults.VARIABLE: str(crash)} if crash else {}
        with (self._log_dir / f"{program.name}.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  # our own modules, no shell
                [sys.executable, "-m", "infra.local.child", program.module, *program.arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | dict(program.environment) | extra,
                start_new_session=True,  # Ctrl-C is for the runner, which ends them in order
            )
        self._running[program.name] = (program, process)

    def pids(self) -> dict[str, int]:
        """The process id of each program."""
        return {name: process.pid for name, (_, process) in self._running.items()}

    def restarts(self) -> dict[str, int]:
        """How often each program died and was started again."""
        return dict(self._restarts)

    def watch(self, stopping: threading.Event, *, on_restart: Callable[[str], None]) -> None:
        """Starts again what dies, until `stopping` is set.

        Raises:
            RuntimeError: a program ended that cannot be started again with nothing lost.
        """
        while not stopping.wait(0.2):
            for name, (program, process) in list(self._running.items()):
                if process.poll() is None:
                    continue
                if not program.starts_again:
                    raise RuntimeError(f"{name} has ended: see {self._log_dir / name}.log")
                _close(process)
                self._restarts[name] = self._restarts.get(name, 0) + 1
                on_restart(name)
                self.start(program)

    def stop(self) -> None:
        """Asks all programs to end, the last started first, and kills those that do not."""
        for _, process in reversed(self._running.values()):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for _, process in self._running.values():
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _close(process)


def _close(process: subprocess.Popen[bytes]) -> None:
    """Lets go of the pipe that a program watches, for it has ended."""
    if process.stdin:
        process.stdin.close()
