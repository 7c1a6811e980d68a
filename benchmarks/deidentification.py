"""Part 1: CPU time of de-identification per object, from file to file and in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engines import (
    COPY,
    FILES,
    MEMORY,
    PEERS,
    PYDICOM,
    FilesOfRound,
    Round,
    engine_loops,
    rounds,
    same_files,
)
from benchmarks.figures import NOT_INSTALLED, Figure, middle
from benchmarks.folders import scratch_folder
from benchmarks.generated import CT, MR, Kind, element_count, image
from benchmarks.objects import Sample, sample

PART = "De-identification, CPU time per file"
MEMORY_PART = "De-identification in memory, CPU time per object"
FILE_COUNT = 100
IN_MEMORY_RATIO = 5
"""At most a fifth of what pydicom takes to read and write the header alone."""

Measured = Mapping[str, Sequence[Round]]


@dataclass(frozen=True, slots=True)
class Subject:
    """Objects to de-identify; `least_ratio` is how many times our time a peer must take.

    `files` gives the files of a round, which are others in each where they can be made.
    """

    title: str
    count: int
    files: FilesOfRound
    least_ratio: float | None = None


def measure(*, peers_python: Path | None, runs: int) -> list[Figure]:
    """The generated CT and MR, which have bars, then the real ones."""
    engines = (FILES, *PEERS, COPY, MEMORY, PYDICOM)
    with (
        scratch_folder() as folder,
        engine_loops(engines, peers_python=peers_python) as loops,
    ):
        subjects = [
            _generated(CT, "CT", folder, least_ratio=18),
            _generated(MR, "MR", folder, least_ratio=30),
            *(_real(sample(kind), folder) for kind in ("CT", "MR")),
        ]
        measured = [(one, rounds(loops, one.files, runs=runs)) for one in subjects]
    return [
        *(figure for one, found in measured for figure in file_figures(one, found)),
        *(memory_figure(one, found) for one, found in measured),
    ]


def file_figures(subject: Subject, measured: Measured) -> list[Figure]:
    """From file to file: ours against each peer, and against a copy, which is the limit."""
    figures = [
        _figure(PART, subject, measured, ours=FILES, against=peer, least=subject.least_ratio)
        for peer in PEERS
    ]
    return [*figures, _figure(PART, subject, measured, ours=FILES, against=COPY)]


def memory_figure(subject: Subject, measured: Measured) -> Figure:
    """From bytes to bytes: ours against reading and writing the header with pydicom."""
    least = IN_MEMORY_RATIO if subject.least_ratio else None
    return _figure(MEMORY_PART, subject, measured, ours=MEMORY, against=PYDICOM, least=least)


def _figure(
    part: str,
    subject: Subject,
    measured: Measured,
    *,
    ours: str,
    against: str,
    least: float | None = None,
) -> Figure:
    def milliseconds(engine: str) -> float:
        return middle([one.cpu_s for one in measured[engine]], per=subject.count, scale=1000)

    is_there = against in measured
    return Figure(
        part=part,
        what=subject.title,
        unit="ms",
        ours=milliseconds(ours),
        runs=len(measured[ours]),
        against=against if is_there else f"{against}: {NOT_INSTALLED}",
        other=milliseconds(against) if is_there else None,
        least_ratio=least,
    )


def _generated(kind: Kind, name: str, folder: Path, *, least_ratio: float) -> Subject:
    paths = [folder / f"{name}-{number}.dcm" for number in range(FILE_COUNT)]

    def files(batch: int) -> list[Path]:
        """A series that no engine has seen, so that none knows its UIDs from the round before."""
        for number, path in enumerate(paths, start=1):
            path.write_bytes(image(kind, batch=batch, number=number))
        return paths

    size_kb = len(image(kind, batch=0, number=1)) / 1000
    title = f"generated {name}, {size_kb:.0f} kB, {element_count(kind)} elements"
    return Subject(title, FILE_COUNT, files, least_ratio)


def _real(found: Sample, folder: Path) -> Subject:
    """The files of the sample, copied to where all others are."""
    copies = [folder / f"real-{found.kind}-{path.name}" for path in found.files]
    for path, copied in zip(found.files, copies, strict=True):
        copied.write_bytes(path.read_bytes())
    return Subject(f"{found.title} ({len(copies)} files)", len(copies), same_files(copies))
