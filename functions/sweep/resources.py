"""Removing for good what was deleted of resources, when nobody can bring it back any more."""

from collections.abc import Callable

from functions.sweep.broom import Broom
from scanloft.aws.resources import ResourceIndex
from scanloft.aws.trash import Trash
from scanloft.core.annotations import Level, Resource, Trashed
from scanloft.core.batching import batches
from scanloft.core.retention import is_due

CHUNK = 500
"""So many objects are deleted at a time, and then their rows."""
RESERVE_S = 30.0
"""A chunk is not begun without the time for it."""


def clear_trash(broom: Broom, seconds_left: Callable[[], float]) -> int:
    """Removes files and resources whose days are over; how many files that were."""
    duty = _Duty(broom, seconds_left)
    return sum(duty.clear_project(project) for project in broom.projects.names())


def clear_owner(
    broom: Broom, seconds_left: Callable[[], float], *, project: str, level: Level, owner: str
) -> bool:
    """Removes all resources of something that is removed itself; whether none is left.

    For the steps that remove subjects, sessions and scans, before they do.
    """
    duty = _Duty(broom, seconds_left)
    found = duty.resources.resources(project, level, owner, deleted=True)
    return all(duty.remove(one) is not None for one in found)


class _Duty:
    """One sweep; each step leaves what the next sweep can go on from."""

    def __init__(self, broom: Broom, seconds_left: Callable[[], float]) -> None:
        self._broom = broom
        self._seconds_left = seconds_left
        self.resources = ResourceIndex(broom.rows)
        self._trash = Trash(broom.rows)

    def clear_project(self, project: str) -> int:
        """Clears the trash of a project; how many files are gone."""
        files = 0
        for entry in self._trash.all_files(project):
            if self._is_late():
                return files
            if is_due(entry.until, now=self._broom.now()):
                files += self._clear(project, entry)
        for place in self._trash.resources(project):
            files += self._clear_resource(place)
        return files

    def remove(self, resource: Resource) -> int | None:
        """Removes a resource with its files; their number, None where the time was up."""
        files = 0
        for entry in self._trash.files(resource):
            if self._is_late():
                return None
            self._broom.archive.delete([entry.file.key])
            self._trash.remove(resource.project, entry)
        for chunk in batches(self.resources.files(resource), size=CHUNK):
            if self._is_late():
                return None
            self._broom.archive.delete([file.key for file in chunk])
            for file in chunk:
                self.resources.remove_file(resource, file)
            files += len(chunk)
        return files if self.resources.remove(resource) else None

    def _clear(self, project: str, entry: Trashed) -> int:
        """Removes the bytes of a file, unless its resource has it again; then its entry."""
        place = Resource(project, entry.level, entry.owner, entry.label, "", "")
        there = self.resources.file(place, entry.file.path)
        is_used = there is not None and there.key == entry.file.key
        if not is_used:
            self._broom.archive.delete([entry.file.key])
        self._trash.remove(project, entry)
        return 0 if is_used else 1

    def _clear_resource(self, place: Resource) -> int:
        """Removes a resource that is deleted still and whose days are over; then its entry."""
        now = self._broom.now()
        if not is_due(place.until, now=now):
            return 0
        files: int | None = 0
        resource = self.resources.resource(place.project, place.level, place.owner, place.label)
        if resource is not None and resource.is_deleted and is_due(resource.until, now=now):
            files = self.remove(resource)
        if files is None:
            return 0
        self._trash.remove_resource(place)
        return files

    def _is_late(self) -> bool:
        return self._seconds_left() < RESERVE_S
