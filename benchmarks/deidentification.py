"""Part 1: CPU time of de-identification, file to file, ours and the peers'."""

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import NOT_INSTALLED, Figure, middle
from benchmarks.loops import Loop
from benchmarks.objects import Sample

PART = "De-identification, CPU time per file"
OURS = "scanloft"
PEERS = ("dicognito", "dicom-anonymizer")
SCRIPT = Path(__file__).with_name("engine_loop.py")


def measure(samples: Sequence[Sample], *, peers_python: Path | None, runs: int) -> list[Figure]:
    """Each engine over all files of a sample, one after the other, round by round."""
    python_by_engine = {OURS: Path(sys.executable)}
    if peers_python:
        python_by_engine |= dict.fromkeys(PEERS, peers_python)
    with contextlib.ExitStack() as stack:
        loops = {
            engine: stack.enter_context(_loop(engine, python))
            for engine, python in python_by_engine.items()
        }
        return [
            figure
            for sample in samples
            for figure in _figures(sample, _rounds(loops, sample, runs=runs))
        ]


def _loop(engine: str, python: Path) -> Loop:
    # -P keeps the names of our modules out of the way of the peers' imports.
    return Loop([str(python), "-P", str(SCRIPT), engine], what=engine)


def _rounds(loops: dict[str, Loop], sample: Sample, *, runs: int) -> dict[str, list[float]]:
    """CPU seconds of each round by engine; a round before the first one warms up."""
    paths = [str(path) for path in sample.files]
    seconds: dict[str, list[float]] = {engine: [] for engine in loops}
    for round_number in range(runs + 1):
        for engine, loop in loops.items():
            cpu_s = loop.ask(paths)
            if round_number:
                seconds[engine].append(cpu_s)
    return seconds


def _figures(sample: Sample, seconds: dict[str, list[float]]) -> list[Figure]:
    def milliseconds(engine: str) -> float | None:
        found = seconds.get(engine)
        return middle(found, per=len(sample.files), scale=1000) if found else None

    return [
        Figure(
            part=PART,
            what=f"{sample.title} ({len(sample.files)} files)",
            unit="ms",
            ours=milliseconds(OURS) or 0,
            runs=len(seconds[OURS]),
            against=peer if peer in seconds else f"{peer}: {NOT_INSTALLED}",
            other=milliseconds(peer),
        )
        for peer in PEERS
    ]
