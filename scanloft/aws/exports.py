"""Exports in the index table; what they are to hold and their files in the archive bucket."""

import dataclasses
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import IO, Any, cast

from scanloft.aws.objects import ObjectStore
from scanloft.aws.reader import opened
from scanloft.aws.rows import Row, Rows
from scanloft.core.errors import Conflict, NotFound
from scanloft.core.exports import Export, ExportFile, ExportStatus
from scanloft.core.items import project_partition
from scanloft.core.items_of_people import EXPORT_SORT, export_item
from scanloft.core.keys import export_files_key, export_wish_key
from scanloft.core.selections import Wish

KEPT_S = 30 * 24 * 3600
"""How long the row of an export stays after its zip is gone."""
COMPRESSION_LEVEL = 6


class ExportIndex:
    """What the index says of the exports of all projects."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def create(self, export: Export) -> bool:
        """Writes a new export; False when there is one of this name."""
        return self._rows.put_new(export_item(export.project, export.export), _row(export))

    def take(self, export: Export, *, over: Export) -> bool:
        """Writes the export for a next worker if it is as it was read; whether it did."""
        return self._put(export, over_worker=over.worker, over_turn=over.turn)

    def put(self, export: Export, *, over_worker: str) -> bool:
        """Writes the export if it is this worker's, "" for nobody's, in this turn still."""
        return self._put(export, over_worker=over_worker, over_turn=export.turn)

    def _put(self, export: Export, *, over_worker: str, over_turn: int) -> bool:
        return self._rows.put_if(
            export_item(export.project, export.export),
            _row(export),
            condition="#worker = :worker AND #turn = :turn",
            values={"worker": over_worker, "turn": over_turn},
        )

    def export(self, project: str, export: str) -> Export | None:
        """One export, None where there is none."""
        row = self._rows.get(export_item(project, export))
        return None if row is None else _export(row)

    def exports(self, project: str, *, after: str | None = None) -> Iterator[Export]:
        """The exports of a project by name, those behind `after` or all."""
        place = None if after is None else export_item(project, after).sort
        rows = self._rows.query(project_partition(project), sort_prefix=EXPORT_SORT, after=place)
        return map(_export, rows)

    def delete(self, project: str, export: str) -> None:
        """Deletes an export; whoever works on it gives up."""
        self._rows.delete(export_item(project, export))


class ExportWishes:
    """What exports were asked to hold, in the archive bucket: a selection may be long."""

    def __init__(self, archive: ObjectStore) -> None:
        self._archive = archive

    def write(self, export: str, wish: Wish) -> None:
        """Writes down what an export is to hold."""
        self._archive.put(
            export_wish_key(wish.project, export),
            wish.to_json().encode(),
            content_type="application/json",
        )

    def read(self, project: str, export: str) -> Wish:
        """What the export is to hold.

        Raises:
            NotFound: nobody wrote it down, or it is gone.
        """
        return Wish.from_json(self._archive.get(export_wish_key(project, export)).body)


class ExportFiles:
    """The lists of files of exports: any length, never in memory as a whole."""

    def __init__(self, archive: ObjectStore) -> None:
        self._archive = archive

    def write(self, project: str, export: str, files: Iterable[ExportFile]) -> None:
        """Writes the list, held in memory compressed; where there is one already, that one stays.

        Whoever works on the export counts its files by their places in the list.
        """
        body = io.BytesIO()
        with gzip.GzipFile(fileobj=body, mode="wb", compresslevel=COMPRESSION_LEVEL, mtime=0) as to:
            for file in files:
                to.write(file.to_line().encode() + b"\n")
        body.seek(0)
        with suppress(Conflict):
            self._archive.put(
                export_files_key(project, export),
                body,
                content_type="application/gzip",
                only_if_absent=True,
            )

    def are_listed(self, project: str, export: str) -> bool:
        """Whether the list is there."""
        try:
            self._archive.facts(export_files_key(project, export))
        except NotFound:
            return False
        return True

    def read(self, project: str, export: str, *, start: int = 0) -> Iterator[ExportFile]:
        """The files in their order, from the one at place `start` on.

        Raises:
            NotFound: the list is gone.
            Unavailable: S3 did not answer.
        """
        key = export_files_key(project, export)
        size_bytes = self._archive.facts(key).size_bytes
        with opened(self._archive, key, size_bytes=size_bytes) as packed:
            lines = gzip.GzipFile(fileobj=cast("IO[bytes]", packed))
            for line in islice(lines, start, None):
                yield ExportFile.from_line(line)


def _row(export: Export) -> Row:
    values: dict[str, Any] = dataclasses.asdict(export)
    return {**values, "status": export.status.value, "expires_at": export.ends_at + KEPT_S}


def _export(row: Mapping[str, Any]) -> Export:
    values = {field.name: row[field.name] for field in dataclasses.fields(Export)}
    return Export(**{**values, "status": ExportStatus(row["status"])})
