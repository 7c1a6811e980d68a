"""The audit table: who did what in a project, written once, chained, and never changed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scanloft.aws.journal import Journal
from scanloft.aws.rows import Row, Rows
from scanloft.core.chain import linked
from scanloft.core.items import project_partition
from scanloft.core.model import AuditEntry


class AuditLog:
    """The acts in all projects; it has no way to change or delete one."""

    def __init__(self, rows: Rows) -> None:
        self._journal = Journal(rows)

    def append(self, entry: AuditEntry) -> AuditEntry:
        """Writes an act as the next one of its project; as it stands there is the answer.

        Raises:
            Unavailable: it was not written, so what it would tell of must not be done.
        """
        written = entry

        def make(last: Mapping[str, Any] | None) -> Row:
            nonlocal written
            written = linked(entry, last=_entry(last) if last else None)
            return _row(written)

        self._journal.append(project_partition(entry.project), make)
        return written

    def entries(
        self, project: str, *, after: int = 0, page_size: int | None = None
    ) -> Iterator[AuditEntry]:
        """The acts in a project after one, all by default, the first one first."""
        partition = project_partition(project)
        return map(_entry, self._journal.entries(partition, after=after, page_size=page_size))


def _row(entry: AuditEntry) -> Row:
    return {
        "project": entry.project,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "facts": json.dumps(dict(entry.facts), sort_keys=True),
        "reason": entry.reason,
        "sequence": entry.sequence,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _entry(row: Mapping[str, Any]) -> AuditEntry:
    return AuditEntry(
        project=row["project"],
        at=row["at"],
        actor=row["actor"],
        action=row["action"],
        facts=json.loads(row["facts"]),
        reason=row["reason"],
        sequence=row["sequence"],
        previous=row["previous"],
        hash=row["hash"],
    )
