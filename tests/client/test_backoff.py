import threading

import httpx
import pytest

from scanloft.client.backoff import Backoff, StoppedError, UnreachableError


def answers(*statuses: int | Exception) -> tuple[list[float], Backoff, list[int | Exception]]:
    waits: list[float] = []
    return waits, Backoff(attempts=4, chance=lambda: 1.0, wait=waits.append), list(statuses)


def act(left: list[int | Exception], headers: dict[str, str] | None = None) -> httpx.Response:
    status = left.pop(0)
    if isinstance(status, Exception):
        raise status
    return httpx.Response(status, headers=headers)


def test_the_first_good_answer_is_given_and_waits_double() -> None:
    waits, backoff, left = answers(503, httpx.ConnectError("x"), 500, 200)
    assert backoff.call(lambda: act(left)).status_code == 200
    assert waits == [0.5, 1.0, 2.0]


def test_a_refusal_is_not_asked_again() -> None:
    waits, backoff, left = answers(404)
    assert backoff.call(lambda: act(left)).status_code == 404
    assert waits == []


def test_after_the_last_attempt_the_service_is_unreachable() -> None:
    waits, backoff, left = answers(*[503] * 4)
    with pytest.raises(UnreachableError):
        backoff.call(lambda: act(left))
    assert (len(waits), left) == (3, [])


@pytest.mark.parametrize(("asked", "waited"), [("7", 8.0), ("99999", 121.0), ("soon", 0.5)])
def test_a_service_may_say_when_to_ask_again_within_reason(asked: str, waited: float) -> None:
    waits, backoff, left = answers(429, 200)
    backoff.call(lambda: act(left, {"Retry-After": asked}))
    assert waits == [waited]


def test_s3_is_asked_again_when_it_found_the_sender_too_slow() -> None:
    waits, backoff, _ = answers()
    slow = httpx.Response(400, content=b"<Error><Code>RequestTimeout</Code></Error>")
    left = [slow, httpx.Response(204)]
    assert backoff.call(lambda: left.pop(0)).status_code == 204
    assert len(waits) == 1


def test_a_run_that_ends_begins_nothing_more() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        Backoff(stop=stop).call(lambda: pytest.fail("a request was made"))
