"""Damages objects and sends them both ways through the engine, in a process that is watched.

    python -m tests.support.fuzzing --seed 1 --count 1000

prints what went wrong as JSON, one finding a line, and at the end what was done. A case is found
again by its number: `--seed 1 --only 17 --save case.dcm`.
"""

import argparse
import faulthandler
import json
import logging
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from scanloft.core.errors import ArchiveError
from scanloft.deid.engine import by_pydicom
from scanloft.deid.results import Deidentified
from scanloft.dicom.describe import HeaderIncomplete, describe
from scanloft.dicom.json import instance_json
from tests.support.damage import damaged
from tests.support.images import image
from tests.support.objects import CLASSES, file_with
from tests.support.shared import DATA
from tests.support.two_ways import PROFILES, disagreement, outcome
from tests.support.wire import Syntax

SIZE_LIMIT = 300_000
SECONDS_LIMIT = 2.0
HANG_S = 30
MEMORY_LIMIT_BYTES = 200 * 2**20
# Beyond this the process gets no more, and the case is found by its number.
ADDRESS_LIMIT_BYTES = 2**31


def originals() -> list[bytes]:
    """Small objects: shared ones where they are present, and made ones."""
    made = [image(), *(file_with([], sop_class_uid=uid) for uid in CLASSES.values())]
    made += [file_with([], syntax=syntax) for syntax in Syntax]
    real = (path for path in sorted(DATA.rglob("*")) if path.is_file())
    return made + [
        data
        for path in real
        if path.stat().st_size < SIZE_LIMIT and b"DICM" in (data := path.read_bytes())[:140]
    ]


def case(seed: int, number: int, found: list[bytes]) -> tuple[bytes, str]:
    """The damaged object of a number, and the name of the profile to send it through with."""
    random = Random(f"{seed}-{number}")
    return damaged(random, random.choice(found)), random.choice(list(PROFILES))


def fault(data: bytes, profile_name: str, kinds: Counter[str]) -> str:
    """What is wrong with what became of an object; blank if nothing is."""
    differs, quick = disagreement(data, PROFILES[profile_name])
    if differs:
        return f"the ways differ: {differs}"
    kinds["by bytes" if quick is not None else "slowly"] += 1
    result = quick
    if quick is None:
        result = outcome(by_pydicom, data, PROFILES[profile_name])
    if not isinstance(result, Deidentified):
        kinds["refused"] += 1
        return ""
    return _fault_of(result)


def _fault_of(result: Deidentified) -> str:
    try:
        found = describe(result.data, size_bytes=len(result.data))
    except (ArchiveError, HeaderIncomplete) as error:
        return f"an output that cannot be indexed: {type(error).__name__}"
    if found.header_length != result.header_length:
        return "an output whose header has another length"
    instance_json(result.data[: found.header_length], bulkdata_base="https://a.example/b")
    return ""


def memory_bytes() -> int:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def findings(seed: int, numbers: Iterator[int], kinds: Counter[str]) -> Iterator[dict[str, object]]:
    """What went wrong, by number of the case."""
    found = originals()
    for number in numbers:
        data, profile_name = case(seed, number, found)
        faulthandler.dump_traceback_later(HANG_S, exit=True)
        before, start = memory_bytes(), time.process_time()
        try:
            wrong = fault(data, profile_name, kinds)
        except Exception as error:  # noqa: BLE001  # whatever it raises is what is looked for
            place = sys.exc_info()[2]
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            line = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
            wrong = f"{type(error).__name__} at {line}"
        seconds = time.process_time() - start
        if not wrong and seconds > SECONDS_LIMIT:
            wrong = f"{seconds:.1f} s of CPU"
        if not wrong and memory_bytes() > max(before, MEMORY_LIMIT_BYTES):
            wrong = f"{memory_bytes() >> 20} MB of memory"
        if wrong:
            yield {"seed": seed, "number": number, "profile": profile_name, "wrong": wrong}
    faulthandler.cancel_dump_traceback_later()


def main() -> None:
    """Run as many cases as asked for, or for as long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--only", type=int)
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    if options.save:
        options.save.write_bytes(case(options.seed, options.only, originals())[0])
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_LIMIT_BYTES, ADDRESS_LIMIT_BYTES))
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    numbers = range(options.first, options.first + options.count)
    kinds: Counter[str] = Counter()
    for finding in findings(
        options.seed, iter(numbers if options.only is None else [options.only]), kinds
    ):
        sys.stdout.write(json.dumps(finding) + "\n")
        sys.stdout.flush()
    sys.stdout.write(json.dumps({"done": dict(kinds), "memory_mb": memory_bytes() >> 20}) + "\n")


if __name__ == "__main__":
    main()
