"""The files that are to be uploaded: found in folders, and read for their size and SHA-256."""

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz")
DICOM, ARCHIVE = "dicom", "archive"
BLOCK_BYTES = 1024 * 1024


class ChangedError(Exception):
    """The file was written to while it was read."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to upload; `name` is how people are told of it, from the folder they named on.

    Its path alone tells it from others.
    """

    path: Path
    name: str

    @property
    def kind(self) -> str:
        """What it is sent as: `archive` by the ending of its name, else `dicom`."""
        return ARCHIVE if self.path.name.lower().endswith(ARCHIVE_SUFFIXES) else DICOM


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that was not sent, by a cause on this side; `fate` is "failed" or "ignored"."""

    file: Found
    code: str
    reason: str
    fate: str = "failed"

    @property
    def name(self) -> str:
        """How people are told of the file."""
        return self.file.name


@dataclass(frozen=True, slots=True)
class Look:
    """What tells that a file changed without reading it."""

    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a file held when it was read, and how it looked then."""

    look: Look
    sha256: str


def found_files(sources: Sequence[Path], *, skipped: list[Failure]) -> Iterator[Found]:
    """The files at and below the sources, each once and in a stable order.

    Links to folders are not followed; they and what cannot be read come into `skipped`.
    """
    seen: set[Path] = set()
    for source, shown in names_by_source(sources).items():
        files = _below(source, shown, skipped) if source.is_dir() else [Found(source, str(shown))]
        for found in files:
            if found.path not in seen:
                seen.add(found.path)
                yield found


def names_by_source(sources: Sequence[Path]) -> dict[Path, Path]:
    """The absolute sources, each once, with the shortest end of its path that no other one has."""
    lengths = {Path(os.path.abspath(source)): 1 for source in sources}  # noqa: PTH100  # resolve() would follow links
    while True:
        shown = {source: Path(*source.parts[-length:]) for source, length in lengths.items()}
        counts = Counter(shown.values())
        alike = [source for source, end in shown.items() if counts[end] > 1]
        if not alike:
            return shown
        for source in alike:
            lengths[source] += 1


def look_at(path: Path) -> Look | None:
    """How the file looks; None for what is no regular file, such as a pipe.

    Raises:
        OSError: it is not there, or may not be looked at.
    """
    found = path.stat()
    return _look(found) if stat.S_ISREG(found.st_mode) else None


def content_of(path: Path) -> Content:
    """Size and SHA-256 of the file, read in blocks.

    Raises:
        ChangedError: somebody writes to it.
        OSError: it cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        before = os.fstat(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        after = os.fstat(file.fileno())
    if _look(before) != _look(after):
        raise ChangedError
    return Content(look=_look(after), sha256=digest)


def unreadable(file: Found, error: OSError) -> Failure:
    """The failure of a file that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return Failure(file, "gone", "This file is not there any more: run again when it is back.")
    return Failure(file, "unreadable", f"It cannot be read: {error.strerror or 'unknown error'}.")


def _below(folder: Path, shown: Path, skipped: list[Failure]) -> Iterator[Found]:
    def found(path: Path) -> Found:
        return Found(path, str(shown / path.relative_to(folder)))

    def unreadable(error: OSError) -> None:
        at = found(Path(error.filename))
        skipped.append(Failure(at, "unreadable", "This folder cannot be read."))

    for at, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        for name in folders:
            if (Path(at) / name).is_symlink():
                link = found(Path(at) / name)
                reason = "Links to folders are not followed: name the folder itself."
                skipped.append(Failure(link, "link_to_folder", reason, fate="ignored"))
        for name in sorted(names):
            yield found(Path(at) / name)


def _look(found: os.stat_result) -> Look:
    return Look(size_bytes=found.st_size, mtime_ns=found.st_mtime_ns)
