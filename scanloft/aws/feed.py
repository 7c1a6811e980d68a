"""The change feed of a project: what changed, in one order that every reader sees alike."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanloft.aws.journal import Journal
from scanloft.aws.rows import Row, Rows
from scanloft.core.annotations import Change
from scanloft.core.items_of_people import feed_partition

CHANGES_PER_ENTRY = 200
"""More changes that were made together get several numbers: an entry stays a few kilobytes."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """Changes that were told together, under one number."""

    sequence: int
    changes: tuple[Change, ...]


class Feed:
    """The feeds of all projects.

    `tell` is called after changes were added, with the name of their project: it wakes whoever
    delivers them.
    """

    def __init__(self, rows: Rows, *, tell: Callable[[str], None] = lambda _project: None) -> None:
        self._journal = Journal(rows)
        self._tell = tell

    def append(self, project: str, changes: Sequence[Change]) -> int:
        """Adds changes and gives their last number; at least once: readers may meet one again.

        Raises:
            Unavailable: they were not written, or nobody could be told: add them again.
        """
        sequence = 0
        for start in range(0, len(changes), CHANGES_PER_ENTRY):
            sequence = self._add(project, _row(changes[start : start + CHANGES_PER_ENTRY]))
        if changes:
            self._tell(project)
        return sequence

    def _add(self, project: str, row: Row) -> int:
        return self._journal.append(feed_partition(project), lambda _last: row)

    def changes(self, project: str, *, after: int = 0) -> Iterator[Change]:
        """What changed after a number, all by default."""
        for entry in self.entries(project, after=after):
            yield from entry.changes

    def entries(
        self, project: str, *, after: int = 0, page_size: int | None = None
    ) -> Iterator[FeedEntry]:
        """The same by number, for readers that go on where they were."""
        rows = self._journal.entries(feed_partition(project), after=after, page_size=page_size)
        return map(_entry, rows)

    def last(self, project: str) -> int:
        """The number of the latest changes, 0 where there are none."""
        entry = self._journal.last(feed_partition(project))
        return int(entry["sequence"]) if entry else 0


def _row(changes: Sequence[Change]) -> Row:
    described = [
        {
            "kind": one.kind,
            "name": one.name,
            "what": one.what,
            "at": one.at,
            "sites": list(one.sites),
        }
        for one in changes
    ]
    return {"changes": json.dumps(described, separators=(",", ":"))}


def _entry(row: Mapping[str, Any]) -> FeedEntry:
    sequence = int(row["sequence"])
    changes = tuple(
        Change(
            kind=one["kind"],
            name=one["name"],
            what=one["what"],
            at=one["at"],
            sequence=sequence,
            sites=tuple(one["sites"]),
        )
        for one in json.loads(row["changes"])
    )
    return FeedEntry(sequence, changes)
