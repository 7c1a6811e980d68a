"""Asking again when a service does not answer or is busy: later each time, never all at once."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which the same request may succeed."""
BASE_S = 0.5
CAP_S = 30.0
RETRY_AFTER_CAP_S = 120.0


class UnreachableError(Exception):
    """A service did not answer, however often it was asked."""


class StoppedError(Exception):
    """The run is being ended: nothing more is begun."""


def never(_: httpx.Response) -> bool:
    """No answer but those that are known everywhere says that a service is busy."""
    return False


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often and how late the same is asked again; `stop` ends all waiting."""

    attempts: int = 9
    stop: threading.Event = field(default_factory=threading.Event)
    chance: Callable[[], float] = random.random
    wait: Callable[[float], None] | None = None

    def call(
        self, act: Callable[[], httpx.Response], *, also: Callable[[httpx.Response], bool] = never
    ) -> httpx.Response:
        """The first answer that does not say that the service is busy; `also` knows more of those.

        Raises:
            UnreachableError: there was none.
            StoppedError: the run is being ended.
        """
        cause: Exception | None = None
        for attempt in range(self.attempts):
            answer: httpx.Response | None = None
            if self.stop.is_set():
                raise StoppedError
            try:
                answer = act()
            except httpx.TransportError as error:
                cause = error
            if answer is not None and not (_is_busy(answer) or also(answer)):
                return answer
            if attempt + 1 < self.attempts:
                self._pause(self.delay_s(attempt, answer))
        if self.stop.is_set():
            raise StoppedError
        raise UnreachableError from cause

    def delay_s(self, attempt: int, answer: httpx.Response | None) -> float:
        """Seconds to wait: as the service says, else at random up to a limit that doubles."""
        asked = "" if answer is None else answer.headers.get("retry-after", "")
        if asked.isascii() and asked.isdigit():
            return min(float(asked), RETRY_AFTER_CAP_S) + self.chance()
        return self.chance() * min(CAP_S, BASE_S * 2.0**attempt)

    def _pause(self, delay_s: float) -> None:
        if self.wait is not None:
            self.wait(delay_s)
        else:
            self.stop.wait(delay_s)


def _is_busy(answer: httpx.Response) -> bool:
    """Whether to ask again; S3 answers 400 to a sender that was too slow."""
    return answer.status_code in BUSY or (
        answer.status_code == 400 and b"<Code>RequestTimeout</Code>" in answer.content
    )
