"""The pseudonyms table beside the secrets: lookup tables, what they lack, and who became whom.

Nothing else may hold an original identifier once an object left the inbox.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from scanloft.aws.rows import Row, Rows
from scanloft.core.batching import batches
from scanloft.core.errors import InvalidProfile
from scanloft.core.items import (
    ItemKey,
    lookup_item,
    lookup_partition,
    missing_item,
    missing_partition,
    pairs_item,
    pairs_partition,
)
from scanloft.core.lookup import VALUE_FORM, is_usable, target_of
from scanloft.core.tables import SORT_KEY

KEY_LIMIT_BYTES = 512
"""Of a lookup key; a Patient ID has at most 64 characters (PS3.5 6.2, LO)."""
ROW_LIMIT_BYTES = 256 * 1024
"""Of the pairs in one row; DynamoDB takes 400 kB."""
OLD_LIMIT = 1024
"""Longer originals are no identifiers by which anyone finds a patient, and are not recorded."""

Pair = tuple[str, str]
UID, PATIENT = "uid", "patient"
ROWS_AT_ONCE = 4
"""Of recorded pairs: as many as DynamoDB hands over in one megabyte."""
KEYS_AT_ONCE = 100
"""As many as one BatchGetItem takes."""


class PairPlace(NamedTuple):
    """Where a pair is recorded: the digest of its row, and its number there from 0."""

    digest: str
    number: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who became whom in some objects of a project: (old, new) UIDs and Patient IDs."""

    project: str
    uids: frozenset[Pair]
    patients: frozenset[Pair]


class Lookup(Mapping[str, str]):
    """A project's lookup table, read entry by entry and remembered; others appear with a new one.

    Iteration gives what was asked for and found. `missing` holds what was not.
    """

    def __init__(self, rows: Rows, project: str) -> None:
        self._rows = rows
        self._project = project
        self._found: dict[str, str] = {}
        self.missing: set[str] = set()

    def __getitem__(self, key: str) -> str:
        if key in self._found:
            return self._found[key]
        if key in self.missing:
            raise KeyError
        row = self._rows.get(lookup_item(self._project, key)) if _can_be_listed(key) else None
        if row is None:
            self.missing.add(key)
            raise KeyError
        new: str = row["new"]
        self._found[key] = new
        return new

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._found))

    def __len__(self) -> int:
        return len(self._found)


class PseudonymStore:
    """Lookup tables and recorded pairs of all projects."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def lookup(self, project: str) -> Lookup:
        """The lookup table of a project as it is from now on."""
        return Lookup(self._rows, project)

    def put_lookup(self, project: str, new_by_key: Mapping[str, str]) -> None:
        """Adds entries, as {"ptid/1234": "SUBJ-001"}; the later of two for a key counts.

        A value "@ptid/1234" leads on to the entry of that key.

        Raises:
            InvalidProfile: an entry that cannot be used; none is written then.
        """
        for key, new in new_by_key.items():
            _check_entry(key, new)
        self._rows.put_many(
            (lookup_item(project, key), {"key": key, "new": new}) for key, new in new_by_key.items()
        )
        self._rows.delete_many(missing_item(project, key) for key in new_by_key)

    def put_missing(self, project: str, keys: Iterable[str]) -> None:
        """Notes keys that objects asked for in vain, so that the owner can list them."""
        self._rows.put_many(
            (missing_item(project, key), {"key": key}) for key in keys if _can_be_listed(key)
        )

    def entries(
        self, project: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[tuple[str, str]]:
        """The lookup table of a project by key, after one or all: key and value."""
        rows = self._rows.query(lookup_partition(project), after=after, page_size=page_size)
        return ((row["key"], row["new"]) for row in rows)

    def remove_entry(self, project: str, key: str) -> bool:
        """Takes an entry out of a lookup table; whether it was there."""
        place = lookup_item(project, key)
        there = _can_be_listed(key) and self._rows.get(place) is not None
        if there:
            self._rows.delete(place)
        return there

    def missing(
        self, project: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[str]:
        """The keys that objects asked for in vain and that are still not listed, in order.

        What is listed is taken out of these; some may be left where both happened at once.
        """
        rows = self._rows.query(missing_partition(project), after=after, page_size=page_size)
        keys = (str(row["key"]) for row in rows)
        for chunk in batches(keys, size=min(page_size or KEYS_AT_ONCE, KEYS_AT_ONCE)):
            listed = self._rows.get_many(lookup_item(project, key) for key in chunk)
            yield from (key for key in chunk if lookup_item(project, key) not in listed)

    def record(self, recorded: Iterable[Pairs]) -> None:
        """Writes pairs, about two thousand in a row; the same again is a no-op.

        Its key follows from what is in it, so a batch that is done again overwrites its own row.
        """
        self._rows.put_many(row for pairs in recorded for row in _rows(pairs))

    def recorded(
        self, project: str, *, after: PairPlace | None = None
    ) -> Iterator[tuple[PairPlace, str, Pair]]:
        """Place, kind and pair of all that was recorded, after a place or all.

        Batches that were done again in other company recorded some pairs twice.
        """
        if after is not None:
            row = self._rows.get(pairs_item(project, after.digest))
            yield from _pairs_of(after.digest, row or {"pairs": "[]"}, start=after.number + 1)
        rows = self._rows.query(
            pairs_partition(project),
            after=None if after is None else after.digest,
            page_size=ROWS_AT_ONCE,
        )
        for row in rows:
            yield from _pairs_of(row[SORT_KEY], row, start=0)


def _pairs_of(
    digest: str, row: Mapping[str, str], *, start: int
) -> Iterator[tuple[PairPlace, str, Pair]]:
    for number, (kind, old, new) in enumerate(json.loads(row["pairs"])):
        if number >= start:
            yield PairPlace(digest, number), kind, (old, new)


def _check_entry(key: str, new: str) -> None:
    kind, _, old = key.partition("/")
    if not kind or not old.strip() or not _can_be_listed(key):
        raise InvalidProfile(
            'Each key of a lookup table has the form "ptid/1234" and at most '
            f"{KEY_LIMIT_BYTES} bytes."
        )
    target = target_of(new)
    if not is_usable(new) or not (target is None or _can_be_listed(target)):
        raise InvalidProfile(
            f"Each value of a lookup table has {VALUE_FORM}, or leads on to another key, as "
            '"@ptid/1234".'
        )


def _can_be_listed(key: str) -> bool:
    """Whether the key may be part of an item's; what could not be decoded may not."""
    try:
        return len(key.encode()) <= KEY_LIMIT_BYTES
    except UnicodeEncodeError:
        return False


def _rows(pairs: Pairs) -> Iterator[tuple[ItemKey, Row]]:
    entries = [
        (kind, old, new)
        for kind, found in ((UID, pairs.uids), (PATIENT, pairs.patients))
        for old, new in sorted(found)
        if len(old) <= OLD_LIMIT
    ]
    for chunk in _chunks(map(json.dumps, entries)):
        text = f"[{','.join(chunk)}]"
        digest = hashlib.sha256(text.encode()).hexdigest()
        yield pairs_item(pairs.project, digest), {"pairs": text}


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    """The texts in order, as many as one row takes."""
    chunk: list[str] = []
    size_bytes = 0
    for text in texts:
        if chunk and size_bytes + len(text) > ROW_LIMIT_BYTES:
            yield chunk
            chunk, size_bytes = [], 0
        chunk.append(text)
        size_bytes += len(text) + 1
    if chunk:
        yield chunk
