"""A de-identification engine in a process of its own, file to file, measured in rounds.

`python -P benchmarks/engine_loop.py ENGINE` reads a list of paths a line and answers with the CPU
seconds of all of them together. It runs in the peers' environment too, so it imports nothing of
this project but the engine asked for.
"""

import importlib
import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

Engine = Callable[[str, str], None]
"""De-identifies the file at the first path into the second."""


def scanloft() -> Engine:
    """This project's engine, with the Basic Profile."""
    engine = importlib.import_module("scanloft.deid.engine")
    basic = importlib.import_module("scanloft.deid.profile").Profile.basic()
    pseudonyms = importlib.import_module("scanloft.deid.pseudonyms").Pseudonyms(bytes(32))

    def run(source: str, target: str) -> None:
        data = Path(source).read_bytes()
        result = engine.deidentify(data, profile=basic, pseudonyms=pseudonyms)
        Path(target).write_bytes(result.data)

    return run


def dicognito() -> Engine:
    """The dicognito library, with a seed, as its documentation shows it."""
    pydicom = importlib.import_module("pydicom")
    anonymizer = importlib.import_module("dicognito.anonymizer").Anonymizer(seed="benchmark")

    def run(source: str, target: str) -> None:
        with pydicom.dcmread(source) as dataset:
            anonymizer.anonymize(dataset)
            dataset.save_as(target)

    return run


def dicom_anonymizer() -> Engine:
    """The dicom-anonymizer library, with its own rules for the Basic Profile."""
    run: Engine = importlib.import_module("dicomanonymizer").anonymize_dicom_file
    return run


ENGINES: dict[str, Callable[[], Engine]] = {
    "scanloft": scanloft,
    "dicognito": dicognito,
    "dicom-anonymizer": dicom_anonymizer,
}


def main() -> None:
    """Runs rounds until standard input ends."""
    warnings.simplefilter("ignore")  # what the engines say of the files is not measured
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    engine = ENGINES[sys.argv[1]]()
    with tempfile.TemporaryDirectory(prefix="scanloft-benchmark-") as folder:
        target = str(Path(folder) / "out.dcm")
        for line in sys.stdin:
            print(json.dumps(_cpu_s(engine, json.loads(line), target)), file=answers, flush=True)


def _cpu_s(engine: Engine, sources: list[str], target: str) -> float:
    started = time.process_time()
    for source in sources:
        engine(source, target)
    return time.process_time() - started


if __name__ == "__main__":
    main()
