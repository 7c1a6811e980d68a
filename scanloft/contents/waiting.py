"""Asking for many things side by side, in batches that fit into memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from scanloft.core.overlap import overlapped

THREADS = 16

Item = TypeVar("Item")
Result = TypeVar("Result")


def results(items: Sequence[Item], work: Callable[[Item], Result]) -> list[Result]:
    """The result of each item, in order; raises what the first that failed raised."""
    found = []
    for result in overlapped(items, work, threads=THREADS):
        if isinstance(result, Exception):
            raise result
        found.append(result)
    return found


def weighed(
    items: Iterable[Item], *, weight: Callable[[Item], int], limit: int, count: int
) -> Iterator[list[Item]]:
    """The items in lists of at most `count` that weigh at most `limit`, or of a heavy one alone."""
    batch: list[Item] = []
    total = 0
    for item in items:
        if batch and (total + weight(item) > limit or len(batch) == count):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += weight(item)
    if batch:
        yield batch
