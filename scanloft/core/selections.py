"""A selection of what a project holds, as a value that can be written down."""

import json
from dataclasses import dataclass
from typing import NamedTuple, Self

from scanloft.core.layouts import Layout


class ScanChoice(NamedTuple):
    """A scan of a session, by their UIDs."""

    session: str
    scan: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Subjects by key, sessions by Study Instance UID, scans; what is in several counts once.

    `resources` adds the files of resources of what is selected. `all` selects the whole project.
    """

    subjects: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    scans: frozenset[ScanChoice] = frozenset()
    resources: bool = False
    all: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether it names all sessions that it takes, so that no others need be looked at."""
        return not (self.all or self.subjects)

    @property
    def named_sessions(self) -> frozenset[str]:
        """The sessions that it names, by themselves or by their scans."""
        return self.sessions | {each.session for each in self.scans}


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody's selection and its layout; `site` is the site that they are bound to, if any."""

    project: str
    title: str
    site: str
    layout: Layout
    selection: Selection

    def to_json(self) -> str:
        """The wish as `from_json` reads it."""
        chosen = self.selection
        return json.dumps(
            {
                "project": self.project,
                "title": self.title,
                "site": self.site,
                "layout": self.layout.value,
                "subjects": sorted(chosen.subjects),
                "sessions": sorted(chosen.sessions),
                "scans": sorted(chosen.scans),
                "resources": chosen.resources,
                "all": chosen.all,
            }
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The wish that was written."""
        values = json.loads(text)
        return cls(
            project=values["project"],
            title=values["title"],
            site=values["site"],
            layout=Layout(values["layout"]),
            selection=Selection(
                subjects=frozenset(values["subjects"]),
                sessions=frozenset(values["sessions"]),
                scans=frozenset(ScanChoice(*each) for each in values["scans"]),
                resources=values["resources"],
                all=values["all"],
            ),
        )
