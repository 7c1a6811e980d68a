import os
import threading
import time
from pathlib import Path

import pytest

from infra.local.faults import Crash
from infra.local.memory import peak_memory_mb
from infra.local.processes import Processes, Program

LASTING = Program(name="lasting", module="http.server", arguments=("0", "--bind", "127.0.0.1"))
ENDING = Program(name="ending", module="this")


def wait_for(condition: object, *, timeout_s: float = 20.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_programs_run_with_their_environment_until_they_are_stopped(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start(LASTING)
    (pid,) = processes.pids().values()
    assert is_running(pid)
    processes.stop()
    assert not is_running(pid)
    assert (tmp_path / "lasting.log").exists()


def test_a_program_that_ends_is_started_again_and_counted(tmp_path: Path) -> None:
    processes, stopping = Processes(tmp_path), threading.Event()
    again: list[str] = []

    def restarted(name: str) -> None:
        again.append(name)
        stopping.set()

    processes.start(ENDING)
    processes.watch(stopping, on_restart=restarted)
    processes.stop()
    assert again == ["ending"]
    assert processes.restarts() == {"ending": 1}


def test_a_program_that_may_not_end_ends_all(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start(Program(name="once", module="this", starts_again=False))
    with pytest.raises(RuntimeError, match="once has ended"):
        processes.watch(threading.Event(), on_restart=lambda _: None)
    processes.stop()


def test_a_crash_is_for_the_first_life_of_the_process_it_names(tmp_path: Path) -> None:
    (tmp_path / "told.py").write_text("import os; print(os.environ.get('SCANLOFT_LOCAL_CRASH'))")
    program = Program(name="told", module="told", environment={"PYTHONPATH": str(tmp_path)})
    processes = Processes(tmp_path, crashes=[Crash("told", "PutItem", 1)])
    log = tmp_path / "told.log"
    for lives in (1, 2):
        processes.start(program)
        wait_for(lambda lives=lives: len(log.read_text().split()) == lives)
        processes.stop()
    assert log.read_text().split() == ["told=PutItem:1", "None"]


def test_the_memory_of_running_processes_is_told_and_that_of_others_is_not() -> None:
    peaks = peak_memory_mb({"me": os.getpid(), "nobody": 2**22 + 1})
    if Path("/proc/self/status").exists():
        assert peaks.keys() == {"me"}
        assert 5 < peaks["me"] < 100_000
