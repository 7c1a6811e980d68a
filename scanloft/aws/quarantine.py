"""Quarantine items in the index table: why an object waits, and for whom."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanloft.aws.rows import Rows
from scanloft.core.items import (
    QUARANTINE_SORT,
    UNASSIGNED,
    project_partition,
    quarantine_item,
    unassigned_item,
)
from scanloft.core.model import QuarantineItem


class QuarantineIndex:
    """The quarantine of all projects, and of what is addressed to none."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, entry: QuarantineItem, *, assigned: bool = True) -> bool:
        """Writes an item; False where the same object waits for the same reason already."""
        place = quarantine_item(entry.project, entry.item)
        if not assigned:
            place = unassigned_item(entry.item)
        return self._rows.put_new(
            place,
            {
                "project": entry.project,
                "item": entry.item,
                "code": entry.code,
                "reason": entry.reason,
                "upload": entry.upload,
                "number": entry.number,
                "size_bytes": entry.size_bytes,
                "arrived_at": entry.arrived_at,
            },
        )

    def items(self, project: str, *, after: str | None = None) -> Iterator[QuarantineItem]:
        """The items of a project in the order of their names, those after one or all."""
        return self._items(project_partition(project), after=after)

    def unassigned(self, *, after: str | None = None) -> Iterator[QuarantineItem]:
        """The items that belong to no project, in the same way."""
        return self._items(UNASSIGNED, after=after)

    def _items(self, partition: str, *, after: str | None) -> Iterator[QuarantineItem]:
        rows = self._rows.query(
            partition,
            sort_prefix=QUARANTINE_SORT,
            after=None if after is None else unassigned_item(after).sort,
        )
        return map(_entry, rows)


def _entry(row: Mapping[str, Any]) -> QuarantineItem:
    return QuarantineItem(
        project=row["project"],
        item=row["item"],
        code=row["code"],
        reason=row["reason"],
        upload=row["upload"],
        number=row["number"],
        size_bytes=row["size_bytes"],
        arrived_at=row["arrived_at"],
    )
