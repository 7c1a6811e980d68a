"""How far a webhook has got, and when it is tried again."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.hooks import (
    GIVES_UP_AFTER_S,
    WAITS_S,
    Hook,
    HookState,
    HookStatus,
    delivered,
    failed,
    revived,
    status_of,
    wait_s,
)

HOOK = Hook("alpha", "h1", "https://a.example", "whsec_", "", "", "", "olga")
STATE = HookState("alpha", "h1", cursor=4, pending=7, lease_until=100, revision=3)


def test_what_was_delivered_is_behind_and_what_failed_is_still_to_come() -> None:
    assert delivered(STATE) == HookState("alpha", "h1", cursor=7, revision=3)
    after = failed(STATE, now=1000)
    assert (after.cursor, after.pending, after.failures) == (4, 7, 1)
    assert (after.retry_at, after.failing_since, after.lease_until) == (1005, 1000, 0)
    assert not after.paused


def test_waits_grow_and_end_growing() -> None:
    waits = [wait_s(failures) for failures in range(1, 20)]
    assert waits == sorted(waits)
    assert waits[: len(WAITS_S)] == list(WAITS_S)
    assert set(waits[len(WAITS_S) :]) == {WAITS_S[-1]}


def test_it_is_left_alone_after_three_days_and_not_before() -> None:
    state, now = STATE, 1000
    while not state.paused:
        state = failed(state, now=now)
        assert state.paused == (now - 1000 >= GIVES_UP_AFTER_S)
        now = state.retry_at
    assert state.failures > 10
    assert revived(state) == replace(STATE, lease_until=0)


def test_one_delivery_ends_a_row_of_failures() -> None:
    later = failed(delivered(failed(STATE, now=1000)), now=1000 + GIVES_UP_AFTER_S)
    assert (later.failures, later.paused) == (1, False)


@given(st.booleans(), st.booleans(), st.integers(0, 3))
def test_its_status_is_what_matters_most(active: bool, paused: bool, failures: int) -> None:
    state = replace(STATE, paused=paused, failures=failures)
    status = status_of(state, is_on=active)
    if not active:
        assert status is HookStatus.OFF
    elif paused:
        assert status is HookStatus.FAILING
    else:
        assert (status is HookStatus.RETRYING) == (failures > 0)
