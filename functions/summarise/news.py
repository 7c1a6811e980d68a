"""Telling the feed of a project which of its sessions and scans changed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from scanloft.aws.feed import Feed
from scanloft.core.annotations import Change
from scanloft.core.errors import ArchiveError
from scanloft.core.model import Series, Study

WHAT = "changed"
"""Not "created": after a crash nobody could tell whether it is there for the first time."""


class News:
    """What a batch did, told project by project once its rows are written."""

    def __init__(self, feed: Feed, *, now: Callable[[], datetime]) -> None:
        self._feed = feed
        self._now = now

    def tell(self, rows: Iterable[Study | Series]) -> Mapping[str, ArchiveError]:
        """Tells of the rows; the projects that could not be told, each with the reason."""
        at = self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        changes_by_project: dict[str, list[Change]] = {}
        for row in rows:
            changes_by_project.setdefault(row.project, []).append(_change(row, at=at))
        untold: dict[str, ArchiveError] = {}
        for project, changes in changes_by_project.items():
            try:
                self._feed.append(project, changes)
            except ArchiveError as error:
                untold[project] = error
        return untold


def _change(row: Study | Series, *, at: str) -> Change:
    if isinstance(row, Study):
        return Change("session", row.study_uid, WHAT, at, sites=row.sites)
    name = f"{row.study_uid}/{row.series_uid}"
    return Change("scan", name, WHAT, at, sites=row.sites)
