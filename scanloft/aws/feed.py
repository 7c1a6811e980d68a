"""The change feed of a project: what changed, in one order that every reader sees alike."""

import json
from collections.abc import Iterator, Sequence

from scanloft.aws.journal import Journal
from scanloft.aws.rows import Rows
from scanloft.core.annotations import Change
from scanloft.core.items_of_people import feed_partition


class Feed:
    """The feeds of all projects.

    An entry of the journal holds the changes that were made together; they share its number.
    """

    def __init__(self, rows: Rows) -> None:
        self._journal = Journal(rows)

    def append(self, project: str, changes: Sequence[Change]) -> int:
        """Adds changes under one number; at least once, so readers may meet one again.

        Raises:
            Unavailable: they were not written.
        """
        entries = [
            {"kind": one.kind, "name": one.name, "what": one.what, "at": one.at} for one in changes
        ]
        text = json.dumps(entries, separators=(",", ":"))
        return self._journal.append(feed_partition(project), lambda _: {"changes": text})

    def changes(self, project: str, *, after: int = 0) -> Iterator[Change]:
        """What changed after a number, all by default."""
        for entry in self._journal.entries(feed_partition(project), after=after):
            for change in json.loads(entry["changes"]):
                yield Change(**change, sequence=entry["sequence"])

    def last(self, project: str) -> int:
        """The number of the latest changes, 0 where there are none."""
        entry = self._journal.last(feed_partition(project))
        return int(entry["sequence"]) if entry else 0
