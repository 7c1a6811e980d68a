"""What became of the files of an upload: asked for until the archive knows it of all."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from scanloft.client.upload_files import Failure
from scanloft.client.upload_journal import Row
from scanloft.client.upload_site import Site

POLL_S = 1.0
POLL_CAP_S = 15.0
POLITENESS = 5
"""How many times as long as the archive took to answer it is left alone."""
PATIENCE_S = 1800.0
"""How long to wait while nothing at all happens."""
CHANGED_LATER = "The file changed later: as it is now it has another number."
Entries = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file; `member` is its place in a zip or tar."""

    name: str
    number: str
    fate: str
    code: str = ""
    reason: str = ""
    archive_key: str = ""
    size_bytes: int | None = None
    sha256: str = ""
    actions: Mapping[str, int] = field(default_factory=dict)
    """What de-identification did, counted."""

    def to_dict(self) -> dict[str, object]:
        """It as plain values for a report."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Follower:
    """Asks for what became of the files of one upload."""

    site: Site
    upload: str
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep

    def follow(self, told: Callable[[int, int], None]) -> Entries | None:
        """All files with their fates, once no more is to come; None when patience ends before.

        Files that never arrived are not waited for. `told` is called with how many files have
        their fate, and how many there are so far.
        """
        absent = sum(1 for _ in self.site.missing(self.upload))
        pause, counts, changed_at = POLL_S, None, self.clock()
        while True:
            asked_at = self.clock()
            before, counts = counts, self.site.show(self.upload)["counts"]
            took = self.clock() - asked_at
            declared, waiting = counts["declared"], counts["waiting"]
            told(declared - waiting, declared - absent)
            if waiting <= absent:
                entries = list(self.site.files(self.upload))
                if _is_complete(entries):
                    return entries
            if counts != before:
                changed_at = self.clock()
            elif self.clock() - changed_at > PATIENCE_S:
                return None
            self.wait(max(pause, took * POLITENESS))
            pause = min(pause * 1.5, POLL_CAP_S)


def results_of(
    entries: Entries, rows: Mapping[int, Row], failures: Mapping[Path, Failure]
) -> list[Result]:
    """What became of each file, by the names that only this side knows.

    A failure, found by its path, is told where the archive still waits for the file, else beside
    what the archive has.
    """
    results: list[Result] = []
    told: set[Path] = set()
    for entry in entries:
        row = rows.get(int(str(entry["number"]).partition(".")[0]))
        failure = None
        if row is not None and not row.changed and entry["fate"] == "waiting":
            failure = failures.get(row.path)
            told.add(row.path)
        results.append(_result(entry, row, failure))
    return results + [
        Result(one.name, "", fate=one.fate, code=one.code, reason=one.reason)
        for path, one in failures.items()
        if path not in told
    ]


def _is_complete(entries: Entries) -> bool:
    """Whether the members of all zips and tars that were unpacked have their fates."""
    numbers = {entry["number"] for entry in entries}
    return all(
        f"{entry['number']}.{place}" in numbers
        for entry in entries
        for place in range(entry["actions"].get("members", 0))
    )


def _result(entry: Mapping[str, Any], row: Row | None, failure: Failure | None) -> Result:
    _, _, member = str(entry["number"]).partition(".")
    if row is None:  # begun by another client: this side has no name for it
        return Result("", entry["number"], entry["fate"], entry["code"], entry["reason"])
    result = Result(
        name=row.name + (f"#{member}" if member else ""),
        number=entry["number"],
        fate=entry["fate"],
        code=entry["code"],
        reason=entry["reason"],
        archive_key=entry["archive_key"] or "",
        actions=entry["actions"],
        size_bytes=None if member else row.size_bytes,
        sha256="" if member else row.sha256,
    )
    if result.fate == "waiting":
        return _unsent(result, row, failure)
    return (
        replace(result, reason=f"{result.reason} {CHANGED_LATER}".strip())
        if row.changed
        else result
    )


def _unsent(result: Result, row: Row, failure: Failure | None) -> Result:
    if row.changed:
        reason = "The file changed before it arrived: as it is now it has another number."
        return replace(result, fate="changed", code="changed", reason=reason)
    if failure is not None:
        return replace(result, fate=failure.fate, code=failure.code, reason=failure.reason)
    return result
