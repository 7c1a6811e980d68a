"""Where the files that are measured lie: in memory where it can be, so that it is no disk."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

MEMORY_DIR = Path("/dev/shm")  # noqa: S108  # a folder of its own is made in it
NEEDED_BYTES = 1_000_000_000


def files_dir() -> Path:
    """The file system in memory that Linux has, unless TMPDIR says otherwise."""
    if "TMPDIR" in os.environ or not _has_room(MEMORY_DIR):
        return Path(tempfile.gettempdir())
    return MEMORY_DIR


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder there, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="scanloft-benchmark-", dir=files_dir()) as folder:
        yield Path(folder)


def _has_room(folder: Path) -> bool:
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return False
    return shutil.disk_usage(folder).free >= NEEDED_BYTES
