"""Tombstones in the index table: what was deleted, by whom, and until when it can come back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scanloft.aws.rows import Rows
from scanloft.core.annotations import Level, Tombstone
from scanloft.core.items_of_people import tombstone_item, tombstones_partition

Place = tuple[Level, str]


class TombstoneIndex:
    """The tombstones of all projects."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, tombstone: Tombstone) -> bool:
        """Writes a tombstone; False where there is one already, which stays."""
        return self._rows.put_new(
            tombstone_item(tombstone.project, tombstone.level, tombstone.name),
            {
                "project": tombstone.project,
                "level": tombstone.level.value,
                "name": tombstone.name,
                "deleted_at": tombstone.deleted_at,
                "deleted_by": tombstone.deleted_by,
                "until": tombstone.until,
                "along_with": tombstone.along_with,
                "moved_to": tombstone.moved_to,
            },
        )

    def among(self, project: str, places: Iterable[Place]) -> dict[Place, Tombstone]:
        """The tombstones of those that have one, a hundred a call."""
        rows = self._rows.get_many(tombstone_item(project, *place) for place in places)
        found = map(_tombstone, rows.values())
        return {(one.level, one.name): one for one in found}

    def one(self, project: str, level: Level, name: str) -> Tombstone | None:
        """The tombstone of one, None where it has none."""
        row = self._rows.get(tombstone_item(project, level, name))
        return None if row is None else _tombstone(row)

    def all(
        self, project: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[Tombstone]:
        """The tombstones of a project by level and name, after one ("session#1.2") or all."""
        partition = tombstones_partition(project)
        rows = self._rows.query(partition, after=after, page_size=page_size)
        return map(_tombstone, rows)

    def remove(self, tombstone: Tombstone) -> None:
        """Removes a tombstone; no error where there is none."""
        self._rows.delete(tombstone_item(tombstone.project, tombstone.level, tombstone.name))


def _tombstone(row: Mapping[str, Any]) -> Tombstone:
    return Tombstone(
        project=row["project"],
        level=Level(row["level"]),
        name=row["name"],
        deleted_at=row["deleted_at"],
        deleted_by=row["deleted_by"],
        until=row["until"],
        along_with=row["along_with"],
        moved_to=row["moved_to"],
    )
