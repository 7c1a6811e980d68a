"""The measure of growth itself: it must be able to fail."""

from functools import cache

from tests.support.growth import in_proportion


def once(size: int) -> None:
    for _ in range(size):
        pass


def squared(size: int) -> None:
    for _ in range(size):
        once(size)


def test_going_through_all_once_is_in_proportion() -> None:
    assert in_proportion(once, int, 1_000_000)


def test_going_through_all_for_each_part_is_not() -> None:
    assert not in_proportion(squared, int, 2000)


def test_what_is_remembered_does_not_count() -> None:
    assert not in_proportion(cache(squared), int, 2000)
