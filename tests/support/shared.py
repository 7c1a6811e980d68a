"""The shared real images: read where they are present, never copied."""

from functools import cache
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2].parent / "shared" / "data"


@cache
def _files() -> tuple[Path, ...]:
    return tuple(sorted(path for path in DATA.rglob("*") if path.is_file()))


def shared_files(*, every: int = 1) -> list[Path]:
    """All shared files, or every n-th one; the test is skipped where there are none."""
    if not _files():
        pytest.skip("the shared test data is not here")
    return list(_files()[::every])


def one_of_each_folder() -> list[Path]:
    """The first DICOM file of each folder of the shared data, as files of a folder are alike."""
    first: dict[Path, Path] = {}
    for path in shared_files():
        if path.parent not in first and b"DICM" in path.read_bytes()[:140]:
            first[path.parent] = path
    return list(first.values())


def described(path: Path) -> str:
    """The path inside the shared data."""
    return str(path.relative_to(DATA))
