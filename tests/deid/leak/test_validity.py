"""An independent judge finds no kind of error in an output that its source did not have."""

import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scanloft.core.errors import Rejected
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.shared import described, one_of_each_folder, shared_files
from tests.support.validity import errors, judge, unreadable

PSEUDONYMS = Pseudonyms(b"only for tests, 32 bytes or more")
PROFILES = {
    "basic": [],
    "all dates": ["rtn_long_full_dates"],
    "moved dates": ["rtn_long_modif_dates"],
    "all that is retained": [
        "rtn_uids", "rtn_dev_id", "rtn_inst_id", "rtn_pat_chars", "rtn_long_modif_dates",
        "rtn_safe_priv",
    ],
    "all that is cleaned": ["clean_desc", "clean_struct_cont", "clean_graph"],
    "all": [
        "rtn_uids", "rtn_dev_id", "rtn_inst_id", "rtn_pat_chars", "rtn_long_full_dates",
        "rtn_safe_priv", "clean_desc", "clean_struct_cont", "clean_graph",
    ],
}  # fmt: skip
EVERY = 20


def new_errors(path: Path, profile: Profile) -> frozenset[str] | None:
    """The classes of errors that only the output has; None where there is no output."""
    source = path.read_bytes()
    try:
        output = deidentify(source, profile=profile, pseudonyms=PSEUDONYMS).data
    except Rejected:
        return None
    before = errors(source)
    # What the judge cannot read to its end hides errors that the output shows.
    return frozenset() if unreadable(before) else errors(output) - before


def faults(files: list[Path], options: list[str]) -> tuple[dict[str, list[str]], int]:
    """The files by new class of error, and how many were judged."""
    judge()
    profile = Profile.from_dict(
        {"name": "judged", "version": 1, "options": options, "pixel_review": False}
    )
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = list(threads.map(lambda path: new_errors(path, profile), files))
    paths = defaultdict(list)
    for path, new in zip(files, found, strict=True):
        for error in new or ():
            paths[error].append(described(path))
    return paths, sum(new is not None for new in found)


@pytest.mark.parametrize("options", PROFILES.values(), ids=list(PROFILES))
def test_some_shared_objects_gain_no_error(options: list[str]) -> None:
    sample = sorted({*one_of_each_folder(), *shared_files(every=EVERY)})
    found, judged = faults(sample, options)
    assert judged >= 50
    assert not found, "\n".join(f"{error}: {paths[0]}" for error, paths in found.items())


@pytest.mark.slow
@pytest.mark.parametrize("options", PROFILES.values(), ids=list(PROFILES))
def test_no_shared_object_gains_an_error(options: list[str]) -> None:
    found, judged = faults(shared_files(), options)
    assert judged >= 750
    assert not found, "\n".join(
        f"{error}: {len(paths)} files, such as {paths[0]}" for error, paths in found.items()
    )
