"""Reading a bounded part of the projects that a caller may read, study by study.

What is bounded is what one request costs: rows, and projects and studies that are opened. Where
the bound is met the part ends, and the next request goes on behind it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

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
"""Of asking for the scans of one study: a query of its own."""


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
        """What fits between two places; up to where it may go, if no end is given."""
        for presence in self.services.access.presences(self.caller, self._names(begin)):
            name = presence.project.name
            after = begin.study_uid if name == begin.project else ""
            for place, hits in self._of_project(presence, after=after):
                if end is not None and place > end:
                    self.end = end
                    return
                yield from hits
                if end is None and self._spent >= READ_LIMIT:
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
            self._spent += 1 + (COST_OF_SCANS if rooms.opened(study_uid) else 0)
            if self.level is Level.SUBJECT:
                sessions += hits
                continue
            yield Place(name, study_uid), hits
        subjects = grouped(self.services, presence, sessions, self.criteria) if sessions else []
        yield Place(name, PROJECT_END), subjects

    def _may_read(self, presence: Presence) -> bool:
        """Whether it is a project of the caller's, or one that they ask for and may read too."""
        asked_for = self.caller.is_admin or self.public or bool(self.projects)
        return presence.may(Right.READ) and (presence.role is not None or asked_for)

    def _names(self, begin: Place) -> Iterator[str]:
        """The names of the projects that may come into question, in order."""
        is_within = begin.project != "" and begin.study_uid != PROJECT_END
        if is_within and (not self.projects or begin.project in self.projects):
            yield begin.project
        if self.projects:
            yield from (name for name in sorted(set(self.projects)) if name > begin.project)
            return
        after = begin.project or None
        if self.caller.is_admin or self.public:
            yield from self.services.projects.names(after=after)
            return
        memberships = self.services.projects.memberships(self.caller.user, after=after)
        yield from (membership.project for membership in memberships)
