"""Edits of names that interleave, end late or break off, in any order."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from scanloft.aws.names import PENDING_S, NameIndex
from scanloft.aws.projects import ProjectIndex
from scanloft.core.errors import Conflict, Outdated
from scanloft.core.items_of_people import name_item
from scanloft.core.model import Project
from scanloft.core.project_names import names_of
from tests.support.memory_rows import MemoryRows

PROJECTS = ("alpha", "beta")
which = st.sampled_from(PROJECTS)


class Editors(RuleBasedStateMachine):
    """Requests that give an alias to one of two projects, or take it off, each in three steps."""

    @initialize()
    def begin(self) -> None:
        self.rows = MemoryRows()
        self.projects = ProjectIndex(self.rows)
        self.names = NameIndex(self.rows, self.projects)
        self.now = 0
        self.claimed: list[tuple[Project, Project]] = []
        self.written: list[tuple[Project, Project]] = []
        for name in PROJECTS:
            project = Project(name, f"The {name}", "2026-01-01T00:00:00Z", "olga", {})
            self.names.claim(names_of(project), name, revision=0, now=0)
            self.projects.create(project)

    @rule(project=which)
    def claim(self, project: str) -> None:
        before = self.projects.project(project)
        after = replace(before, aliases=() if before.aliases else ("wanted",))
        wanted = names_of(after) - names_of(before)
        try:
            self.names.claim(wanted, project, revision=before.revision, now=self.now)
        except Conflict:
            return
        self.claimed.append((before, after))

    @rule(project=which)
    def edit(self, project: str) -> None:
        """The first two steps of a request at once."""
        self.claim(project)
        self.write(-1)

    @rule(place=st.integers(0, 1))
    def write(self, place: int) -> None:
        if -1 <= place < len(self.claimed) and self.claimed:
            before, wanted = self.claimed.pop(place)
            try:
                self.written.append((before, self.projects.update(wanted)))
            except Outdated:
                return

    @rule(place=st.integers(0, 2))
    def release(self, place: int) -> None:
        if place < len(self.written):
            before, after = self.written.pop(place)
            dropped = names_of(before) - names_of(after)
            self.names.release(dropped, after.name, revision=after.revision)

    @rule()
    def break_off(self) -> None:
        """All requests that are under way end, and a minute goes by."""
        self.claimed.clear()
        self.written.clear()
        self.now += PENDING_S

    @invariant()
    def every_name_that_is_borne_is_claimed_for_the_one_that_bears_it(self) -> None:
        for project in self.projects.projects(PROJECTS).values():
            for name in names_of(project):
                claim = self.rows.get(name_item(name))
                assert claim is not None
                assert claim["project"] == project.name


TestEditors = Editors.TestCase
TestEditors.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
