"""`make bench`: measures everything in one run and prints one table."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from benchmarks import api_requests, cstore, deidentification, imports, large, passage
from benchmarks.figures import Figure
from benchmarks.folders import files_dir
from benchmarks.objects import sample
from benchmarks.peers import peers_python
from benchmarks.pipeline import run_pipeline
from benchmarks.pipeline_figures import pipeline_figures
from benchmarks.table import table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured."""

    engine_rounds: int = 7
    large_rounds: int = 5
    passages: int = 2
    batches: int = 7
    batch_size: int = 100
    import_rounds: int = 7
    project_sizes: tuple[int, ...] = api_requests.SIZES
    with_peers: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured, and the parts that could not be, with the reason."""

    figures: Sequence[Figure]
    failures: Mapping[str, Exception]


PAGE_WIDTH = 140
QUICK = Effort(
    engine_rounds=1,
    large_rounds=1,
    passages=1,
    batches=1,
    batch_size=4,
    import_rounds=1,
    project_sizes=(1, 2),
)
FAILED, MISSED = 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmarks; a missed bar is shown, and is a failure only if that is asked for."""
    chosen = _parser().parse_args(arguments)
    console = Console() if sys.stdout.isatty() else Console(width=PAGE_WIDTH)
    outcome = measure(_effort(chosen), parts=chosen.only or list(PARTS))
    console.print(table_of(outcome.figures, title=_title(is_quick=chosen.quick)))
    for part, failure in outcome.failures.items():
        console.print(f"{part} could not be measured: {type(failure).__name__}: {failure}")
    missed = [figure for figure in outcome.figures if not figure.is_met]
    if missed:
        console.print(f"{len(missed)} of the bars above are missed.")
    if chosen.json:
        plain = [figure.to_dict() for figure in outcome.figures]
        chosen.json.write_text(json.dumps(plain, indent=2))
    if outcome.failures:
        return FAILED
    return MISSED if missed and chosen.strict else 0


def measure(effort: Effort, *, parts: Sequence[str]) -> Outcome:
    """The figures in the order of the table.

    A part that fails keeps what it has measured before, and no other part from being measured.
    """
    figures: list[Figure] = []
    failures: dict[str, Exception] = {}
    for name, part in PARTS.items():
        if name not in parts:
            continue
        try:
            for figure in part(effort):
                figures.append(figure)  # noqa: PERF402  # those before a failure are kept
        except Exception as error:  # noqa: BLE001  # the edge: shown below the table
            failures[name] = error
    return Outcome(figures, failures)


def _engine(effort: Effort) -> list[Figure]:
    python = peers_python() if effort.with_peers else None
    return deidentification.measure(peers_python=python, runs=effort.engine_rounds)


def _large(effort: Effort) -> Iterator[Figure]:
    return large.measure(runs=effort.large_rounds)


def _passage(effort: Effort) -> Iterator[Figure]:
    return passage.measure(runs=effort.passages)


def _pipeline(effort: Effort) -> list[Figure]:
    runs = run_pipeline(_model(), batch_size=effort.batch_size, batches=effort.batches)
    return pipeline_figures(runs)


def _imports(effort: Effort) -> list[Figure]:
    return imports.measure(runs=effort.import_rounds)


def _cstore(effort: Effort) -> list[Figure]:
    return cstore.measure(_model(), count=effort.batch_size, runs=effort.batches)


def _api(effort: Effort) -> Iterator[Figure]:
    return api_requests.measure(sizes=effort.project_sizes)


def _model() -> bytes:
    return sample("MR").files[0].read_bytes()


PARTS: Mapping[str, Callable[[Effort], Iterable[Figure]]] = {
    "engine": _engine,
    "large": _large,
    "passage": _passage,
    "pipeline": _pipeline,
    "imports": _imports,
    "cstore": _cstore,
    "api": _api,
}


def _effort(chosen: argparse.Namespace) -> Effort:
    effort = QUICK if chosen.quick else Effort()
    return replace(effort, with_peers=not chosen.no_peers)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE too")
    parser.add_argument("--quick", action="store_true", help="measure little: a smoke test")
    parser.add_argument("--no-peers", action="store_true", help="do not install the peers")
    parser.add_argument(
        "--only", action="append", choices=PARTS, help="measure this part; may be given repeatedly"
    )
    parser.add_argument("--strict", action="store_true", help="exit with 3 if a bar is missed")
    return parser


def _title(*, is_quick: bool) -> str:
    python = f"Python {platform.python_version()}"
    place = f"{os.cpu_count()} cores, {python}, files in {files_dir()}"
    return f"{place}: a smoke run, its figures mean nothing" if is_quick else f"{place}: medians"


if __name__ == "__main__":
    sys.exit(main())
