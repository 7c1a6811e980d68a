"""Part 4: CPU time that a function takes to be imported, before its first event."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from benchmarks.figures import Figure, middle
from scanloft.core.blueprint import FUNCTIONS

PART = "CPU time of importing the handler"
BARE = ""
BOTO3 = "import boto3"
TELL = "import time; print(time.process_time())"
NOT_STAGED = ("PIL", "numpy", "requests")
"""What pydicom imports where it is installed, as it is here and in no Lambda asset."""
HIDE = f"import sys; sys.modules.update(dict.fromkeys({NOT_STAGED}))"


def measure(*, runs: int) -> list[Figure]:
    """All handlers that exist, one after the other, round by round, compiled files in place."""
    statements = {
        function.name: f"import {function.module}"
        for function in FUNCTIONS
        if find_spec(function.module)
    }
    seconds = _rounds([BARE, BOTO3, *statements.values()], runs=runs)
    bare = middle(seconds[BARE])
    boto3_ms = 1000 * (middle(seconds[BOTO3]) - bare)
    return [
        Figure(
            part=PART,
            what=name,
            unit="ms",
            ours=1000 * (middle(seconds[statement]) - bare),
            runs=runs,
            against="boto3 alone",
            other=boto3_ms,
        )
        for name, statement in statements.items()
    ]


def _rounds(statements: Sequence[str], *, runs: int) -> Mapping[str, list[float]]:
    """CPU seconds of an interpreter that does no more than each; the first round compiles."""
    seconds: dict[str, list[float]] = {statement: [] for statement in statements}
    for round_number in range(runs + 1):
        for statement in statements:
            cpu_s = _cpu_s(statement)
            if round_number:
                seconds[statement].append(cpu_s)
    return seconds


def _cpu_s(statement: str) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", f"{HIDE}\n{statement}\n{TELL}"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout)
