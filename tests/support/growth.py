"""How work grows with its input: a ratio of CPU times, the same on a slow or a busy machine."""

import time
from collections.abc import Callable
from typing import TypeVar

Input = TypeVar("Input")

_FACTOR = 8
_LIMIT = 3 * _FACTOR  # what is quadratic takes 64 times as long
_PARTS = range(1, 6)  # of a hundred


def in_proportion(
    work: Callable[[Input], object], given: Callable[[int], Input], size: int
) -> bool:
    """Whether the CPU time of `work(given(size))` is in proportion to that of an eighth of `size`.

    One round below three times the proportion is enough, as others only make a round slower. Each
    round has sizes of its own, 1 % smaller than those before, so that no cache knows its input.
    """
    work(given(size // _FACTOR))  # so that nothing made once makes it look slow
    return any(_growth(work, given, size * (100 - part) // 100) < _LIMIT for part in _PARTS)


def _growth(work: Callable[[Input], object], given: Callable[[int], Input], size: int) -> float:
    large_s = _cpu_s(work, given(size))
    return large_s / _cpu_s(work, given(size // _FACTOR))


def _cpu_s(work: Callable[[Input], object], given: Input) -> float:
    started = time.process_time()
    work(given)
    return time.process_time() - started
