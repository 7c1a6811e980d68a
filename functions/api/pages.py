"""Long lists in pages: each page names the place where the next one begins."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from functions.api.fields import query_whole
from scanloft.aws.rows import Rows
from scanloft.core.errors import InvalidRequest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Entry = TypeVar("Entry")

PAGE_LIMIT = 1000
PAGE_PARAMETERS = ("after", "limit")
PLACE_LENGTH_LIMIT = 128


class RowsAfter(Rows):
    """Rows whose queries begin after a place, which is a sort key without its prefix."""

    def __init__(self, table: str, client: "DynamoDBClient", *, place: str) -> None:
        super().__init__(table, client)
        self._place = place

    def query(
        self, partition: str, *, sort_prefix: str = "", after: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """The items of a partition from the place on, as those of `Rows`."""
        start = f"{sort_prefix}{self._place}" if after is None else after
        return super().query(partition, sort_prefix=sort_prefix, after=start)


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
