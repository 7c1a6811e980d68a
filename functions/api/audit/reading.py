"""Reading the audit log: in pages, filtered, and line by line to be kept and verified elsewhere."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated

from pydantic import Field

from functions.api.edge.record import SITE
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Query, Shown
from functions.api.services import Services
from scanloft.core.chain import line_of
from scanloft.core.model import AuditEntry

PAGE_DEFAULT, PAGE_LIMIT = 100, 1000
READ_LIMIT = 5000
"""How many entries one request reads, however few of them pass a filter."""
EXPORT_LIMIT = 5000
EXPORT_LIMIT_BYTES = 4_000_000
"""A Lambda function answers with 6 MB at most."""
NDJSON = "application/x-ndjson"
LAST_NUMBER = 10**12 - 1

Number = Annotated[int, Field(ge=0, le=LAST_NUMBER)]
Word = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]
Actor = Annotated[str, Field(max_length=72, pattern=r"^(?:link:)?[A-Za-z0-9_.-]*$")]
"""A user, or a share link as `link:` and its ID."""


class Wanted(Query):
    """Which entries: those after a number, of an act and of somebody, all where left out."""

    after: Number = 0
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT
    action: Word = ""
    actor: Actor = ""


class Exported(Query):
    """Which entries: so many after a number."""

    after: Number = 0
    limit: Annotated[int, Field(ge=1, le=EXPORT_LIMIT)] = EXPORT_LIMIT


class Entry(Shown):
    """One act, as it stands in the log."""

    project: str
    at: str
    actor: str
    action: str
    facts: dict[str, str | int]
    reason: str
    sequence: int
    previous: str
    hash: str


class EntryPage(Shown):
    """A page of acts; `next` is the number to go on after, null at the end of the log."""

    entries: list[Entry]
    next: int | None


def listed(services: Services, request: Request) -> Answer:
    """A page of the acts in a project."""
    return _page(services, request.asked(Wanted), project=request.project)


def listed_of_site(services: Services, request: Request) -> Answer:
    """A page of the acts that belong to no project."""
    return _page(services, request.asked(Wanted), project=SITE)


def exported(services: Services, request: Request) -> Answer:
    """Acts in a project as lines of JSON."""
    return _lines(services, request.asked(Exported), project=request.project)


def exported_of_site(services: Services, request: Request) -> Answer:
    """Acts that belong to no project as lines of JSON."""
    return _lines(services, request.asked(Exported), project=SITE)


def _page(services: Services, wanted: Wanted, *, project: str) -> Answer:
    """Reads until the page is full, the log ends, or enough was read: then the next goes on."""
    reads = min(READ_LIMIT, wanted.limit) if _takes_all(wanted) else READ_LIMIT
    entries = services.audit.entries(project, after=wanted.after, page_size=reads + 1)
    found: list[Entry] = []
    last = wanted.after
    for entry in islice(entries, reads):
        last = entry.sequence
        if _passes(entry, wanted):
            found.append(_shown(entry))
        if len(found) == wanted.limit:
            break
    more = next(entries, None) is not None
    return Answer(EntryPage(entries=found, next=last if more else None))


def _takes_all(wanted: Wanted) -> bool:
    return not (wanted.action or wanted.actor)


def _passes(entry: AuditEntry, wanted: Wanted) -> bool:
    return wanted.action in ("", entry.action) and wanted.actor in ("", entry.actor)


def _shown(entry: AuditEntry) -> Entry:
    return Entry(
        project=entry.project,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        facts=dict(entry.facts),
        reason=entry.reason,
        sequence=entry.sequence,
        previous=entry.previous,
        hash=entry.hash,
    )


def _lines(services: Services, wanted: Exported, *, project: str) -> Answer:
    """Lines of JSON; a `Link` leads on where more follow, after the number of the last line."""
    entries = services.audit.entries(project, after=wanted.after, page_size=wanted.limit + 1)
    lines: list[str] = []
    last = wanted.after
    for line, sequence in _fitting(islice(entries, wanted.limit)):
        lines.append(line)
        last = sequence
    more = next(services.audit.entries(project, after=last, page_size=1), None) is not None
    headers = {"Link": f'<?after={last}&limit={wanted.limit}>; rel="next"'} if more else {}
    return Answer(None, text="".join(lines), media_type=NDJSON, headers=headers)


def _fitting(entries: Iterable[AuditEntry]) -> Iterator[tuple[str, int]]:
    size_bytes = 0
    for entry in entries:
        line = line_of(entry)
        size_bytes += len(line)
        yield line, entry.sequence
        if size_bytes > EXPORT_LIMIT_BYTES:
            return
