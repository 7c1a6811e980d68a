"""How work grows with its input: a ratio of CPU times, the same on a slow or a busy machine."""

import time
from collections.abc import Callable
from typing import TypeVar

Input = TypeVar("Input")

_FACTOR = 8
_LIMIT = 3 * _FACTOR  # what is quadratic takes 64 times as long
_ROUNDS = 5


def in_proportion(
    work: Callable[[Input], object], given: Callable[[int], Input], size: int
) -> bool:
    """Whether the CPU time of `work(given(size))` is in proportion to that of an eighth of `size`.

    One round below three times the proportion is enough, as others only make a round slower.
    """
    small, large = given(size // _FACTOR), given(size)
    work(small)  # so that nothing made once makes it look slow
    return any(_cpu_s(work, large) < _LIMIT * _cpu_s(work, small) for _ in range(_ROUNDS))


def _cpu_s(work: Callable[[Input], object], given: Input) -> float:
    started = time.process_time()
    work(given)
    return time.process_time() - started
