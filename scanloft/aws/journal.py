"""Journals: entries of a partition in one order, numbered from 1, added and never changed."""

import random
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

from scanloft.aws.rows import Row, Rows
from scanloft.core.errors import Unavailable
from scanloft.core.items_of_people import entry_item

ROUNDS = 40
"""How often an entry is offered anew because another writer was faster."""
ALONE_ROUNDS = 3
"""After so many of them writers wait for each other, by chance and longer each time."""

Entry = dict[str, Any]


class Journal:
    """The journals of one table; readers never meet a gap or an entry below one they have read.

    Each entry carries a mark that its writer drew: by it a writer knows an entry of its own whose
    answer was lost on the way, and does not write it a second time.
    """

    def __init__(
        self, rows: Rows, *, draw: Callable[[], str] = lambda: secrets.token_hex(8)
    ) -> None:
        self._rows = rows
        self._draw = draw

    def append(self, partition: str, make: Callable[[Entry | None], Row]) -> int:
        """Adds the entry that `make` gives for the last one (None: there is none yet).

        Writers that come at the same time take turns: each is given the last entry anew. The
        number of the entry is the answer.

        Raises:
            Unavailable: it was not written; what it would tell of must not be done.
        """
        mark = self._draw()
        for attempt in range(ROUNDS):
            last = self.last(partition)
            sequence = int(last["sequence"]) + 1 if last else 1
            row = {**make(last), "sequence": sequence, "mark": mark}
            if self._rows.put_new(entry_item(partition, sequence), row):
                return sequence
            if self._is_there(partition, sequence, mark):
                return sequence
            if attempt >= ALONE_ROUNDS:
                time.sleep(random.uniform(0, 0.01 * min(attempt, 20)))
        raise Unavailable("Too many write at the same time: try again.")

    def _is_there(self, partition: str, sequence: int, mark: str) -> bool:
        """Whether the entry with this number is the one with the mark."""
        found = next(self.entries(partition, after=sequence - 1, page_size=1), None)
        return found is not None and found["mark"] == mark

    def last(self, partition: str) -> Entry | None:
        """The latest entry, None where there is none."""
        return next(self._rows.query(partition, descending=True, page_size=1), None)

    def entries(
        self, partition: str, *, after: int = 0, page_size: int | None = None
    ) -> Iterator[Entry]:
        """The entries after one in order, all by default."""
        start = entry_item(partition, after).sort if after else None
        return self._rows.query(partition, after=start, page_size=page_size)
