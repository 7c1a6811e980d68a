"""Faults on purpose: a crash after a chosen call to AWS, or a wait before each call.

Tests and benchmarks use them on the real programs; nothing in the programs knows of them.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import boto3

VARIABLE = "SCANLOFT_LOCAL_CRASH"


@dataclass(frozen=True, slots=True)
class Crash:
    """A crash of `process` after its n-th call of an operation, as "ingest=PutItem:3"."""

    process: str
    operation: str
    count: int

    def __str__(self) -> str:
        return f"{self.process}={self.operation}:{self.count}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The crash that the text describes.

        Raises:
            ValueError: it describes none.
        """
        process, _, rest = text.partition("=")
        operation, _, count = rest.partition(":")
        if not (process and operation and count.isdigit()):
            raise ValueError('A crash is written as "process=Operation:count".')
        return cls(process=process, operation=operation, count=int(count))


def crash_after(operation: str, count: int, *, die: Callable[[], None]) -> None:
    """Calls `die` when the n-th call of the operation has been answered, in this process."""
    lock = threading.Lock()
    calls = 0

    def after_call(**_: object) -> None:
        nonlocal calls
        with lock:
            calls += 1
            due = calls == count
        if due:
            die()

    _default_session().events.register(f"after-call.*.{operation}", after_call)


def wait_before(seconds_by_operation: Mapping[str, float]) -> None:
    """Sleeps before each request of the operations, as a distant service would make one wait."""

    def wait(seconds: float) -> Callable[..., None]:
        def before_send(**_: object) -> None:
            time.sleep(seconds)

        return before_send

    for operation, seconds in seconds_by_operation.items():
        _default_session().events.register(f"before-send.*.{operation}", wait(seconds))


def install(crash: Crash) -> None:
    """Kills this very process after the call, as a power cut would."""
    crash_after(crash.operation, crash.count, die=lambda: os.kill(os.getpid(), signal.SIGKILL))


def _default_session() -> Any:
    if boto3.DEFAULT_SESSION is None:
        boto3.setup_default_session()
    return boto3.DEFAULT_SESSION
