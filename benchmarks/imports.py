"""Part 5: CPU time of importing handlers and engine, and what the hot path must not load."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from benchmarks.figures import Figure, middle
from benchmarks.generated import CT, image
from scanloft.core.blueprint import FUNCTIONS

PART = "CPU time of importing"
LOADED_PART = "pydicom and numpy, modules loaded"
ENGINE = "scanloft.deid.engine"
HOT_PATH = ("functions.anonymise.handler", ENGINE)
HEAVY = ("pydicom", "numpy")
BARE = ""
BOTO3 = "import boto3"
TELL = "import time; print(time.process_time())"
COUNT = f"import sys; print(sum(name.partition('.')[0] in {HEAVY} for name in sys.modules))"
NOT_STAGED = ("PIL", "numpy", "requests")
"""What pydicom imports where it is installed, as it is here and in no Lambda asset."""
HIDE = f"import sys; sys.modules.update(dict.fromkeys({NOT_STAGED}))"


def measure(*, runs: int) -> list[Figure]:
    """The times of all handlers that exist and of the engine, then what the hot path loads."""
    return [*_times(runs=runs), *_loaded()]


def _times(*, runs: int) -> list[Figure]:
    """One after the other, round by round, compiled files in place."""
    module_by_name = {one.name: one.module for one in FUNCTIONS if find_spec(one.module)}
    statements = {
        name: f"import {module}" for name, module in (module_by_name | {ENGINE: ENGINE}).items()
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


def _loaded() -> list[Figure]:
    """How many of the modules are there after the import, and after a CT was de-identified."""
    image_statement = """
import sys
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
data = sys.stdin.buffer.read()
deidentify(data, profile=Profile.basic(), pseudonyms=Pseudonyms(bytes(32)))"""
    after = {f"after importing {module}": f"import {module}" for module in HOT_PATH}
    return [
        Figure(
            part=LOADED_PART,
            what=what,
            unit="",
            ours=loaded_modules(statement),
            runs=1,
            against="the bar",
            other=0,
            least_ratio=1,
        )
        for what, statement in (after | {"after de-identifying a CT": image_statement}).items()
    ]


def loaded_modules(statement: str) -> int:
    """How many heavy modules a fresh interpreter has loaded after a statement.

    The statement finds a generated CT on its standard input.
    """
    command = [sys.executable, "-c", f"{statement}\n{COUNT}"]
    content = image(CT, batch=0, number=1)
    done = subprocess.run(command, check=True, capture_output=True, input=content)
    return int(done.stdout)


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
