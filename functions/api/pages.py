"""Long lists in pages: each page names the place where the next one begins."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TypeVar

from functions.api.fields import query_whole
from scanloft.core.errors import InvalidRequest

Entry = TypeVar("Entry")

PAGE_LIMIT = 1000
PAGE_PARAMETERS = ("after", "limit")
PLACE_LENGTH_LIMIT = 128


def page(
    entries: Iterable[Entry], *, limit: int, place: Callable[[Entry], str]
) -> tuple[list[Entry], str | None]:
    """The first entries, and the place of the last of them where more follow."""
    taken = list(islice(entries, limit + 1))
    if len(taken) <= limit:
        return taken, None
    return taken[:limit], place(taken[limit - 1])


def page_limit(query: Mapping[str, str]) -> int:
    """How many entries the caller wants at once.

    Raises:
        InvalidRequest: not a number from 1 to 1000.
    """
    return query_whole(query, "limit", default=PAGE_LIMIT, least=1, most=PAGE_LIMIT)


def page_after(query: Mapping[str, str]) -> str | None:
    """After which place the page begins, None for the first page.

    Raises:
        InvalidRequest: nothing that a page was ever named by.
    """
    place = query.get("after")
    if place is None:
        return None
    if not 1 <= len(place) <= PLACE_LENGTH_LIMIT or not place.isascii():
        raise InvalidRequest('"after" must be the "next" of an earlier page.')
    return place
