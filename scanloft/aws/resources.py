"""Resources in the index table: labelled collections of files, and the files in them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scanloft.aws.rows import Row, Rows
from scanloft.core.annotations import Level, Resource, ResourceFile
from scanloft.core.errors import Outdated
from scanloft.core.items import ItemKey
from scanloft.core.items_of_people import (
    FILE_SORT,
    RESOURCE_SORT,
    resource_file_item,
    resource_files_partition,
    resource_item,
    resources_partition,
)


class ResourceIndex:
    """The resources of all projects; `owner` names what one belongs to, "" for the project."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def resource(self, project: str, level: Level, owner: str, label: str) -> Resource | None:
        """One resource, None where there is none."""
        row = self._rows.get(resource_item(project, level, owner, label))
        return None if row is None else _resource(row)

    def resources(
        self,
        project: str,
        level: Level,
        owner: str,
        *,
        after: str | None = None,
        page_size: int | None = None,
        deleted: bool = False,
    ) -> Iterator[Resource]:
        """The resources of a project, subject, session or scan by label, after one or all.

        Those that were deleted are left out unless asked for.
        """
        rows = self._rows.query(
            resources_partition(project, level, owner),
            sort_prefix=RESOURCE_SORT,
            after=None if after is None else resource_item(project, level, owner, after).sort,
            page_size=page_size,
        )
        found = map(_resource, rows)
        return (one for one in found if deleted or not one.is_deleted)

    def put(self, resource: Resource) -> Resource:
        """Writes a resource over the revision that it was read at; as it is then is the answer.

        Raises:
            Outdated: somebody else changed it since, or it exists already.
        """
        key = resource_item(resource.project, resource.level, resource.owner, resource.label)
        row = {
            "project": resource.project,
            "level": resource.level.value,
            "owner": resource.owner,
            "label": resource.label,
            "created_at": resource.created_at,
            "created_by": resource.created_by,
            "format": resource.format,
            "content": resource.content,
            "revision": resource.revision + 1,
            "deleted_at": resource.deleted_at,
            "deleted_by": resource.deleted_by,
            "until": resource.until,
        }
        if resource.revision == 0:
            written = self._rows.put_new(key, row)
        else:
            written = self._rows.put_if(
                key, row, condition="#revision = :revision", values={"revision": resource.revision}
            )
        if not written:
            raise Outdated("Somebody changed this meanwhile: read it again.")
        return _resource(row)

    def remove(self, resource: Resource) -> bool:
        """Removes a resource if it is as it was read; its files are removed before, one by one."""
        return self._rows.delete_if(
            resource_item(resource.project, resource.level, resource.owner, resource.label),
            condition="#revision = :revision",
            values={"revision": resource.revision},
        )

    def file(self, resource: Resource, path: str) -> ResourceFile | None:
        """One file, None where there is none."""
        row = self._rows.get(_file_item(resource, path))
        return None if row is None else file_of(row)

    def many_files(self, resource: Resource, paths: Iterable[str]) -> dict[str, ResourceFile]:
        """Those of the files that are there, by path, a hundred a call."""
        rows = self._rows.get_many(_file_item(resource, path) for path in paths)
        return {row["path"]: file_of(row) for row in rows.values()}

    def files(
        self, resource: Resource, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[ResourceFile]:
        """The files of a resource by path, after one or all."""
        partition = resource_files_partition(
            resource.project, resource.level, resource.owner, resource.label
        )
        rows = self._rows.query(
            partition,
            sort_prefix=FILE_SORT,
            after=None if after is None else _file_item(resource, after).sort,
            page_size=page_size,
        )
        return map(file_of, rows)

    def put_new_file(self, resource: Resource, file: ResourceFile) -> bool:
        """Writes a file unless one of its path is there; whether it did."""
        return self._rows.put_new(_file_item(resource, file.path), file_row(file))

    def replace_file(self, resource: Resource, file: ResourceFile, *, of: ResourceFile) -> bool:
        """Writes a file in place of another of its path, if that is there still; whether it is."""
        return self._rows.put_if(
            _file_item(resource, file.path),
            file_row(file),
            condition="#key = :key",
            values={"key": of.key},
        )

    def remove_file(self, resource: Resource, file: ResourceFile) -> bool:
        """Removes a file from the list, if it is there still; its bytes are another's business."""
        return self._rows.delete_if(
            _file_item(resource, file.path), condition="#key = :key", values={"key": file.key}
        )


def _file_item(resource: Resource, path: str) -> ItemKey:
    return resource_file_item(
        resource.project, resource.level, resource.owner, resource.label, path=path
    )


def _resource(row: Mapping[str, Any]) -> Resource:
    return Resource(
        project=row["project"],
        level=Level(row["level"]),
        owner=row["owner"],
        label=row["label"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        format=row["format"],
        content=row["content"],
        revision=row["revision"],
        deleted_at=row["deleted_at"],
        deleted_by=row["deleted_by"],
        until=row["until"],
    )


def file_row(file: ResourceFile) -> Row:
    """The attributes of a file, as `file_of` reads them back."""
    return {
        "path": file.path,
        "key": file.key,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "content_type": file.content_type,
        "added_at": file.added_at,
        "added_by": file.added_by,
    }


def file_of(row: Mapping[str, Any]) -> ResourceFile:
    """The file that a row holds."""
    return ResourceFile(
        path=row["path"],
        key=row["key"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
        content_type=row["content_type"],
        added_at=row["added_at"],
        added_by=row["added_by"],
    )
