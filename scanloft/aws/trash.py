"""The trash of resources in the index table: what was deleted or replaced, until when."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanloft.aws.resources import file_of, file_row
from scanloft.aws.rows import Rows
from scanloft.core.annotations import Level, Resource, Trashed
from scanloft.core.items import ItemKey
from scanloft.core.items_of_people import (
    FILE_SORT,
    RESOURCE_SORT,
    trash_partition,
    trashed_file_item,
    trashed_files_sort,
    trashed_resource_item,
)


class Trash:
    """The files and resources of all projects that were deleted and are still kept."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, project: str, entry: Trashed) -> None:
        """Writes a file down; the later end counts, where it is there already."""
        row = {
            **file_row(entry.file),
            "level": entry.level.value,
            "owner": entry.owner,
            "label": entry.label,
            "deleted_at": entry.deleted_at,
            "deleted_by": entry.deleted_by,
            "until": entry.until,
        }
        self._rows.put(_file_item(project, entry), row)

    def file(self, resource: Resource, file_id: str) -> Trashed | None:
        """One file of a resource, None where it is not in the trash."""
        level, owner, label = resource.level, resource.owner, resource.label
        row = self._rows.get(
            trashed_file_item(resource.project, level, owner, label, file_id=file_id)
        )
        return None if row is None else _trashed(row)

    def files(
        self, resource: Resource, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[Trashed]:
        """The files of a resource in the order of their ids, after one or all."""
        prefix = trashed_files_sort(resource.level, resource.owner, resource.label)
        rows = self._rows.query(
            trash_partition(resource.project),
            sort_prefix=prefix,
            after=None if after is None else f"{prefix}{after}",
            page_size=page_size,
        )
        return map(_trashed, rows)

    def all_files(self, project: str) -> Iterator[Trashed]:
        """All files of a project, of whatever resource."""
        rows = self._rows.query(trash_partition(project), sort_prefix=FILE_SORT)
        return map(_trashed, rows)

    def remove(self, project: str, entry: Trashed) -> None:
        """Takes a file off the list; no error where it is not on it."""
        self._rows.delete(_file_item(project, entry))

    def put_resource(self, resource: Resource) -> None:
        """Writes down until when a deleted resource is kept, for the sweep to look at."""
        key = trashed_resource_item(
            resource.project, resource.level, resource.owner, resource.label
        )
        row = {
            "level": resource.level.value,
            "owner": resource.owner,
            "label": resource.label,
            "until": resource.until,
        }
        self._rows.put(key, row)

    def resources(self, project: str) -> Iterator[Resource]:
        """The places of the resources that were deleted, and until when they are kept.

        Whether they still are deleted, their own rows say.
        """
        for row in self._rows.query(trash_partition(project), sort_prefix=RESOURCE_SORT):
            level, owner, label = Level(row["level"]), row["owner"], row["label"]
            yield Resource(project, level, owner, label, "", "", until=row["until"])

    def remove_resource(self, resource: Resource) -> None:
        """Takes a resource off the list, unless it was deleted once more since."""
        level, owner, label = resource.level, resource.owner, resource.label
        self._rows.delete_if(
            trashed_resource_item(resource.project, level, owner, label),
            condition="#until = :until",
            values={"until": resource.until},
        )


def _file_item(project: str, entry: Trashed) -> ItemKey:
    return trashed_file_item(
        project, entry.level, entry.owner, entry.label, file_id=entry.file.file_id
    )


def _trashed(row: Mapping[str, Any]) -> Trashed:
    return Trashed(
        level=Level(row["level"]),
        owner=row["owner"],
        label=row["label"],
        file=file_of(row),
        deleted_at=row["deleted_at"],
        deleted_by=row["deleted_by"],
        until=row["until"],
    )
