"""Quarantine items in the index table: why an object waits, and for whom."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scanloft.aws.rows import Rows
from scanloft.core.items import (
    QUARANTINE_SORT,
    UNASSIGNED,
    ItemKey,
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
        return self._rows.put_new(
            _place(entry.project if assigned else None, entry.item),
            {
                "project": entry.project,
                "item": entry.item,
                "code": entry.code,
                "reason": entry.reason,
                "upload": entry.upload,
                "number": entry.number,
                "size_bytes": entry.size_bytes,
                "arrived_at": entry.arrived_at,
                "receiver": entry.receiver,
            },
        )

    def many(self, project: str | None, items: Iterable[str]) -> dict[str, QuarantineItem]:
        """Those of the items that exist, by name; `project` None is that of no project."""
        name_by_place = {_place(project, item): item for item in items}
        rows = self._rows.get_many(name_by_place)
        return {name_by_place[place]: _entry(row) for place, row in rows.items()}

    def remove(self, project: str | None, item: str) -> None:
        """Removes an item, after its object; no error where there is none."""
        self._rows.delete(_place(project, item))

    def items(
        self, project: str | None, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[QuarantineItem]:
        """The items of a project by name, after one or all; None for those of no project."""
        rows = self._rows.query(
            UNASSIGNED if project is None else project_partition(project),
            sort_prefix=QUARANTINE_SORT,
            after=None if after is None else unassigned_item(after).sort,
            page_size=page_size,
        )
        return map(_entry, rows)

    def unassigned(self, *, after: str | None = None) -> Iterator[QuarantineItem]:
        """The items that belong to no project, in the same way."""
        return self.items(None, after=after)


def _place(project: str | None, item: str) -> ItemKey:
    return unassigned_item(item) if project is None else quarantine_item(project, item)


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
        receiver=row.get("receiver", ""),
    )
