"""The audit table: who did what in a project, written once and never changed."""

import json
import secrets
from collections.abc import Callable, Iterator

from scanloft.aws.rows import Rows
from scanloft.core.errors import Unavailable
from scanloft.core.items import audit_item, project_partition
from scanloft.core.model import AuditEntry

UNIQUE_BYTES = 8


class AuditLog:
    """The acts in all projects; it has no way to change or delete one."""

    def __init__(self, rows: Rows, *, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._rows = rows
        self._random = random

    def append(self, entry: AuditEntry) -> None:
        """Writes an act; one that is there already is never overwritten.

        Raises:
            Unavailable: it was not written, so what it would tell of must not be done.
        """
        key = audit_item(entry.project, entry.at, self._random(UNIQUE_BYTES).hex())
        written = self._rows.put_new(
            key,
            {
                "project": entry.project,
                "at": entry.at,
                "actor": entry.actor,
                "action": entry.action,
                "facts": json.dumps(dict(entry.facts), sort_keys=True),
            },
        )
        if not written:
            raise Unavailable("The act could not be written to the audit log: try again.")

    def entries(self, project: str) -> Iterator[AuditEntry]:
        """The acts in a project, the first one first."""
        for row in self._rows.query(project_partition(project)):
            yield AuditEntry(
                project=row["project"],
                at=row["at"],
                actor=row["actor"],
                action=row["action"],
                facts=json.loads(row["facts"]),
            )
