"""`make bench`: measures everything in one run and prints one table."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks import cstore, deidentification, imports
from benchmarks.figures import Figure
from benchmarks.objects import Sample, sample
from benchmarks.peers import peers_python
from benchmarks.pipeline import run_pipeline
from benchmarks.pipeline_figures import pipeline_figures
from benchmarks.table import table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured."""

    engine_rounds: int = 7
    batches: int = 7
    batch_size: int = 100
    import_rounds: int = 7


PAGE_WIDTH = 116
QUICK = Effort(engine_rounds=1, batches=1, batch_size=4, import_rounds=1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the benchmarks; a missed bar is shown, and is no failure."""
    chosen = _parser().parse_args(arguments)
    console = Console() if sys.stdout.isatty() else Console(width=PAGE_WIDTH)
    effort = QUICK if chosen.quick else Effort()
    figures = measure(effort, with_peers=not chosen.no_peers)
    console.print(table_of(figures, title=_title(is_quick=chosen.quick)))
    if chosen.json:
        chosen.json.write_text(json.dumps([figure.to_dict() for figure in figures], indent=2))


def measure(effort: Effort, *, with_peers: bool) -> list[Figure]:
    """All figures, in the order of the table."""
    ct, mr = sample("CT"), sample("MR")
    model = mr.files[0].read_bytes()
    runs = run_pipeline(model, batch_size=effort.batch_size, batches=effort.batches)
    return [
        *_deidentification((ct, mr), effort, with_peers=with_peers),
        *pipeline_figures(runs),
        *imports.measure(runs=effort.import_rounds),
        *cstore.measure(model, count=effort.batch_size, runs=effort.batches),
    ]


def _deidentification(
    samples: Sequence[Sample], effort: Effort, *, with_peers: bool
) -> list[Figure]:
    python = peers_python() if with_peers else None
    return deidentification.measure(samples, peers_python=python, runs=effort.engine_rounds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE too")
    parser.add_argument("--quick", action="store_true", help="measure little: a smoke test")
    parser.add_argument("--no-peers", action="store_true", help="do not install the peers")
    return parser


def _title(*, is_quick: bool) -> str:
    place = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    return f"{place}: a smoke run, its figures mean nothing" if is_quick else f"{place}: medians"


if __name__ == "__main__":
    main()
