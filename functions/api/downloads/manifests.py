"""Manifests: the files of a selection, page by page, each with a short-lived address."""

from typing import Annotated

from pydantic import Field

from functions.api.downloads.links import address
from functions.api.downloads.selection import Selecting
from functions.api.edge.pages import PAGE_LIMIT, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.services import Services
from scanloft.contents.contents import Contents, Entry

CURSOR_LIMIT = 4096
BETWEEN = "\n"
"""Between the names of a position: no name has it."""


class Wanted(Selecting):
    """A selection, and which page of it: the files after a place, at most so many."""

    after: Annotated[str, Field(min_length=1, max_length=CURSOR_LIMIT)] | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_LIMIT


class FileShown(Shown):
    """A file: what to call it, and which bytes of what the address serves it is."""

    name: str
    url: str
    offset_bytes: int
    size_bytes: int
    sha256: str | None


class Manifest(Shown):
    """A page of the files of a selection; their addresses end after so many seconds."""

    files: list[FileShown]
    next: str | None
    expires_in_s: int


def show(services: Services, request: Request) -> Answer:
    """A page of the files of a selection.

    Raises:
        NotFound, Gone: something that the selection names is not there.
    """
    wanted = request.body(Wanted)
    contents = Contents(services.shelves, wanted.wish(request))
    after = tuple(wanted.after.split(BETWEEN)) if wanted.after else ()
    if not after:
        contents.check()
    entries = contents.entries(after=after, instances_at_once=wanted.limit + 1)
    found, following = page(entries, limit=wanted.limit, place=_cursor)
    ttl_s = services.settings.download_url_ttl_s
    files = [_shown(services, entry, ttl_s) for entry in found]
    return Answer(Manifest(files=files, next=following, expires_in_s=ttl_s))


def _shown(services: Services, entry: Entry, ttl_s: int) -> FileShown:
    file = entry.file
    return FileShown(
        name=file.name,
        url=address(services, file.key, ttl_s=ttl_s, content_type=entry.content_type),
        offset_bytes=file.offset,
        size_bytes=file.length,
        sha256=file.sha256 or None,
    )


def _cursor(entry: Entry) -> str:
    return BETWEEN.join(entry.position)
