"""Reading a bounded part of the projects that a caller may read, study by study.

What is bounded is what one request costs: rows, and projects and studies that are opened. Where
the bound is met the part ends, and the next request goes on behind it.

A cursor shows where a part ended, and whoever has one can write another. So a part ends only in
projects that the caller may read or is a member of; all others are passed over as if there were
none. Nothing is read by a cursor that would not be read without one, and not more at once.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from functions.api.search.sessions import ProjectRooms, grouped
from functions.api.services import Services
from scanloft.aws.access import Presence
from scanloft.core.annotations import Level
from scanloft.core.caller import Caller
from scanloft.core.roles import Right
from scanloft.core.search import PROJECT_END, Criteria, Hit, Place

READ_LIMIT = 10_000
"""In study rows, about 10 MB: more would take a noticeable part of the 29 s of a request."""
COST_OF_PROJECT = 50
COST_OF_SCANS = 25
"""Of asking for the scans of one study, a query of its own, beside one for each of them."""


@dataclass(slots=True)
class Part:
    """One part of the projects; `end` is where it ended, None once all was read."""

    services: Services
    caller: Caller
    level: Level
    criteria: Criteria
    projects: tuple[str, ...] = ()
    public: bool = False
    end: Place | None = None
    _spent: int = field(default=0)

    def hits(self, *, begin: Place, end: Place | None) -> Iterator[Hit]:
        """What fits between two places; up to where it may go, if no end is given.

        Where one is given, the part was read before. What came since makes it longer: it ends
        before its end only where it would cost twice as much as a part may.
        """
        limit = READ_LIMIT if end is None else 2 * READ_LIMIT
        for presence in self.services.access.presences(self.caller, self._names(begin)):
            if not self._may_know(presence):
                continue
            name = presence.project.name
            after = begin.study_uid if name == begin.project else ""
            for place, hits in self._of_project(presence, after=after):
                if end is not None and place > end:
                    self.end = end
                    return
                yield from hits
                if self._spent >= limit:
                    self.end = place
                    return

    def _of_project(self, presence: Presence, *, after: str) -> Iterator[tuple[Place, list[Hit]]]:
        """The hits of a project study by study, those of subjects all at its end."""
        name = presence.project.name
        if not self._may_read(presence):
            self._spent += 1
            yield Place(name, PROJECT_END), []
            return
        self._spent += COST_OF_PROJECT
        rooms = ProjectRooms(self.services, presence, self.level, self.criteria)
        sessions: list[Hit] = []
        for study_uid, hits in rooms.studies(after=after):
            scans = rooms.scans_read(study_uid)
            self._spent += 1 + (0 if scans is None else COST_OF_SCANS + scans)
            if self.level is Level.SUBJECT:
                sessions += hits
                continue
            yield Place(name, study_uid), hits
        subjects = grouped(self.services, presence, sessions, self.criteria) if sessions else []
        yield Place(name, PROJECT_END), subjects

    def _may_know(self, presence: Presence) -> bool:
        """Whether the caller may be told that there is this project."""
        return presence.role is not None or self._may_read(presence)

    def _may_read(self, presence: Presence) -> bool:
        """Whether it is a project of the caller's, or one that they ask for and may read too."""
        asked_for = self.caller.is_admin or self.public or bool(self.projects)
        return presence.may(Right.READ) and (presence.role is not None or asked_for)

    def _names(self, begin: Place) -> Iterator[str]:
        """The names of the projects that may come into question, in order."""
        only = self.projects or tuple(filter(None, [self.caller.project]))
        is_within = begin.project != "" and begin.study_uid != PROJECT_END
        if is_within and (not only or begin.project in only):
            yield begin.project
        if only:
            yield from (name for name in sorted(set(only)) if name > begin.project)
            return
        after = begin.project or None
        if self.caller.is_admin:
            yield from self.services.projects.names(after=after)
            return
        memberships = self.services.projects.memberships(self.caller.user, after=after)
        own = (membership.project for membership in memberships)
        others = self.services.projects.open_names(after=after) if self.public else iter(())
        yield from (name for name, _ in groupby(heapq.merge(own, others)))
