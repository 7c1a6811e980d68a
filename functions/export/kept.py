"""Which files of an export were deleted since they were listed."""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from scanloft.contents.shelves import Shelves
from scanloft.contents.standing import standings
from scanloft.contents.waiting import results
from scanloft.core.annotations import Level
from scanloft.core.batching import batches
from scanloft.core.exports import ExportFile
from scanloft.core.hierarchy import parse_scan

SOON, LATER = 500, 5000
"""So many files are looked at together: of those that are read next, and of a whole list."""

Owner = tuple[Level, str]


class Kept:
    """What the index says of the files of a project's exports by now."""

    def __init__(self, shelves: Shelves, project: str) -> None:
        self._shelves = shelves
        self._project = project

    def marked(self, files: Iterable[ExportFile], *, at_once: int = SOON) -> Iterator[ExportFile]:
        """The same files; those that were deleted, or replaced, say so."""
        for batch in batches(files, size=at_once):
            gone = self._gone(batch)
            for file in batch:
                yield dataclasses.replace(file, is_deleted=True) if file in gone else file

    def _gone(self, files: Sequence[ExportFile]) -> set[ExportFile]:
        owned = [file for file in files if file.level]
        hidden = self._hidden({(Level(file.level), file.owner) for file in owned})
        gone = {file for file in owned if (file.level, file.owner) in hidden}
        of_resources = [file for file in owned if file.label and file not in gone]
        groups = [list(group) for _, group in groupby(of_resources, key=_resource_of)]
        return gone.union(*results(groups, self._gone_from_resource))

    def _hidden(self, owners: Collection[Owner]) -> set[Owner]:
        """Those that were deleted, or that belong to what was."""
        session_of = {
            owner: parse_scan(owner[1])[0] if owner[0] is Level.SCAN else owner[1]
            for owner in owners
            if owner[0] in (Level.SESSION, Level.SCAN)
        }
        uids = sorted(set(session_of.values()))
        studies = self._shelves.instances.studies_among(self._project, uids).values()
        kept = {
            each.study.study_uid
            for each in standings(self._shelves, self._project, studies)
            if each.hidden_by is None
        }
        hidden = set(self._shelves.tombstones.among(self._project, owners))
        return hidden | {owner for owner, uid in session_of.items() if uid not in kept}

    def _gone_from_resource(self, files: list[ExportFile]) -> set[ExportFile]:
        level, owner, label = _resource_of(files[0])
        resources = self._shelves.resources
        resource = resources.resource(self._project, level, owner, label)
        if resource is None or resource.is_deleted:
            return set(files)
        found = resources.many_files(resource, [file.path for file in files])
        return {
            file for file in files if file.path not in found or found[file.path].key != file.key
        }


def _resource_of(file: ExportFile) -> tuple[Level, str, str]:
    return Level(file.level), file.owner, file.label
