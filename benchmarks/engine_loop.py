"""A de-identification engine, or a plain copy, in a process of its own, measured in rounds.

`python -P benchmarks/engine_loop.py ENGINE FOLDER` reads a list of paths a line and answers with
the CPU seconds of all of them together and the most memory that the process has ever had in use.
What it writes goes into FOLDER and is deleted before the next round. It runs in the peers'
environment too, so it imports nothing of this project but the engine asked for.
"""

import importlib
import io
import json
import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")


def _own_cpu_s() -> float:
    return time.process_time()


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True, slots=True)
class Engine:
    """What is measured: `run` takes what `load` made of a path beforehand, and where to write."""

    run: Callable[[Any, str], object]
    load: Callable[[str], Any] = str
    cpu_s: Callable[[], float] = _own_cpu_s


def scanloft() -> Engine:
    """This project's engine from file to file, with the Basic Profile."""
    deidentify_file = importlib.import_module("scanloft.deid.files").deidentify_file
    settings = _settings()

    def run(source: str, target: str) -> None:
        deidentify_file(Path(source), Path(target), **settings)

    return Engine(run)


def scanloft_in_memory() -> Engine:
    """This project's engine from bytes to bytes."""
    deidentify = importlib.import_module("scanloft.deid.engine").deidentify
    settings = _settings()
    return Engine(lambda data, _: deidentify(data, **settings), _read)


def _settings() -> dict[str, Any]:
    profile = importlib.import_module("scanloft.deid.profiles.profile").Profile.basic()
    pseudonyms = importlib.import_module("scanloft.deid.values.pseudonyms").Pseudonyms(bytes(32))
    return {"profile": profile, "pseudonyms": pseudonyms}


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def pydicom_in_memory() -> Engine:
    """What pydicom takes to read a header and to write it, with nothing done to it."""
    pydicom = importlib.import_module("pydicom")

    def run(data: bytes, _: str) -> None:
        dataset = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
        dataset.save_as(io.BytesIO())

    return Engine(run, _read)


def dicognito() -> Engine:
    """The dicognito library, with a seed, as its documentation shows it."""
    pydicom = importlib.import_module("pydicom")
    anonymizer = importlib.import_module("dicognito.anonymizer").Anonymizer(seed="benchmark")

    def run(source: str, target: str) -> None:
        with pydicom.dcmread(source) as dataset:
            anonymizer.anonymize(dataset)
            dataset.save_as(target)

    return Engine(run)


def dicom_anonymizer() -> Engine:
    """The dicom-anonymizer library, with its own rules for the Basic Profile."""
    return Engine(importlib.import_module("dicomanonymizer").anonymize_dicom_file)


def copy() -> Engine:
    """The limit within a Python process: the kernel copies, from one file to the other."""

    def run(source: str, target: str) -> None:
        with Path(source).open("rb") as reader, Path(target).open("wb") as writer:
            left = os.fstat(reader.fileno()).st_size
            while left:
                left -= os.copy_file_range(reader.fileno(), writer.fileno(), left)

    return Engine(run)


def cp() -> Engine:
    """The limit outside of it: the command `cp`, its own CPU time with its start."""
    return Engine(
        lambda source, target: subprocess.run(["cp", source, target], check=True),
        cpu_s=_children_cpu_s,
    )


ENGINES: dict[str, Callable[[], Engine]] = {
    "scanloft": scanloft,
    "scanloft in memory": scanloft_in_memory,
    "pydicom in memory": pydicom_in_memory,
    "dicognito": dicognito,
    "dicom-anonymizer": dicom_anonymizer,
    "copy_file_range": copy,
    "cp": cp,
}


def main() -> None:
    """Runs rounds until standard input ends."""
    warnings.simplefilter("ignore")  # what the engines say of the files is not measured
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    engine, folder = ENGINES[sys.argv[1]](), Path(sys.argv[2])
    for line in sys.stdin:
        cpu_s = _measured(engine, json.loads(line), folder)
        print(json.dumps({"cpu_s": cpu_s, "peak_bytes": peak_bytes()}), file=answers, flush=True)


def _measured(engine: Engine, paths: Sequence[str], folder: Path) -> float:
    # A target of its own for each: to write over a file costs more than to make one.
    targets = [str(folder / f"{number}.dcm") for number in range(len(paths))]
    sources = [engine.load(path) for path in paths]
    started = engine.cpu_s()
    for source, target in zip(sources, targets, strict=True):
        engine.run(source, target)
    cpu_s = engine.cpu_s() - started
    for target in targets:
        Path(target).unlink(missing_ok=True)
    return cpu_s


def peak_bytes() -> int:
    """The most memory that this process has had in use.

    Linux tells it without what the process was before it became this program; `ru_maxrss`, for
    everywhere else, would be at least as much as the benchmark itself has in use.
    """
    if STATUS.is_file():
        (line,) = (one for one in STATUS.read_text().splitlines() if one.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


if __name__ == "__main__":
    main()
