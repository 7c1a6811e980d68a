"""Uploads in the index table: what was declared, and what became of each file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from scanloft.aws.rows import Rows, Value
from scanloft.aws.targets import packed, unpacked
from scanloft.core.items import (
    DECLARATION_SORT,
    FATE_SORT,
    PARTS_SORT,
    UPLOAD_SORT,
    declaration_item,
    fate_item,
    member_declaration_item,
    parts_item,
    project_partition,
    upload_item,
    upload_partition,
)
from scanloft.core.model import Declaration, Fate, FateKind, FileKind, Upload, UploadSource


class UploadIndex:
    """The uploads of all projects, their declarations and the fates of their files."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def create(self, upload: Upload) -> bool:
        """Writes a new upload; False where it exists already."""
        return self._rows.put_new(upload_item(upload.project, upload.upload), _upload_row(upload))

    def upload(self, project: str, upload: str) -> Upload | None:
        """One upload, None where there is none."""
        row = self._rows.get(upload_item(project, upload))
        return None if row is None else _upload(row)

    def known(self, uploads: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Upload]:
        """Those of the uploads that exist, each a project and an upload, a hundred a call."""
        place_by_key = {upload_item(*place): place for place in uploads}
        rows = self._rows.get_many(place_by_key)
        return {place_by_key[key]: _upload(row) for key, row in rows.items()}

    def uploads(
        self, project: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[Upload]:
        """The uploads of a project in the order of their names, those after one or all."""
        rows = self._rows.query(
            project_partition(project),
            sort_prefix=UPLOAD_SORT,
            after=None if after is None else upload_item(project, after).sort,
            page_size=page_size,
        )
        return map(_upload, rows)

    def touch(self, upload: Upload, *, at: str) -> bool:
        """Notes that the sender was heard of; False where it is closed or swept meanwhile."""
        return self._rows.put_if(
            upload_item(upload.project, upload.upload),
            _upload_row(replace(upload, active_at=at)),
            condition="#closed_at = :closed_at AND #swept_at = :swept_at",
            values={"closed_at": upload.closed_at, "swept_at": ""},
        )

    def close(self, upload: Upload, *, at: str) -> bool:
        """Closes the upload; False where it is closed already."""
        return self._rows.put_if(
            upload_item(upload.project, upload.upload),
            _upload_row(replace(upload, closed_at=at)),
            condition="#closed_at = :closed_at",
            values={"closed_at": ""},
        )

    def sweep(self, upload: Upload, *, at: str) -> None:
        """Notes that nothing more is waited for in a closed upload, if it is still there."""
        self._rows.put_if(
            upload_item(upload.project, upload.upload),
            _upload_row(replace(upload, swept_at=at)),
            condition="#closed_at = :closed_at",
            values={"closed_at": upload.closed_at},
        )

    def declare(self, project: str, upload: str, declarations: Iterable[Declaration]) -> bool:
        """Writes what the sender says of the files; False where it is known otherwise of one."""
        return self._rows.put_each_new(
            (declaration_item(project, upload, entry.number), _declaration_row(entry))
            for entry in declarations
        )

    def declare_members(
        self, project: str, upload: str, declarations: Iterable[Declaration]
    ) -> None:
        """Writes what members of a zip or tar are to become; nobody waits for them in lists."""
        self._rows.put_many(
            (member_declaration_item(project, upload, entry.number), _declaration_row(entry))
            for entry in declarations
        )

    def declared_members(
        self, files: Iterable[tuple[str, str, str]]
    ) -> dict[tuple[str, str, str], Declaration]:
        """The same read, for members each named by a project, an upload and a number."""
        file_by_key = {member_declaration_item(*file): file for file in files}
        rows = self._rows.get_many(file_by_key)
        return {file_by_key[key]: _declaration(row) for key, row in rows.items()}

    def declaration(self, project: str, upload: str, number: str) -> Declaration | None:
        """What was declared for one file, None where nothing was."""
        row = self._rows.get(declaration_item(project, upload, number))
        return None if row is None else _declaration(row)

    def declared(
        self, files: Iterable[tuple[str, str, str]]
    ) -> dict[tuple[str, str, str], Declaration]:
        """What was declared for files, each a project, an upload and a number."""
        file_by_key = {declaration_item(*file): file for file in files}
        rows = self._rows.get_many(file_by_key)
        return {file_by_key[key]: _declaration(row) for key, row in rows.items()}

    def announced(
        self, files: Iterable[tuple[str, str, str]], uploads: Iterable[tuple[str, str]]
    ) -> tuple[dict[tuple[str, str, str], Declaration], dict[tuple[str, str], Upload]]:
        """What `declared` and `known` say, read together."""
        file_by_key = {declaration_item(*file): file for file in files}
        place_by_key = {upload_item(*place): place for place in uploads}
        rows = self._rows.get_many([*file_by_key, *place_by_key])
        return (
            {file: _declaration(rows[key]) for key, file in file_by_key.items() if key in rows},
            {place: _upload(rows[key]) for key, place in place_by_key.items() if key in rows},
        )

    def declarations(
        self, project: str, upload: str, *, after: str | None = None
    ) -> Iterator[Declaration]:
        """What was declared for an upload, in order, after a number or all."""
        rows = self._rows.query(
            upload_partition(project, upload),
            sort_prefix=DECLARATION_SORT,
            after=None if after is None else declaration_item(project, upload, after).sort,
        )
        return map(_declaration, rows)

    def numbers(self, project: str, upload: str) -> Iterator[str]:
        """The numbers of the declared files, in order: less to read than the declarations."""
        rows = self._rows.query(
            upload_partition(project, upload),
            sort_prefix=DECLARATION_SORT,
            attributes=("number",),
        )
        return (row["number"] for row in rows)

    def fate_kinds(self, project: str, upload: str) -> Iterator[tuple[str, FateKind]]:
        """The files that have met their fate, in order, and which: less to read than the fates."""
        rows = self._rows.query(
            upload_partition(project, upload), sort_prefix=FATE_SORT, attributes=("number", "kind")
        )
        return ((row["number"], FateKind(row["kind"])) for row in rows)

    def put_fate_if_none(self, project: str, upload: str, fate: Fate) -> bool:
        """Writes a fate unless the file has one; whether it did."""
        return self._rows.put_new(fate_item(project, upload, fate.number), _fate_row(fate))

    def parts(self, project: str, upload: str, number: str) -> str | None:
        """S3's name for the parts of a file; None where it is not being sent in parts."""
        row = self._rows.get(parts_item(project, upload, number))
        return None if row is None else str(row["name"])

    def put_parts(
        self, project: str, upload: str, number: str, *, name: str, instead_of: str | None
    ) -> bool:
        """Notes S3's name for them; False where it is another one meanwhile than was known."""
        key, row = parts_item(project, upload, number), {"number": number, "name": name}
        if instead_of is None:
            return self._rows.put_new(key, row)
        condition = "#name = :name"
        return self._rows.put_if(key, row, condition=condition, values={"name": instead_of})

    def remove_parts(self, project: str, upload: str, number: str, *, name: str) -> None:
        """Forgets the parts of this name; no error where there are none, or others by now."""
        key = parts_item(project, upload, number)
        self._rows.delete_if(key, condition="#name = :name", values={"name": name})

    def in_parts(self, project: str, upload: str) -> Iterator[tuple[str, str]]:
        """The numbers of the files that are being sent in parts, and S3's names for the parts."""
        rows = self._rows.query(upload_partition(project, upload), sort_prefix=PARTS_SORT)
        return ((row["number"], row["name"]) for row in rows)

    def put_fates(self, fates: Iterable[tuple[str, str, Fate]]) -> None:
        """Writes fates, each with its project and its upload; the last one of a file counts."""
        self._rows.put_many(
            (fate_item(project, upload, fate.number), _fate_row(fate))
            for project, upload, fate in fates
        )

    def fate(self, project: str, upload: str, number: str) -> Fate | None:
        """What became of one file, None while it waits."""
        row = self._rows.get(fate_item(project, upload, number))
        return None if row is None else _fate(row)

    def fates(self, project: str, upload: str, *, after: str | None = None) -> Iterator[Fate]:
        """What became of the files of an upload so far, in order, after a number or all."""
        rows = self._rows.query(
            upload_partition(project, upload),
            sort_prefix=FATE_SORT,
            after=None if after is None else fate_item(project, upload, after).sort,
        )
        return map(_fate, rows)


def _upload_row(upload: Upload) -> dict[str, Value]:
    return {
        "project": upload.project,
        "upload": upload.upload,
        "source": upload.source.value,
        "created_at": upload.created_at,
        "created_by": upload.created_by,
        "files_declared": upload.files_declared,
        "site": upload.site,
        "label": upload.label,
        "closed_at": upload.closed_at,
        "active_at": upload.active_at,
        "swept_at": upload.swept_at,
    }


def _upload(row: Mapping[str, Any]) -> Upload:
    return Upload(
        project=row["project"],
        upload=row["upload"],
        source=UploadSource(row["source"]),
        created_at=row["created_at"],
        created_by=row["created_by"],
        files_declared=row["files_declared"],
        site=row["site"],
        label=row["label"],
        closed_at=row["closed_at"],
        active_at=row["active_at"],
        swept_at=row["swept_at"],
    )


def _declaration_row(declaration: Declaration) -> dict[str, Value]:
    target = {"target": packed(declaration.target)} if declaration.target else {}
    return {
        "number": declaration.number,
        "size_bytes": declaration.size_bytes,
        "sha256": declaration.sha256,
        "kind": declaration.kind.value,
        **target,
    }


def _declaration(row: Mapping[str, Any]) -> Declaration:
    return Declaration(
        number=row["number"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
        kind=FileKind(row["kind"]),
        target=unpacked(row["target"]) if "target" in row else None,
    )


def _fate_row(fate: Fate) -> dict[str, Value]:
    return {
        "number": fate.number,
        "kind": fate.kind.value,
        "code": fate.code,
        "reason": fate.reason,
        "archive_key": fate.archive_key,
        "item": fate.item,
        "size_bytes": fate.size_bytes,
        "actions": json.dumps(dict(fate.actions), sort_keys=True),
    }


def _fate(row: Mapping[str, Any]) -> Fate:
    return Fate(
        number=row["number"],
        kind=FateKind(row["kind"]),
        code=row["code"],
        reason=row["reason"],
        archive_key=row["archive_key"],
        item=row["item"],
        size_bytes=row["size_bytes"],
        actions=json.loads(row["actions"]),
    )
