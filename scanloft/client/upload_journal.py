"""The journal of an upload on this computer: which file has which number, so names stay here.

It is written before the archive is told, so that a run that is killed anywhere finds what it did.
What has arrived is not in it: the archive knows that better.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from scanloft.client.upload_files import Content, Found, Look

FORM = 1
"""The form of the tables: another one is another file."""
TABLES = """
CREATE TABLE IF NOT EXISTS runs (
    run INTEGER PRIMARY KEY, key TEXT NOT NULL, upload TEXT, state TEXT NOT NULL,
    declared INTEGER NOT NULL DEFAULT 0, wishes TEXT
);
CREATE TABLE IF NOT EXISTS files (
    run INTEGER NOT NULL, number INTEGER NOT NULL, path BLOB NOT NULL, name BLOB NOT NULL,
    size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    kind TEXT NOT NULL, changed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (run, number)
);
CREATE INDEX IF NOT EXISTS files_by_path ON files (run, path);
"""
COLUMNS = "number, path, name, size_bytes, mtime_ns, sha256, kind, changed"


class InUseError(Exception):
    """Another program uploads the same right now."""


class RunState(StrEnum):
    """How far a run is: files may be added, no more, or all is known of them."""

    OPEN = "open"
    CLOSED = "closed"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Job:
    """What a command line asks for; the same again resumes it."""

    server: str
    project: str
    sources: tuple[Path, ...]
    site: str = ""

    @property
    def name(self) -> str:
        """What its journal is called; it tells nothing of the files."""
        parts = [FORM, self.server, self.project, self.site, *map(str, sorted(self.sources))]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Row:
    """A numbered file; `changed` if the file is another one by now, which has its own number."""

    number: int
    path: Path
    name: str
    look: Look
    sha256: str
    kind: str
    changed: bool = False

    @property
    def found(self) -> Found:
        """Where the file is, and what it is called."""
        return Found(self.path, self.name)

    @property
    def size_bytes(self) -> int:
        """Its declared size."""
        return self.look.size_bytes


@dataclass(frozen=True, slots=True)
class Run:
    """One upload of a job; `key` makes beginning it twice the same upload.

    `wishes` are what it is begun with, None where an older program noted the run. `declared`: up
    to which number the archive has been told of the files.
    """

    run: int
    key: str
    upload: str | None
    state: RunState
    declared: int
    wishes: Mapping[str, str] | None


class Journal:
    """The runs of one job and their files, as a context manager that keeps other programs out."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._path = folder / f"{job.name}.sqlite"
        self._lock_path = folder / f"{job.name}.lock"

    def __enter__(self) -> Self:
        """Opens it.

        Raises:
            InUseError: another program has it open.
            OSError, sqlite3.Error: the folder or the file cannot be written to.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (self._path, self._lock_path):
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._lock = _locked(self._lock_path)
        # WAL would leave names in a second file; a commit is made for hundreds of files at once.
        self._rows = sqlite3.connect(self._path)
        self._rows.executescript(TABLES)
        self._add_wishes()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes it; what was not committed is forgotten."""
        self._rows.close()
        self._lock.close()

    def unfinished(self) -> Run | None:
        """The run that is to be resumed, if there is one."""
        found = self._rows.execute(
            "SELECT run, key, upload, state, declared, wishes FROM runs WHERE state != ? "
            "ORDER BY run DESC LIMIT 1",
            (RunState.FINISHED,),
        ).fetchone()
        if found is None:
            return None
        number, key, upload, state, declared, wishes = found
        wished = None if wishes is None else json.loads(wishes)
        return Run(number, key, upload, RunState(state), declared, wished)

    def begin(self, *, key: str, wishes: Mapping[str, str]) -> Run:
        """A new run, before the archive hears of it."""
        with self._rows:
            cursor = self._rows.execute(
                "INSERT INTO runs (key, state, wishes) VALUES (?, ?, ?)",
                (key, RunState.OPEN, json.dumps(dict(wishes))),
            )
        return Run(int(cursor.lastrowid or 0), key, None, RunState.OPEN, 0, dict(wishes))

    def named(self, run: Run, upload: str) -> Run:
        """Notes which upload of the archive the run is."""
        self._update(run, "upload", upload)
        return replace(run, upload=upload)

    def state(self, run: Run) -> RunState:
        """How far the run is."""
        query = "SELECT state FROM runs WHERE run = ?"
        return RunState(self._rows.execute(query, (run.run,)).fetchone()[0])

    def reached(self, run: Run, state: RunState) -> None:
        """Notes how far the run is."""
        self._update(run, "state", state)

    def told(self, run: Run, number: int) -> Run:
        """Notes up to which number the archive was told of the files."""
        if number <= run.declared:
            return run
        self._update(run, "declared", number)
        return replace(run, declared=number)

    def add(self, run: Run, files: Sequence[tuple[Found, Content]]) -> list[Row]:
        """Gives files the next numbers, from 1 on."""
        first = self._last_number(run) + 1
        rows = [
            Row(number, found.path, found.name, content.look, content.sha256, found.kind)
            for number, (found, content) in enumerate(files, first)
        ]
        with self._rows:
            self._rows.executemany(
                f"INSERT INTO files (run, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  # constants
                [(run.run, *_columns(row)) for row in rows],
            )
        return rows

    def change(self, run: Run, number: int) -> None:
        """Notes that the file with this number is another one by now."""
        with self._rows:
            self._rows.execute(
                "UPDATE files SET changed = 1 WHERE run = ? AND number = ?", (run.run, number)
            )

    def latest(self, run: Run, path: Path) -> Row | None:
        """The row of a file as it was last; None for a new one."""
        rows = self._select("run = ? AND path = ? ORDER BY number DESC", run.run, os.fsencode(path))
        return next(rows, None)

    def rows(self, run: Run, *, after: int = 0) -> Iterator[Row]:
        """The files of a run, those after a number or all, in order."""
        return self._select("run = ? AND number > ? ORDER BY number", run.run, after)

    def between(self, run: Run, first: int, last: int) -> Iterator[Row]:
        """The files from one number to another, both included."""
        return self._select(
            "run = ? AND number BETWEEN ? AND ? ORDER BY number", run.run, first, last
        )

    def chosen(self, run: Run, numbers: Iterable[int]) -> Iterator[Row]:
        """The files with these numbers."""
        for number in numbers:
            yield from self._select("run = ? AND number = ?", run.run, number)

    def _add_wishes(self) -> None:
        """The column that tables of an older program lack."""
        columns = {column[1] for column in self._rows.execute("PRAGMA table_info(runs)")}
        if "wishes" not in columns:
            with self._rows:
                self._rows.execute("ALTER TABLE runs ADD COLUMN wishes TEXT")

    def _last_number(self, run: Run) -> int:
        query = "SELECT MAX(number) FROM files WHERE run = ?"
        return self._rows.execute(query, (run.run,)).fetchone()[0] or 0

    def _select(self, condition: str, *values: int | bytes) -> Iterator[Row]:
        query = f"SELECT {COLUMNS} FROM files WHERE {condition}"  # noqa: S608  # constants of this file
        with closing(self._rows.cursor()) as cursor:
            for found in cursor.execute(query, values):
                yield _row(found)

    def _update(self, run: Run, column: str, value: str | int) -> None:
        with self._rows:
            self._rows.execute(f"UPDATE runs SET {column} = ? WHERE run = ?", (value, run.run))  # noqa: S608  # as above


def _locked(path: Path) -> sqlite3.Connection:
    """A connection that holds the lock until it is closed or its process ends, however it ends."""
    lock = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        lock.execute("PRAGMA locking_mode = EXCLUSIVE")
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        raise InUseError from error
    return lock


def _columns(row: Row) -> tuple[int, bytes, bytes, int, int, str, str, bool]:
    return (
        row.number,
        os.fsencode(row.path),
        os.fsencode(row.name),
        row.look.size_bytes,
        row.look.mtime_ns,
        row.sha256,
        row.kind,
        row.changed,
    )


def _row(found: tuple[int, bytes, bytes, int, int, str, str, int]) -> Row:
    number, path, name, size_bytes, mtime_ns, sha256, kind, changed = found
    look = Look(size_bytes=size_bytes, mtime_ns=mtime_ns)
    where = Path(os.fsdecode(path))
    return Row(number, where, os.fsdecode(name), look, sha256, kind, bool(changed))
