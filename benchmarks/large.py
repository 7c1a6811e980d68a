"""Part 2: objects of 300 MB from file to file, beside a plain copy: CPU time and memory."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.engines import COPY, CP, FILES, Round, engine_loops, rounds, same_files
from benchmarks.figures import Figure, middle
from benchmarks.folders import scratch_folder
from benchmarks.generated import CINE, ENHANCED, Kind, element_count, write_large

PART = "A large object, file to file"
TITLE_BY_KIND = {CINE: "cine", ENHANCED: "enhanced MR"}
MOST_OF_A_COPY = 1.3
MEMORY_LIMIT_MB = 120.0


def measure(*, runs: int) -> Iterator[Figure]:
    """Each kind in processes of its own, so that the memory is that of this kind alone."""
    for kind in TITLE_BY_KIND:
        with (
            large_file(kind) as path,
            engine_loops((FILES, CP, COPY), peers_python=None) as loops,
        ):
            yield from figures_of(title(kind), rounds(loops, same_files([path]), runs=runs))


def title(kind: Kind) -> str:
    """What it is, for the table."""
    return f"{TITLE_BY_KIND[kind]}, {element_count(kind)} elements"


@contextlib.contextmanager
def large_file(kind: Kind) -> Iterator[Path]:
    """An object of this kind in a file, until the block ends."""
    with scratch_folder() as folder:
        path = folder / "large.dcm"
        write_large(kind, path)
        yield path


def figures_of(what: str, measured: Mapping[str, Sequence[Round]]) -> list[Figure]:
    """CPU time against that of each copy, and the most memory that our process had in use."""

    def milliseconds(engine: str) -> float:
        return middle([one.cpu_s for one in measured[engine]], scale=1000)

    runs = len(measured[FILES])
    figures = [
        Figure(
            part=PART,
            what=f"{what}, CPU",
            unit="ms",
            ours=milliseconds(FILES),
            runs=runs,
            against=engine,
            other=milliseconds(engine),
            least_ratio=least,
        )
        for engine, least in ((CP, 1 / MOST_OF_A_COPY), (COPY, None))
    ]
    memory = Figure(
        part=PART,
        what=f"{what}, memory",
        unit="MB",
        ours=max(one.peak_bytes for one in measured[FILES]) / 1e6,
        runs=runs,
        against="the bar",
        other=MEMORY_LIMIT_MB,
        least_ratio=1,
    )
    return [*figures, memory]
