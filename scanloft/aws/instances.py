"""Instances, series and studies in the index table: rows to values and back."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scanloft.aws.rows import ABSENT, Rows, Value
from scanloft.core.errors import Conflict
from scanloft.core.items import (
    INSTANCE_SORT,
    SERIES_SORT,
    ItemKey,
    claim_item,
    instance_item,
    series_item,
    series_partition,
    study_item,
    study_partition,
    study_rows_partitions,
)
from scanloft.core.keys import ArchiveKey
from scanloft.core.model import Attributes, Instance, Location, Series, Study


class InstanceIndex:
    """What the index says of the instances, series and studies of all projects."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put_instance(self, instance: Instance, *, replaces: Sequence[str] = ()) -> None:
        """Indexes an instance; the same bytes again are a no-op.

        `replaces` are the SHA-256s of what stood in its place before, and may give way.

        Raises:
            Conflict: another object with this SOP Instance UID is indexed.
        """
        key = instance_item(
            instance.project, instance.study_uid, instance.series_uid, instance.sop_uid
        )
        written = any(
            self._rows.put_if(
                key,
                _instance_row(instance),
                condition=f"{ABSENT} OR #sha256 = :sha256",
                values={"sha256": sha256},
            )
            for sha256 in (instance.sha256, *replaces)
        )
        if not written:
            raise Conflict("Another object with this SOP Instance UID is already indexed.")

    def claim(self, key: ArchiveKey) -> None:
        """Gives the SOP Instance UID to this object of the archive; again is a no-op.

        Raises:
            Conflict: an object of another series or study of the project has it.
        """
        claimed = self._rows.put_if(
            claim_item(key.project, key.sop_uid),
            {"key": str(key)},
            condition=f"{ABSENT} OR #key = :key",
            values={"key": str(key)},
        )
        if not claimed:
            raise Conflict(
                "An object with this SOP Instance UID is already in the archive, in another "
                "series or study: the first one is kept. Decide which one is right."
            )

    def instance(
        self, project: str, study_uid: str, series_uid: str, sop_uid: str
    ) -> Instance | None:
        """One instance, None where there is none."""
        row = self._rows.get(instance_item(project, study_uid, series_uid, sop_uid))
        return None if row is None else _instance(row)

    def instances(
        self,
        project: str,
        study_uid: str,
        series_uid: str,
        *,
        after: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[Instance]:
        """The instances of a series by their SOP Instance UIDs, after one or all."""
        rows = self._rows.query(
            series_partition(project, study_uid, series_uid),
            sort_prefix=INSTANCE_SORT,
            after=None if after is None else f"{INSTANCE_SORT}{after}",
            page_size=page_size,
        )
        return map(_instance, rows)

    def put_series(self, series: Series) -> bool:
        """Writes a series over the revision it was read at; False when another was faster."""
        key = series_item(series.project, series.study_uid, series.series_uid)
        return self._put_revision(key, _series_row(series), revision=series.revision)

    def series(self, project: str, study_uid: str, series_uid: str) -> Series | None:
        """One series, None where there is none."""
        row = self._rows.get(series_item(project, study_uid, series_uid))
        return None if row is None else _series(row)

    def series_of_study(self, project: str, study_uid: str) -> Iterator[Series]:
        """The series of a study in the order of their UIDs."""
        partition = study_partition(project, study_uid)
        return map(_series, self._rows.query(partition, sort_prefix=SERIES_SORT))

    def put_study(self, study: Study) -> bool:
        """Writes a study over the revision it was read at; False when another was faster."""
        key = study_item(study.project, study.study_uid)
        return self._put_revision(key, _study_row(study), revision=study.revision)

    def study(self, project: str, study_uid: str) -> Study | None:
        """One study, None where there is none."""
        row = self._rows.get(study_item(project, study_uid))
        return None if row is None else _study(row)

    def studies(
        self, project: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[Study]:
        """The studies of a project by their UIDs, after one or all."""
        for partition in study_rows_partitions(project):
            yield from map(_study, self._rows.query(partition, after=after, page_size=page_size))

    def studies_among(self, project: str, uids: Iterable[str]) -> dict[str, Study]:
        """Those of the studies that exist, by UID, a hundred a call."""
        rows = self._rows.get_many(study_item(project, uid) for uid in uids)
        return {row["study_uid"]: _study(row) for row in rows.values()}

    def remove_series(self, series: Series) -> bool:
        """Removes a series at the revision it was read at; False when another was faster."""
        key = series_item(series.project, series.study_uid, series.series_uid)
        return self._remove_revision(key, revision=series.revision)

    def remove_study(self, study: Study) -> bool:
        """Removes a study at the revision it was read at; False when another was faster."""
        key = study_item(study.project, study.study_uid)
        return self._remove_revision(key, revision=study.revision)

    def remove_instance(self, key: ArchiveKey) -> None:
        """Removes an instance, and the claim of its UID if it is this object's."""
        self._rows.delete(instance_item(*key))
        self.release(key)

    def release(self, key: ArchiveKey) -> None:
        """Gives up the claim of a SOP Instance UID, if it is this object's."""
        self._rows.delete_if(
            claim_item(key.project, key.sop_uid), condition="#key = :key", values={"key": str(key)}
        )

    def _remove_revision(self, key: ItemKey, *, revision: int) -> bool:
        return self._rows.delete_if(
            key, condition="#revision = :revision", values={"revision": revision}
        )

    def _put_revision(self, key: ItemKey, row: Mapping[str, Value], *, revision: int) -> bool:
        if revision == 0:
            return self._rows.put_new(key, {**row, "revision": 1})
        return self._rows.put_if(
            key,
            {**row, "revision": revision + 1},
            condition="#revision = :revision",
            values={"revision": revision},
        )


def _pack(attributes: Attributes) -> str:
    return json.dumps(attributes, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _unpack(text: str) -> Attributes:
    return {tag: tuple(values) for tag, values in json.loads(text).items()}


def _instance_row(instance: Instance) -> dict[str, Value]:
    return {
        "project": instance.project,
        "study_uid": instance.study_uid,
        "series_uid": instance.series_uid,
        "sop_uid": instance.sop_uid,
        "sop_class_uid": instance.sop_class_uid,
        "transfer_syntax_uid": instance.transfer_syntax_uid,
        "key": instance.location.key,
        "offset": instance.location.offset,
        "length": instance.location.length,
        "sha256": instance.sha256,
        "header_length": instance.header_length,
        "attributes": _pack(instance.attributes),
        "site": instance.site,
    }


def _instance(row: Mapping[str, Any]) -> Instance:
    return Instance(
        project=row["project"],
        study_uid=row["study_uid"],
        series_uid=row["series_uid"],
        sop_uid=row["sop_uid"],
        sop_class_uid=row["sop_class_uid"],
        transfer_syntax_uid=row["transfer_syntax_uid"],
        location=Location(key=row["key"], offset=row["offset"], length=row["length"]),
        sha256=row["sha256"],
        header_length=row["header_length"],
        attributes=_unpack(row["attributes"]),
        site=row["site"],
    )


def _series_row(series: Series) -> dict[str, Value]:
    return {
        "project": series.project,
        "study_uid": series.study_uid,
        "series_uid": series.series_uid,
        "instance_count": series.instance_count,
        "size_bytes": series.size_bytes,
        "attributes": _pack(series.attributes),
        "sites": list(series.sites),
    }


def _series(row: Mapping[str, Any]) -> Series:
    return Series(
        project=row["project"],
        study_uid=row["study_uid"],
        series_uid=row["series_uid"],
        instance_count=row["instance_count"],
        size_bytes=row["size_bytes"],
        attributes=_unpack(row["attributes"]),
        revision=row["revision"],
        sites=tuple(row["sites"]),
    )


def _study_row(study: Study) -> dict[str, Value]:
    return {
        "project": study.project,
        "study_uid": study.study_uid,
        "series_count": study.series_count,
        "instance_count": study.instance_count,
        "size_bytes": study.size_bytes,
        "modalities": list(study.modalities),
        "attributes": _pack(study.attributes),
        "sites": list(study.sites),
    }


def _study(row: Mapping[str, Any]) -> Study:
    return Study(
        project=row["project"],
        study_uid=row["study_uid"],
        series_count=row["series_count"],
        instance_count=row["instance_count"],
        size_bytes=row["size_bytes"],
        modalities=tuple(row["modalities"]),
        attributes=_unpack(row["attributes"]),
        revision=row["revision"],
        sites=tuple(row["sites"]),
    )
