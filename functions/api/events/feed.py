"""The change feed of a project, in order, to be read on from any number."""

from typing import Annotated

from pydantic import Field

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Query, Shown
from functions.api.services import Services
from scanloft.core.annotations import Change

LIMIT, LIMIT_DEFAULT = 1000, 100
ENTRIES_READ = 1000
"""How many numbers one request reads, however few of them the caller may see."""
LAST_NUMBER = 10**12 - 1


class Wanted(Query):
    """Changes after a number; about so many: those of one number come together."""

    after: Annotated[int, Field(ge=0, le=LAST_NUMBER)] = 0
    limit: Annotated[int, Field(ge=1, le=LIMIT)] = LIMIT_DEFAULT


class ChangeShown(Shown):
    """Something that changed: its kind, its name, what happened to it and when."""

    sequence: int
    kind: str
    name: str
    what: str
    at: str


class ChangePage(Shown):
    """Changes, and the number to go on after; `more` where there are some already."""

    changes: list[ChangeShown]
    next: int
    more: bool


def listed(services: Services, request: Request) -> Answer:
    """What changed after a number.

    Who is bound to a site sees what is of that site alone; the numbers of other changes are left
    out, so the feed of such a reader has gaps.
    """
    wanted = request.asked(Wanted)
    entries = services.feed.entries(
        request.project, after=wanted.after, page_size=min(wanted.limit, ENTRIES_READ) + 1
    )
    found: list[ChangeShown] = []
    last, read = wanted.after, 0
    for entry in entries:
        if len(found) >= wanted.limit or read == ENTRIES_READ:
            return Answer(ChangePage(changes=found, next=last, more=True))
        seen = (change for change in entry.changes if request.presence.sees(change.sites))
        found += map(_shown, seen)
        last, read = entry.sequence, read + 1
    return Answer(ChangePage(changes=found, next=last, more=False))


def _shown(change: Change) -> ChangeShown:
    return ChangeShown(
        sequence=change.sequence,
        kind=change.kind,
        name=change.name,
        what=change.what,
        at=change.at,
    )
