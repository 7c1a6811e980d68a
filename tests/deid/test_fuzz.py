"""Damaged objects: a clear refusal or a sound object, the same by both ways, and soon.

`make fuzz CASES=100000 SEED=7` tries more than the suite does.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.generated import objects
from tests.support.two_ways import PROFILES, disagreement

ROOT = Path(__file__).parents[2]
FEW, MANY, GENERATED = 300, 8_000, 2_000
WORKERS = os.cpu_count() or 1

pytestmark = pytest.mark.filterwarnings("ignore")


def run(seed: int, first: int, count: int) -> list[dict[str, Any]]:
    """The lines of a process that tries cases; how it ended is the last one."""
    command = [sys.executable, "-m", "tests.support.fuzzing"]
    command += [f"--seed={seed}", f"--first={first}", f"--count={count}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    # A hang ends in a traceback of where it was.
    assert done.returncode == 0, f"{lines[-3:]} {done.stderr[-2000:]}"
    return lines


def check(*, seed: int, count: int) -> None:
    share = -(-count // WORKERS)
    with ThreadPoolExecutor(WORKERS) as threads:
        firsts = [number * share for number in range(WORKERS)]
        runs = list(threads.map(lambda first: run(seed, first, share), firsts))
    found = [line for lines in runs for line in lines[:-1]]
    summaries = [lines[-1] for lines in runs]
    print(summaries)  # noqa: T201  # shown with -s: how many of the cases were refused
    assert not found, f"{len(found)} findings, such as {found[:3]}"
    kinds = sum((Counter(one["done"]) for one in summaries), Counter())
    tried, refused = kinds["by bytes"] + kinds["slowly"], kinds["refused"]
    assert tried >= count
    assert 0.05 * tried < refused < 0.95 * tried


def test_some_damaged_objects() -> None:
    check(seed=1, count=FEW)


@pytest.mark.slow
def test_many_damaged_objects() -> None:
    check(seed=int(os.environ.get("FUZZ_SEED", "1")), count=int(os.environ.get("FUZZ_CASES", MANY)))


@pytest.mark.slow
@settings(max_examples=GENERATED)
@given(
    data=objects(),
    profile_name=st.sampled_from(list(PROFILES)),
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
)
def test_many_generated_objects_with_changed_bytes(
    data: bytes, profile_name: str, changes: list[tuple[int, int]]
) -> None:
    damaged = bytearray(data)
    for place, value in changes:
        damaged[132 + place % (len(damaged) - 132)] = value
    differs, _ = disagreement(bytes(damaged), PROFILES[profile_name])
    assert not differs
