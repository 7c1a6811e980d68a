"""Engines and copies side by side: each in a process of its own, asked in turn, round by round."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.folders import scratch_folder
from benchmarks.loops import Loop

FILES, MEMORY = "scanloft", "scanloft in memory"
PYDICOM = "pydicom in memory"
PEERS = ("dicognito", "dicom-anonymizer")
COPY, CP = "copy_file_range", "cp"
SCRIPT = Path(__file__).with_name("engine_loop.py")

FilesOfRound = Callable[[int], Sequence[Path]]
"""The files to read in the round with this number."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round took: CPU seconds of all its files, the most memory in use since the start."""

    cpu_s: float
    peak_bytes: int


@contextlib.contextmanager
def engine_loops(names: Sequence[str], *, peers_python: Path | None) -> Iterator[dict[str, Loop]]:
    """The engines by name, until the block ends; the peers only where there is a Python of theirs.

    All of them write to a scratch folder, where the objects to read are as well.
    """
    with contextlib.ExitStack() as stack:
        root = stack.enter_context(scratch_folder())
        loops: dict[str, Loop] = {}
        for number, name in enumerate(names):
            python = peers_python if name in PEERS else Path(sys.executable)
            if python is None:
                continue
            folder = root / str(number)
            folder.mkdir()
            # -P keeps the names of our modules out of the way of the peers' imports.
            command = [str(python), "-P", str(SCRIPT), name, str(folder)]
            loops[name] = stack.enter_context(Loop(command, what=name))
        yield loops


def same_files(paths: Sequence[Path]) -> FilesOfRound:
    """The same files in each round."""
    return lambda _: paths


def rounds(loops: Mapping[str, Loop], files: FilesOfRound, *, runs: int) -> dict[str, list[Round]]:
    """The rounds of each engine, over the files that `files` gives for the round's number.

    A round before the first one warms up and is not among them.
    """
    found: dict[str, list[Round]] = {name: [] for name in loops}
    for number in range(runs + 1):
        paths = [str(path) for path in files(number)]
        for name in _in_turn([*loops], number):
            answer = loops[name].ask(paths)
            if number:
                found[name].append(Round(answer["cpu_s"], answer["peak_bytes"]))
    return found


def _in_turn(names: list[str], number: int) -> list[str]:
    """Return the names with another one first in each round.

    The first may find memory that a virtual machine gave back to its host, and pays for it.
    """
    first = number % len(names)
    return names[first:] + names[:first]
