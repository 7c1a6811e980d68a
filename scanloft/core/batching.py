"""Any number of things, so many at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batches(items: Iterable[Item], *, size: int) -> Iterator[list[Item]]:
    """The items in lists of so many, each taken when it is asked for; the last may be shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
