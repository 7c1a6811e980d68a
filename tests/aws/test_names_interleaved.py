"""Edits of names that interleave, end late or break off, in any order."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from moto import mock_aws

from scanloft.aws.names import PENDING_S, NameIndex
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.rows import Rows
from scanloft.core.errors import Conflict, Outdated
from scanloft.core.items_of_people import name_item
from scanloft.core.model import Project
from scanloft.core.project_names import names_of
from tests.functions.api.tables import new_rows

ALPHA = Project("alpha", "Alpha", "2026-01-01T00:00:00Z", "olga", {})


@pytest.fixture(scope="module", autouse=True)
def _shared() -> Iterator[None]:
    """One table for all runs of the machine: making one takes longer than a run."""
    with mock_aws():
        Editors.rows = new_rows()
        yield


class Editors(RuleBasedStateMachine):
    """Two projects whose edits interleave and break off anywhere: no name is ever borne twice."""

    rows: ClassVar[Rows]
    run: ClassVar[Iterator[int]] = count()

    @initialize()
    def begin(self) -> None:
        run = next(self.run)
        self.projects = ProjectIndex(self.rows)
        self.names = NameIndex(self.rows, self.projects)
        self.now = 0
        self.pending: list[tuple[Project, Project]] = []
        self.unreleased: list[tuple[Project, Project]] = []
        self.both = [f"alpha-{run}", f"beta-{run}"]
        self.alias = f"alias-{run}-{{}}".format
        for name in self.both:
            project = replace(ALPHA, name=name, title=name)
            self.names.claim(names_of(project), name, revision=0, now=0)
            self.projects.create(project)

    @rule(which=st.integers(0, 1), aliases=st.sets(st.sampled_from(["x", "y", "z"]), max_size=2))
    def claim(self, which: int, aliases: set[str]) -> None:
        project = self.both[which]
        before = self.projects.project(project)
        after = replace(before, aliases=tuple(map(self.alias, sorted(aliases))))
        wanted = names_of(after) - names_of(before)
        try:
            self.names.claim(wanted, project, revision=before.revision, now=self.now)
        except Conflict:
            return
        self.pending.append((before, after))

    @rule(place=st.integers(0, 3))
    def write(self, place: int) -> None:
        if place < len(self.pending):
            before, wanted = self.pending.pop(place)
            try:
                self.unreleased.append((before, self.projects.update(wanted)))
            except Outdated:
                return
            self.check()

    @rule(place=st.integers(0, 3))
    def release(self, place: int) -> None:
        if place < len(self.unreleased):
            before, after = self.unreleased.pop(place)
            dropped = names_of(before) - names_of(after)
            self.names.release(dropped, after.name, revision=after.revision)
            self.check()

    @rule()
    def break_off(self) -> None:
        """All requests that are under way end, and a minute goes by."""
        self.pending.clear()
        self.unreleased.clear()
        self.now += PENDING_S

    def check(self) -> None:
        """No name is borne twice, and every one that is borne is claimed."""
        projects = self.projects.projects(self.both).values()
        borne = [(name, project.name) for project in projects for name in names_of(project)]
        claims = self.rows.get_many(name_item(name) for name, _ in borne)
        claimed = {name: claims[name_item(name)]["project"] for name, _ in borne}
        assert claimed == dict(borne)
        assert len(claimed) == len(borne)


TestEditors = Editors.TestCase
TestEditors.settings = settings(
    max_examples=20,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
