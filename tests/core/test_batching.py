from collections.abc import Iterator

from scanloft.core.batching import batches


def test_things_come_so_many_at_a_time_and_the_last_are_fewer() -> None:
    assert list(batches(range(5), size=2)) == [[0, 1], [2, 3], [4]]
    assert list(batches([], size=2)) == []


def test_no_more_is_taken_than_was_asked_for() -> None:
    taken: list[int] = []

    def things() -> Iterator[int]:
        for number in range(6):
            taken.append(number)
            yield number

    found = batches(things(), size=2)
    assert (next(found), taken) == ([0, 1], [0, 1])
