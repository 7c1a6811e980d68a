"""Part 4: what the runs of the pipeline come to per instance."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.archive_site import FUNCTIONS, BatchRun
from benchmarks.figures import Figure, middle
from benchmarks.servers import MOTO, STUB

CALLS = "Calls to AWS per instance"
CPU = "CPU time of the function per instance"
WALL = "Lambda time per instance, with waits"
BEFORE = {STUB: "before the stub", MOTO: "before moto"}
TOTAL = "all three"
BAR_MS = {"anonymise": 10.0, "ingest": 10.0}
"""The most that an object may take, in milliseconds."""

Measure = Callable[[BatchRun], float]


def pipeline_figures(runs: Sequence[BatchRun]) -> list[Figure]:
    """The figures of all parts that come from the pipeline."""
    return [*_calls(runs), *_cpu(runs), *_wall(runs)]


def _chosen(runs: Sequence[BatchRun], *, server: str, function: str) -> list[BatchRun]:
    return [run for run in runs if (run.server, run.function) == (server, function)]


def _middle(runs: Sequence[BatchRun], measure: Measure, *, scale: float = 1) -> float:
    return middle([measure(run) / run.count for run in runs], scale=scale)


def _calls(runs: Sequence[BatchRun]) -> list[Figure]:
    figures: list[Figure] = []
    for function in FUNCTIONS:
        chosen = _chosen(runs, server=MOTO, function=function)
        for operation in sorted({name for run in chosen for name in run.calls}):
            counts = [run.calls.get(operation, 0) / run.count for run in chosen]
            what = f"{function}: {operation}"
            figures.append(
                Figure(part=CALLS, what=what, unit="", ours=middle(counts), runs=len(chosen))
            )
    total = sum(figure.ours for figure in figures)
    runs_each = figures[0].runs
    return [*figures, Figure(part=CALLS, what=TOTAL, unit="", ours=total, runs=runs_each)]


def _cpu(runs: Sequence[BatchRun]) -> list[Figure]:
    """CPU time with each server at the other end: the client's work differs a little."""
    figures = []
    for server in (MOTO, STUB):
        of_server = [_figure(runs, CPU, _cpu_s, server=server, function=name) for name in FUNCTIONS]
        total = sum(figure.ours for figure in of_server)
        figures += [
            *of_server,
            replace(of_server[0], what=f"{TOTAL}, {BEFORE[server]}", ours=total),
        ]
    return figures


def _wall(runs: Sequence[BatchRun]) -> list[Figure]:
    """Before the stub, held against the bar and against the same without overlap; then moto."""
    figures = []
    for name in FUNCTIONS:
        figure = _figure(runs, WALL, _wall_s, server=STUB, function=name)
        if bar_ms := BAR_MS.get(name):
            figures.append(replace(figure, against="the bar", other=bar_ms, least_ratio=1))
        waits_ms = _middle(_chosen(runs, server=STUB, function=name), _waits_s, scale=1000)
        figures.append(replace(figure, against="waits in sequence", other=waits_ms))
    moto = [_figure(runs, WALL, _wall_s, server=MOTO, function=name) for name in FUNCTIONS]
    return [*figures, *moto]


def _figure(
    runs: Sequence[BatchRun], part: str, measure: Measure, *, server: str, function: str
) -> Figure:
    chosen = _chosen(runs, server=server, function=function)
    return Figure(
        part=part,
        what=f"{function}, {BEFORE[server]}",
        unit="ms",
        ours=_middle(chosen, measure, scale=1000),
        runs=len(chosen),
    )


def _cpu_s(run: BatchRun) -> float:
    return run.cpu_s


def _wall_s(run: BatchRun) -> float:
    return run.wall_s


def _waits_s(run: BatchRun) -> float:
    return run.waits_s
