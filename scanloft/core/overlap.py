"""Doing the items of a batch side by side, so that their waits for AWS overlap."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def overlapped(
    items: Sequence[Item], work: Callable[[Item], Result], *, threads: int
) -> list[Result | Exception]:
    """The result of each item, in order; where the work raised, the exception in its place."""
    if not items:
        return []

    def attempt(item: Item) -> Result | Exception:
        try:
            return work(item)
        except Exception as error:  # noqa: BLE001  # handed to the caller, item by item
            return error

    with ThreadPoolExecutor(max_workers=min(threads, len(items))) as pool:
        return list(pool.map(attempt, items))


class Budget:
    """Bytes that may be held in memory at the same time; who wants more waits."""

    def __init__(self, total_bytes: int) -> None:
        self._total = total_bytes
        self._free = total_bytes
        self._changed = threading.Condition()

    @contextmanager
    def held(self, size_bytes: int) -> Iterator[None]:
        """Holds so many bytes, all of the budget for an object that is larger than it."""
        wanted = min(size_bytes, self._total)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= wanted)
            self._free -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()
