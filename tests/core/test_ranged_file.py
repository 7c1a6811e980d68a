import io

from scanloft.core.ranged_file import RangedFile, buffered

CONTENT = bytes(range(256)) * 4


def read(offset: int, length: int) -> bytes:
    return CONTENT[offset : offset + length]


def test_the_raw_file_says_what_it_can_do() -> None:
    raw = RangedFile(read, size_bytes=10)
    assert (raw.readable(), raw.seekable(), raw.writable(), raw.tell()) == (True, True, False, 0)


def test_a_place_is_found_from_the_start_the_end_and_where_it_stands() -> None:
    file = buffered(read, size_bytes=len(CONTENT), buffer_bytes=100)
    assert (file.seek(-50, io.SEEK_END), file.read(30)) == (974, CONTENT[-50:-20])
    assert (file.seek(5, io.SEEK_CUR), file.read()) == (1009, CONTENT[-15:])
    assert file.read() == b""


def test_what_gives_less_than_was_asked_for_is_asked_again() -> None:
    asked: list[tuple[int, int]] = []

    def sparing(offset: int, length: int) -> bytes:
        asked.append((offset, length))
        return read(offset, min(length, 300))

    assert buffered(sparing, size_bytes=1000, buffer_bytes=1000).read() == CONTENT[:1000]
    assert [offset for offset, _ in asked] == [0, 300, 600, 900]


def test_what_is_empty_is_read_without_asking() -> None:
    def never(offset: int, length: int) -> bytes:
        raise AssertionError(offset, length)

    assert buffered(never, size_bytes=0, buffer_bytes=10).read() == b""
