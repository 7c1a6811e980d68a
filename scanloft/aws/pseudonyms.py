"""The pseudonyms table beside the secrets: lookup tables, what they lack, and who became whom.

Nothing else may hold an original identifier once an object left the inbox.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scanloft.aws.rows import Row, Rows
from scanloft.core.errors import InvalidRequest
from scanloft.core.items import (
    ItemKey,
    lookup_item,
    missing_item,
    missing_partition,
    pairs_item,
    pairs_partition,
)
from scanloft.core.lookup import VALUE_FORM, is_usable, target_of

KEY_LIMIT_BYTES = 512
"""Of a lookup key; a Patient ID has at most 64 characters (PS3.5 6.2, LO)."""
ROW_LIMIT_BYTES = 256 * 1024
"""Of the pairs in one row; DynamoDB takes 400 kB."""
OLD_LIMIT = 1024
"""Longer originals are no identifiers by which anyone finds a patient, and are not recorded."""

Pair = tuple[str, str]
UID, PATIENT = "uid", "patient"


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
            InvalidRequest: an entry that cannot be used; none is written then.
        """
        for key, new in new_by_key.items():
            _check_entry(key, new)
        self._rows.put_many(
            (lookup_item(project, key), {"key": key, "new": new}) for key, new in new_by_key.items()
        )

    def put_missing(self, project: str, keys: Iterable[str]) -> None:
        """Notes keys that objects asked for in vain, so that the owner can list them."""
        self._rows.put_many(
            (missing_item(project, key), {"key": key}) for key in keys if _can_be_listed(key)
        )

    def missing(self, project: str) -> Iterator[str]:
        """The keys that objects asked for in vain and that are still not listed, in order."""
        lookup = self.lookup(project)
        for row in self._rows.query(missing_partition(project)):
            if row["key"] not in lookup:
                yield row["key"]

    def record(self, recorded: Iterable[Pairs]) -> None:
        """Writes pairs, about two thousand in a row; the same again is a no-op.

        Its key follows from what is in it, so a batch that is done again overwrites its own row.
        """
        self._rows.put_many(row for pairs in recorded for row in _rows(pairs))

    def export_uids(self, project: str) -> Iterator[Pair]:
        """Each UID of the project's objects that was replaced, with its new one, once."""
        return self._export(project, UID)

    def export_patients(self, project: str) -> Iterator[Pair]:
        """Each Patient ID, with its new one, once; in several scopes it has several."""
        return self._export(project, PATIENT)

    def _export(self, project: str, kind: str) -> Iterator[Pair]:
        given: set[Pair] = set()
        for row in self._rows.query(pairs_partition(project)):
            for its_kind, old, new in json.loads(row["pairs"]):
                if its_kind == kind and (old, new) not in given:
                    given.add((old, new))
                    yield old, new


def _check_entry(key: str, new: str) -> None:
    kind, _, old = key.partition("/")
    if not kind or not old.strip() or not _can_be_listed(key):
        raise InvalidRequest(
            'Each key of a lookup table has the form "ptid/1234" and at most '
            f"{KEY_LIMIT_BYTES} bytes."
        )
    target = target_of(new)
    if not is_usable(new) or not (target is None or _can_be_listed(target)):
        raise InvalidRequest(
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
