"""Long lists in pages: each page names the place where the next one begins."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Annotated, TypeVar

from pydantic import Field

from functions.api.edge.shapes import Query

Entry = TypeVar("Entry")

PAGE_LIMIT = 1000
PAGE_DEFAULT = 100

Place = Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[\x20-\x7e]+$")]
"""Where a page begins: the "next" of the one before."""


class Page(Query):
    """Which page of a list: the entries after a place, at most so many."""

    after: Place | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT

    @property
    def reads(self) -> int:
        """How many entries have to be read: one more, to know whether another page follows."""
        return self.limit + 1


def page(
    entries: Iterable[Entry], *, limit: int, place: Callable[[Entry], str]
) -> tuple[list[Entry], str | None]:
    """The first entries, and the place of the last of them where more follow."""
    taken = list(islice(entries, limit + 1))
    if len(taken) <= limit:
        return taken, None
    return taken[:limit], place(taken[limit - 1])


def sifted(
    entries: Iterable[Entry],
    *,
    takes: Callable[[Entry], bool],
    limit: int,
    reads: int,
    place: Callable[[Entry], str],
) -> tuple[list[Entry], str | None]:
    """The same of those that `takes` holds of, among the first `reads` entries.

    The page is short, or empty, where few of them are taken; then too it names the next one.
    """
    taken: list[Entry] = []
    for count, entry in enumerate(entries, start=1):
        if takes(entry):
            if len(taken) == limit:
                return taken, place(taken[-1])
            taken.append(entry)
        if count == reads:
            return taken, place(entry)
    return taken, None
