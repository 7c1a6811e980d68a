"""The measure of growth itself: it must be able to fail."""

from tests.support.growth import in_proportion


def zeros(length: int) -> bytes:
    return bytes(length)


def test_reading_once_is_in_proportion() -> None:
    assert in_proportion(bytes.lstrip, zeros, 8_000_000)


def test_reading_all_for_each_part_is_not() -> None:
    def work(text: bytes) -> None:
        for _ in range(0, len(text), 4096):
            text.count(b"1")

    assert not in_proportion(work, zeros, 4_000_000)
