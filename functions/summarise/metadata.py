"""The metadata object of a series: the DICOM JSON of all its instances (PS3.18 10.4.1.1.2)."""

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scanloft.aws.objects import ObjectStore
from scanloft.core.errors import NotFound
from scanloft.core.keys import series_coverage_key, series_metadata_key
from scanloft.core.model import Instance
from scanloft.core.overlap import overlapped
from scanloft.dicom.json import instance_json

SOP_INSTANCE_UID = "00080018"
INSTANCE_NUMBER = "00200013"
COMPRESSION_LEVEL = 6
FORM = 1
"""Raise it when `instance_json` writes something else of the same header than before."""


class SeriesMetadata:
    """Writes the metadata of series; what is known of an unchanged instance is not read again."""

    def __init__(self, archive: ObjectStore, *, public_base_url: str, threads: int) -> None:
        self._archive = archive
        self._public_base_url = public_base_url
        self._threads = threads
        self._made_for = f"{FORM} {public_base_url}"

    def write(self, instances: Sequence[Instance]) -> None:
        """Writes the metadata object of the series that these are all instances of.

        Beside it lies a list of the checksums it was made from, so that the next time only
        instances that are new or other are read. The list is written last: it never claims more
        than the metadata object holds.

        Raises:
            NotFound: an instance is gone while its row is still there.
            Unavailable: S3 did not answer.
        """
        first = instances[0]
        series = (first.project, first.study_uid, first.series_uid)
        known = self._known(series, instances)
        missing = [instance for instance in instances if instance.sop_uid not in known]
        for instance, entry in zip(missing, self._read(missing), strict=True):
            known[instance.sop_uid] = entry
        ordered = sorted(instances, key=_place)
        body = json.dumps(
            [known[instance.sop_uid] for instance in ordered],
            separators=(",", ":"),
            allow_nan=False,
        )
        self._archive.put(
            series_metadata_key(*series),
            gzip.compress(body.encode(), COMPRESSION_LEVEL, mtime=0),
            content_type="application/dicom+json",
            content_encoding="gzip",
        )
        self._archive.put(
            series_coverage_key(*series),
            json.dumps(
                {
                    "made_for": self._made_for,
                    "sha256": {instance.sop_uid: instance.sha256 for instance in ordered},
                }
            ).encode(),
            content_type="application/json",
        )

    def _known(
        self, series: tuple[str, str, str], instances: Sequence[Instance]
    ) -> dict[str, Mapping[str, Any]]:
        """The entries of the present metadata object that still hold, by SOP Instance UID.

        None where it was made for another host or in another form, or is damaged.
        """
        try:
            coverage = json.loads(self._archive.get(series_coverage_key(*series)).body)
            if coverage["made_for"] != self._made_for:
                return {}
            present = self._archive.get(series_metadata_key(*series)).body
            return _holding(json.loads(gzip.decompress(present)), coverage["sha256"], instances)
        except (NotFound, OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
            return {}

    def _read(self, instances: Sequence[Instance]) -> list[Mapping[str, Any]]:
        entries: list[Mapping[str, Any]] = []
        for result in overlapped(instances, self._entry, threads=self._threads):
            if isinstance(result, Exception):
                raise result
            entries.append(result)
        return entries

    def _entry(self, instance: Instance) -> Mapping[str, Any]:
        location = instance.location
        header = self._archive.get(
            location.key, offset=location.offset, length=instance.header_length
        )
        entry: Mapping[str, Any] = instance_json(
            header.body,
            bulkdata_base=f"{self._public_base_url}/api/projects/{instance.project}/dicomweb"
            f"/studies/{instance.study_uid}/series/{instance.series_uid}"
            f"/instances/{instance.sop_uid}/bulkdata",
        )
        return entry


def _holding(
    entries: Iterable[Mapping[str, Any]], sha256: Mapping[str, str], instances: Iterable[Instance]
) -> dict[str, Mapping[str, Any]]:
    """The entries of those instances that have the checksum they had when these were made."""
    current = {one.sop_uid for one in instances if sha256.get(one.sop_uid) == one.sha256}
    named = ((entry[SOP_INSTANCE_UID]["Value"][0], entry) for entry in entries)
    return {sop_uid: entry for sop_uid, entry in named if sop_uid in current}


def _place(instance: Instance) -> tuple[float, str]:
    """Instances in the order of their numbers, as viewers show them; those without come last."""
    (number,) = instance.attributes.get(INSTANCE_NUMBER, ())[:1] or (float("inf"),)
    return (float(number), instance.sop_uid)
