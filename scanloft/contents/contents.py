"""The files of a selection in one order that stays the same, and what they are called."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scanloft.contents.placing import Chosen, Placed, number_of
from scanloft.contents.sessions import Chooser
from scanloft.contents.shelves import Shelves
from scanloft.contents.waiting import results, weighed
from scanloft.core.annotations import Level, Resource, ResourceFile
from scanloft.core.exports import ExportFile
from scanloft.core.hierarchy import scan_name
from scanloft.core.layouts import (
    SOURCE_DATA,
    Layout,
    bids_name,
    digest,
    instance_name,
    resource_name,
    subject_folder,
)
from scanloft.core.model import Instance, Series
from scanloft.core.selections import Wish

SHA256 = re.compile(r"[0-9a-f]{64}")
INSTANCE_NUMBER = "00200013"
DICOM = "application/dicom"
OTHER = "application/octet-stream"
"""Whatever somebody said that a file is: no browser shall show it as that on this host."""
OF_PROJECT, IMAGES, OF_SESSIONS, OF_SUBJECTS = "1", "2", "3", "4"
"""What the files are of, in the order in which they come."""
SERIES_AT_ONCE = 64

Position = tuple[str, ...]
"""The place of a file among all others: stage, then names from the top of the hierarchy down."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a selection."""

    position: Position
    file: ExportFile
    content_type: str


class Contents:
    """The files of a selection, after a position or all."""

    def __init__(self, shelves: Shelves, wish: Wish) -> None:
        self._shelves = shelves
        self._project = wish.project
        self._wanted = wish.selection
        self._layout = wish.layout
        self._chooser = Chooser(shelves, wish)
        self._site = wish.site

    def check(self) -> None:
        """Makes sure that what the selection names is there.

        Raises:
            NotFound, Gone: it is not.
        """
        self._chooser.check()

    def subjects(self) -> dict[str, Placed]:
        """A session of each subject of the selection, by the keys of the subjects in order."""
        found = {placed.subject: placed for placed in self._chooser.placed()}
        return {subject: found[subject] for subject in sorted(found)}

    def entries(self, *, after: Position = (), instances_at_once: int = 5000) -> Iterator[Entry]:
        """The files in the order of their positions; the rows of so many are read at once."""
        stages: dict[str, Callable[[Position], Iterator[Entry]]] = {
            OF_PROJECT: self._of_project,
            IMAGES: lambda start: self._images(start, instances_at_once),
            OF_SESSIONS: self._of_sessions,
            OF_SUBJECTS: self._of_subjects,
        }
        first = after[0] if after else OF_PROJECT
        for stage, files in stages.items():
            if stage >= first:
                start = after[1:] if stage == first else ()
                yield from (entry for entry in files(start) if entry.position > after)

    def _of_project(self, _start: Position) -> Iterator[Entry]:
        """Nobody who is bound to a site sees what belongs to all of them."""
        if self._wanted.resources and self._wanted.all and not self._site:
            for resource, file in self._files(Level.PROJECT, ""):
                name = resource_name(self._above_project, resource.label, file.path)
                yield _entry((OF_PROJECT, resource.label, file.path), name, resource, file)

    def _images(self, start: Position, instances_at_once: int) -> Iterator[Entry]:
        scans = (
            (chosen, series)
            for chosen in self._chooser.sessions(start=start[0] if start else "")
            for series in chosen.series
            if (series.study_uid, series.series_uid) >= start[:2]
        )
        for batch in weighed(
            scans,
            weight=lambda scan: scan[1].instance_count,
            limit=instances_at_once,
            count=SERIES_AT_ONCE,
        ):
            found = results(batch, lambda scan: self._instances(scan[1]))
            for (chosen, series), instances in zip(batch, found, strict=True):
                folder = chosen.scan_folder(self._layout, series.series_uid)
                yield from (_image(instance, folder) for instance in instances)

    def _instances(self, series: Series) -> list[Instance]:
        """Those that the caller sees: what the series says of its sites may be of earlier."""
        scan = (series.project, series.study_uid, series.series_uid)
        return [
            instance
            for instance in self._shelves.instances.instances(*scan)
            if not self._site or instance.site == self._site
        ]

    def _of_sessions(self, start: Position) -> Iterator[Entry]:
        if self._wanted.resources:
            for chosen in self._chooser.sessions(start=start[0] if start else ""):
                yield from self._of_session(chosen)

    def _of_session(self, chosen: Chosen) -> Iterator[Entry]:
        """Those of its scans, and those of the session itself, where all of it is taken."""
        folder = chosen.place.folder(self._layout)
        owners = [
            (
                Level.SCAN,
                scan_name(series.study_uid, series.series_uid),
                chosen.scan_folder(self._layout, series.series_uid),
            )
            for series in chosen.series
        ]
        if chosen.is_whole:
            owners.append((Level.SESSION, chosen.study_uid, folder))
        found = results(owners, lambda owner: list(self._files(owner[0], owner[1])))
        taken: set[str] = set()
        for (level, name, above), files in zip(owners, found, strict=True):
            for resource, file in files:
                # Two sessions that were merged may have resources of one label.
                mark = f"-{digest(chosen.study_uid)}" if chosen.is_merged else ""
                plain = resource_name(above, f"{resource.label}{mark}", file.path)
                named = self._bids_name(file, chosen)
                entry = plain if named is None or named in taken else named
                taken.add(entry)
                place = (OF_SESSIONS, chosen.study_uid, level, name, resource.label, file.path)
                yield _entry(place, entry, resource, file)

    def _of_subjects(self, _start: Position) -> Iterator[Entry]:
        """Somebody who is bound to a site may see a part of the sessions of a subject only."""
        if not self._wanted.resources or self._wanted.is_narrow or self._site:
            return
        for subject, placed in self.subjects().items():
            if not (self._wanted.all or subject in self._wanted.subjects):
                continue
            label = placed.place.subject
            above = subject_folder(self._layout, label)
            for resource, file in self._files(Level.SUBJECT, subject):
                name = resource_name(above, resource.label, file.path)
                yield _entry(
                    (OF_SUBJECTS, subject, resource.label, file.path), name, resource, file
                )

    def _bids_name(self, file: ResourceFile, chosen: Chosen) -> str | None:
        if self._layout is not Layout.BIDS or chosen.is_merged:
            return None
        return bids_name(file.path, subject=chosen.place.subject, session=chosen.place)

    def _files(self, level: Level, owner: str) -> Iterator[tuple[Resource, ResourceFile]]:
        for resource in self._shelves.resources.resources(self._project, level, owner):
            for file in self._shelves.resources.files(resource):
                yield resource, file

    @property
    def _above_project(self) -> str:
        return "" if self._layout is Layout.ORIGINAL else SOURCE_DATA


def _image(instance: Instance, folder: str) -> Entry:
    number = number_of(instance.attributes, INSTANCE_NUMBER)
    position = (IMAGES, instance.study_uid, instance.series_uid, instance.sop_uid)
    file = ExportFile(
        name=f"{folder}/{instance_name(number, instance.sop_uid)}",
        key=instance.location.key,
        offset=instance.location.offset,
        length=instance.location.length,
        sha256=instance.sha256 if SHA256.fullmatch(instance.sha256) else "",
        level=Level.SCAN,
        owner=scan_name(instance.study_uid, instance.series_uid),
    )
    return Entry(position, file, DICOM)


def _entry(position: Position, name: str, resource: Resource, file: ResourceFile) -> Entry:
    known = file.sha256 if SHA256.fullmatch(file.sha256) else ""
    listed = ExportFile(
        name=name,
        key=file.key,
        offset=0,
        length=file.size_bytes,
        sha256=known,
        level=resource.level,
        owner=resource.owner,
        label=resource.label,
        path=file.path,
    )
    return Entry(position, listed, OTHER)
