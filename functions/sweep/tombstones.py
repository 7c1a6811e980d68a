"""Removing for good what was deleted thirty days ago: objects, rows, cards, resources, shares.

The tombstone goes last, so that whatever is left after an end in the middle is found again. What
arrived after the delete is kept, and comes to light with the tombstone gone.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby

from functions.sweep.broom import Broom
from scanloft.aws.cards import CardIndex
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.labels import LabelIndex
from scanloft.aws.resources import ResourceIndex
from scanloft.aws.shares import ShareIndex, name_in_target
from scanloft.aws.subjects import SubjectIndex
from scanloft.aws.tombstones import TombstoneIndex
from scanloft.aws.versions import ObjectVersion
from scanloft.core.annotations import Card, Level, Tombstone
from scanloft.core.hierarchy import parse_scan, scan_name, subject_of
from scanloft.core.keys import ArchiveKey, derived_prefix, dicom_prefix
from scanloft.core.overlap import overlapped
from scanloft.core.series_changed import SeriesChanged

LEFT_S = 120
"""What one tombstone may take: none is begun with less time left."""
CHUNK = 500
THREADS = 16
DELAY_S = 60


def remove_deleted(broom: Broom, seconds_left: Callable[[], float]) -> int:
    """Removes what the tombstones of all projects are of, where their time has come."""
    removal, removed = Removal(broom), 0
    now = broom.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for project in broom.projects.names():
        for tombstone in removal.tombstones.all(project):
            if tombstone.until > now:
                continue
            if seconds_left() < LEFT_S:
                return removed
            removed += removal.remove(tombstone, seconds_left)
    return removed


class Removal:
    """The removal of what single tombstones are of; each step done twice is a no-op."""

    def __init__(self, broom: Broom) -> None:
        rows = broom.rows
        self._archive = broom.archive
        self._versions = broom.archive_versions
        self._summarise = broom.summarise
        self._instances = InstanceIndex(rows)
        self._cards = CardIndex(rows)
        self._labels = LabelIndex(rows, self._cards)
        self._resources = ResourceIndex(rows)
        self._shares = ShareIndex(rows)
        self._subjects = SubjectIndex(rows)
        self.tombstones = TombstoneIndex(rows)

    def remove(self, tombstone: Tombstone, seconds_left: Callable[[], float]) -> bool:
        """Removes what the tombstone is of, then the tombstone; False where time ran out."""
        if tombstone.level is Level.SUBJECT:
            self._remove_subject(tombstone)
            self.tombstones.remove(tombstone)
            return True
        return self._remove_images(tombstone, seconds_left)

    def _remove_images(self, tombstone: Tombstone, seconds_left: Callable[[], float]) -> bool:
        project = tombstone.project
        study_uid, series_uid = _uids(tombstone)
        rows = list(self._instances.series_of_study(project, study_uid))
        series = {row.series_uid for row in rows} if not series_uid else {series_uid}
        prefix = dicom_prefix(project, study_uid, series_uid)
        kept, chunk, moved = 0, list[list[ObjectVersion]](), self._moved(tombstone, study_uid)
        for key, group in groupby(self._versions.below(prefix), key=lambda one: one.key):
            versions = list(group)
            series.add(ArchiveKey.parse(key).series_uid)
            if _is_newer(versions, tombstone) and key not in moved:
                kept += 1
                continue
            chunk.append(versions)
            if len(chunk) == CHUNK:
                self._remove_chunk(chunk)
                chunk.clear()
                if seconds_left() < LEFT_S:
                    return False
        self._remove_chunk(chunk)
        if not kept:
            self._remove_versions(derived_prefix(project, study_uid, series_uid))
            for row in rows[:1] if not series_uid else ():
                card = self._cards.card(project, Level.SESSION, study_uid)
                self._subjects.forget_session(project, subject_of(row.attributes, card), study_uid)
            self._remove_said(project, tombstone.level, tombstone.name)
            for uid in series if not series_uid else ():
                self._remove_said(project, Level.SCAN, scan_name(study_uid, uid))
        self._end(tombstone, [SeriesChanged(project, study_uid, uid) for uid in sorted(series)])
        return True

    def _end(self, tombstone: Tombstone, changed: Sequence[SeriesChanged]) -> None:
        """Has the rows computed of what is left, before and after the tombstone goes."""
        study_uid, _ = _uids(tombstone)
        everything = [*changed, SeriesChanged(tombstone.project, study_uid, "")]
        bodies = [message.to_body() for message in everything]
        self._summarise.send_many(bodies, delay_s=DELAY_S)
        self.tombstones.remove(tombstone)
        self._summarise.send_many(bodies)

    def _moved(self, tombstone: Tombstone, study_uid: str) -> frozenset[str]:
        """The keys of what was moved to another project, and is there."""
        if not tombstone.moved_to:
            return frozenset()
        there = self._archive.keys(dicom_prefix(tombstone.moved_to, study_uid))
        keys = (ArchiveKey.parse(key) for key in there)
        return frozenset(str(key._replace(project=tombstone.project)) for key in keys)

    def _remove_chunk(self, objects: Sequence[Sequence[ObjectVersion]]) -> None:
        """Rows first: an object that is left is found again, a row would not be."""
        keys = [ArchiveKey.parse(versions[0].key) for versions in objects]
        for result in overlapped(keys, self._instances.remove_instance, threads=THREADS):
            if isinstance(result, Exception):
                raise result
        self._versions.remove([one for versions in objects for one in versions])

    def _remove_subject(self, tombstone: Tombstone) -> None:
        """Removes a subject, unless sessions of it have come since."""
        project, name = tombstone.project, tombstone.name
        uids = list(self._subjects.study_uids(project, name))
        studies = self._instances.studies_among(project, uids)
        cards = self._cards.many(project, [(Level.SESSION, uid) for uid in studies])
        for uid, study in studies.items():
            if subject_of(study.attributes, cards[Level.SESSION, uid]) == name:
                return
        self._remove_said(project, Level.SUBJECT, name)
        subject = self._subjects.subject(project, name)
        if subject is not None:
            self._subjects.remove(subject)

    def _remove_said(self, project: str, level: Level, name: str) -> None:
        """Removes the card, the resources and the shares of something."""
        self._remove_card(self._cards.card(project, level, name))
        for resource in self._resources.resources(project, level, name):
            for file in self._resources.files(resource):
                self._remove_versions(file.key)
                self._resources.remove_file(resource, file.path)
            self._resources.remove(resource)
        for share in self._shares.of(project, level, name):
            self._shares.revoke(share)
            self._remove_card(self._cards.card(share.target, level, name_in_target(share)))
            self._shares.forget(share)

    def _remove_card(self, card: Card) -> None:
        self._labels.release(card)
        self._cards.remove(card.project, card.level, card.name)

    def _remove_versions(self, prefix: str) -> None:
        self._versions.remove(list(self._versions.below(prefix)))


def _uids(tombstone: Tombstone) -> tuple[str, str]:
    """The study, and the series of a scan, "" of a session."""
    if tombstone.level is Level.SCAN:
        return parse_scan(tombstone.name)
    return tombstone.name, ""


def _is_newer(versions: Iterable[ObjectVersion], tombstone: Tombstone) -> bool:
    """Whether an object was put after the delete, to the second that S3 tells."""
    deleted_at = datetime.fromisoformat(tombstone.deleted_at).timestamp()
    return max(one.put_at for one in versions) >= deleted_at
