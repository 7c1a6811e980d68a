"""Removing for good what was deleted thirty days ago: objects, rows, cards, resources, shares.

The tombstone goes last, so that whatever is left after an end in the middle is found again. What
arrived after the delete is kept, and comes to light with the tombstone gone.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby

from functions.sweep.broom import Broom
from functions.sweep.resources import clear_owner
from scanloft.aws.cards import CardIndex
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.labels import LabelIndex
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
    removal, removed = Removal(broom, seconds_left), 0
    now = broom.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for project in broom.projects.names():
        for tombstone in removal.tombstones.all(project):
            if tombstone.until > now:
                continue
            if seconds_left() < LEFT_S:
                return removed
            removed += removal.remove(tombstone)
    return removed


class Removal:
    """The removal of what single tombstones are of; each step done twice is a no-op."""

    def __init__(self, broom: Broom, seconds_left: Callable[[], float]) -> None:
        rows = broom.rows
        self._broom = broom
        self._seconds_left = seconds_left
        self._archive = broom.archive
        self._versions = broom.archive_versions
        self._summarise = broom.summarise
        self._instances = InstanceIndex(rows)
        self._cards = CardIndex(rows)
        self._labels = LabelIndex(rows, self._cards)
        self._shares = ShareIndex(rows)
        self._subjects = SubjectIndex(rows)
        self.tombstones = TombstoneIndex(rows)

    def remove(self, tombstone: Tombstone) -> bool:
        """Removes what the tombstone is of, then the tombstone; False where time ran out."""
        if tombstone.level is Level.SUBJECT:
            if self._remove_subject(tombstone):
                self.tombstones.remove(tombstone)
                return True
            return False
        return self._remove_images(tombstone)

    def _remove_images(self, tombstone: Tombstone) -> bool:
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
                if self._seconds_left() < LEFT_S:
                    return False
        self._remove_chunk(chunk)
        if not kept:
            self._remove_versions(derived_prefix(project, study_uid, series_uid))
            for row in rows[:1] if not series_uid else ():
                card = self._cards.card(project, Level.SESSION, study_uid)
                self._subjects.forget_session(project, subject_of(row.attributes, card), study_uid)
            said = [(tombstone.level, tombstone.name)]
            if not series_uid:
                said += [(Level.SCAN, scan_name(study_uid, uid)) for uid in sorted(series)]
            if not all(self._remove_said(project, *one) for one in said):
                return False
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

    def _remove_subject(self, tombstone: Tombstone) -> bool:
        """Removes a subject, unless sessions of it have come since; False where time ran out."""
        project, name = tombstone.project, tombstone.name
        uids = list(self._subjects.study_uids(project, name))
        studies = self._instances.studies_among(project, uids)
        cards = self._cards.many(project, [(Level.SESSION, uid) for uid in studies])
        for uid, study in studies.items():
            if subject_of(study.attributes, cards[Level.SESSION, uid]) == name:
                return True
        if not self._remove_said(project, Level.SUBJECT, name):
            return False
        subject = self._subjects.subject(project, name)
        if subject is not None:
            self._subjects.remove(subject)
        return True

    def _remove_said(self, project: str, level: Level, name: str) -> bool:
        """Removes the resources, the card and the shares of something; False: time ran out."""
        left = self._seconds_left
        if not clear_owner(self._broom, left, project=project, level=level, owner=name):
            return False
        self._remove_card(self._cards.card(project, level, name))
        for share in self._shares.of(project, level, name):
            self._shares.revoke(share)
            self._remove_card(self._cards.card(share.target, level, name_in_target(share)))
            self._shares.forget(share)
        return True

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
