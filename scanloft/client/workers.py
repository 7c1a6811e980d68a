"""Threads that a program does not wait for when it is interrupted, unlike those of an executor.

One that waits for an answer of S3 can be minutes away from its end; nothing is lost with it.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers:
    """Some threads, made when first needed, that do what they are given in turn."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._todo: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def submit(self, act: Callable[..., Result], *arguments: Any) -> "Future[Result]":
        """Has it done by the next free thread."""
        future: Future[Result] = Future()

        def do() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(act(*arguments))
            except BaseException as error:  # noqa: BLE001  # raised where the result is asked for
                future.set_exception(error)

        self._todo.put(do)
        if len(self._threads) < self._count:
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def attempt(
        self, act: Callable[[Item], Result], items: Sequence[Item]
    ) -> list[Result | Exception]:
        """The result for each item, in order; where the act raised, the exception in its place."""
        results: list[Result | Exception] = []
        for future in [self.submit(act, item) for item in items]:
            try:
                results.append(future.result())
            except Exception as error:  # noqa: BLE001  # handed to the caller, item by item
                results.append(error)
        return results

    def map(self, act: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """The result for each item, in order, once all are done.

        Raises:
            Exception: the first that the act raised.
        """
        done: list[Result] = []
        for result in self.attempt(act, items):
            if isinstance(result, Exception):
                raise result
            done.append(result)
        return done

    def dismiss(self) -> None:
        """Lets the threads end when they have done what they were given."""
        for _ in self._threads:
            self._todo.put(None)

    def _work(self) -> None:
        while (do := self._todo.get()) is not None:
            do()
