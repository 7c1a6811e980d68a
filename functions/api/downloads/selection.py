"""What is to be downloaded, as callers say it."""

from typing import Annotated

from pydantic import Field

from functions.api.edge.request import Request
from functions.api.edge.shapes import Body, Line
from scanloft.core import selections
from scanloft.core.layouts import Layout

CHOICE_LIMIT = 1000

Uid = Annotated[str, Field(max_length=64, pattern=r"^[0-9]+(\.[0-9]+)*$")]
Subject = Annotated[Line, Field(min_length=1, max_length=128)]


class ScanChoice(Body):
    """A scan of a session, by their UIDs."""

    session: Uid
    scan: Uid


class Selection(Body):
    """Subjects by key, sessions by Study Instance UID, scans; what is in several counts once.

    `resources` adds the files of resources of what is selected. `all` selects the whole project,
    as far as the caller sees it.
    """

    subjects: Annotated[list[Subject], Field(max_length=CHOICE_LIMIT, default_factory=list)]
    sessions: Annotated[list[Uid], Field(max_length=CHOICE_LIMIT, default_factory=list)]
    scans: Annotated[list[ScanChoice], Field(max_length=CHOICE_LIMIT, default_factory=list)]
    resources: bool = False
    all: bool = False

    def value(self) -> selections.Selection:
        """The same as a value."""
        return selections.Selection(
            subjects=frozenset(self.subjects),
            sessions=frozenset(self.sessions),
            scans=frozenset(selections.ScanChoice(each.session, each.scan) for each in self.scans),
            resources=self.resources,
            all=self.all,
        )


class Selecting(Body):
    """A selection, and how its files are laid out."""

    selection: Selection
    layout: Layout = Layout.ORIGINAL

    def wish(self, request: Request) -> selections.Wish:
        """What the caller wishes, and what they see."""
        return selections.Wish(
            project=request.project,
            title=request.presence.project.title,
            site=request.presence.site,
            layout=self.layout,
            selection=self.selection.value(),
        )
