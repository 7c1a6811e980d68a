"""What is to be uploaded, and when: a queue in which a name may come due later."""

import heapq
import itertools
import threading
import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Task:
    """A file of the spool to upload, not before `due_s` on the monotonic clock."""

    due_s: float
    order: int
    name: str = field(compare=False)
    failures: int = field(compare=False)


class Agenda:
    """Tasks by the time they are due; any number of threads put and take."""

    def __init__(self) -> None:
        self._tasks: list[Task] = []
        self._order = itertools.count()
        self._in_hand = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, name: str, *, delay_s: float = 0.0, failures: int = 0) -> None:
        """Adds a file, due in `delay_s` seconds, that failed `failures` times so far."""
        with self._changed:
            task = Task(time.monotonic() + delay_s, next(self._order), name, failures)
            heapq.heappush(self._tasks, task)
            self._changed.notify_all()

    def take(self) -> Task | None:
        """Waits for a task that is due; none once the agenda is closed.

        Whoever takes a task says `done` afterwards.
        """
        with self._changed:
            while not self._closed:
                wait_s = self._tasks[0].due_s - time.monotonic() if self._tasks else None
                if wait_s is not None and wait_s <= 0:
                    self._in_hand += 1
                    return heapq.heappop(self._tasks)
                self._changed.wait(wait_s)
            return None

    def done(self) -> None:
        """Ends a taken task, after it was put back where it has to be tried again."""
        with self._changed:
            self._in_hand -= 1
            self._changed.notify_all()

    def wait_until_empty(self, timeout_s: float) -> bool:
        """Waits until nothing is left to do; False when time runs out before."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._tasks and not self._in_hand, timeout=timeout_s
            )

    def close(self) -> None:
        """Lets everyone who waits for a task go; what is left stays in the spool."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
