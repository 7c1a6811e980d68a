import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanloft.core.overlap import Budget, overlapped


def test_results_come_in_order_and_exceptions_in_their_places() -> None:
    def work(number: int) -> int:
        if number % 3 == 0:
            raise KeyError(number)
        return number * 10

    results = overlapped(range(8), work, threads=4)
    assert [str(result) for result in results] == ["0", "10", "20", "3", "40", "50", "6", "70"]
    assert all(isinstance(results[place], KeyError) for place in (0, 3, 6))


def test_no_items_are_no_work() -> None:
    assert overlapped([], lambda item: item, threads=4) == []


def test_items_really_overlap() -> None:
    barrier = threading.Barrier(4, timeout=5)
    results = overlapped(range(4), lambda _: barrier.wait(), threads=4)
    assert sorted(results) == [0, 1, 2, 3]  # type: ignore[type-var]  # whole numbers all


def test_no_more_items_are_in_hand_than_there_are_threads() -> None:
    in_hand, most, lock = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal in_hand, most
        with lock:
            in_hand += 1
            most = max(most, in_hand)
        threading.Event().wait(0.002)
        with lock:
            in_hand -= 1

    overlapped(range(20), work, threads=3)
    assert most <= 3


def test_the_end_of_the_process_is_not_taken_for_a_result() -> None:
    def work(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        overlapped(range(3), work, threads=2)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 100), st.lists(st.integers(0, 300), min_size=1, max_size=20))
def test_a_budget_is_never_exceeded_and_everyone_gets_a_turn(total: int, sizes: list[int]) -> None:
    budget, lock = Budget(total), threading.Lock()
    held, most, turns = 0, 0, 0

    def work(size: int) -> None:
        nonlocal held, most, turns
        taken = min(size, total)
        with budget.held(size):
            with lock:
                held += taken
                most = max(most, held)
                turns += 1
            with lock:
                held -= taken

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(work, size) for size in sizes]:
            future.result(timeout=10)
    assert most <= total
    assert turns == len(sizes)


def test_what_was_held_is_given_back_after_an_error() -> None:
    budget = Budget(10)
    with pytest.raises(RuntimeError), budget.held(10):
        raise RuntimeError
    with ThreadPoolExecutor(1) as pool:
        pool.submit(budget.held(10).__enter__).result(timeout=5)


def test_who_wants_more_than_is_free_waits_for_it() -> None:
    budget, entered = Budget(10), threading.Event()

    def enter() -> None:
        with budget.held(10):
            entered.set()

    with budget.held(1):
        thread = threading.Thread(target=enter)
        thread.start()
        assert not entered.wait(0.05)
    thread.join(timeout=5)
    assert entered.is_set()
