import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import MalformedDicom, PixelReview
from scanloft.deid.pixels.fragments import encapsulated, frames_of

END = b"\xfe\xff\xdd\xe0\0\0\0\0"


def item(content: bytes) -> bytes:
    return b"\xfe\xff\x00\xe0" + struct.pack("<L", len(content)) + content


def value(*fragments: bytes, table: bytes = b"") -> bytes:
    return item(table) + b"".join(map(item, fragments)) + END


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=5))
def test_frames_are_found_again(frames: list[bytes]) -> None:
    found = frames_of(encapsulated(frames), frames=len(frames))
    assert [bytes(frame) for frame in found] == [frame + bytes(len(frame) % 2) for frame in frames]


def test_one_frame_may_have_many_fragments() -> None:
    assert frames_of(value(b"ab", b"cd", b"ef"), frames=1) == [b"abcdef"]


def test_the_offset_table_tells_frames_apart() -> None:
    table = struct.pack("<2L", 0, 20)
    assert frames_of(value(b"ab", b"cd", b"ef", table=table), frames=2) == [b"abcd", b"ef"]


def test_without_a_table_streams_begin_frames() -> None:
    parts = (b"\xff\xd8ab", b"cd", b"\xff\xd8ef", b"gh")
    assert frames_of(value(*parts), frames=2) == [b"\xff\xd8abcd", b"\xff\xd8efgh"]


@pytest.mark.parametrize(
    "table",
    [b"", struct.pack("<2L", 0, 12), struct.pack("<2L", 20, 0), struct.pack("<2L", 10, 20), b"abc"],
)
def test_frames_that_cannot_be_told_apart_wait_for_a_person(table: bytes) -> None:
    with pytest.raises(PixelReview):
        frames_of(value(b"ab", b"cd", b"ef", table=table), frames=2)


@pytest.mark.parametrize("frames", [1, 2])
@pytest.mark.parametrize("table", [b"", struct.pack("<L", 0), struct.pack("<2L", 0, 20)])
@pytest.mark.parametrize("start", [b"\xff\xd8\xff\xe0", b"\xff\x4f\xff\x51", b"\3\0\0\0\x40\0\0\0"])
def test_more_streams_than_frames_wait_for_a_person(
    start: bytes, table: bytes, frames: int
) -> None:
    with pytest.raises(PixelReview):
        frames_of(value(start + b"ab", start, start + b"ef", table=table), frames=frames)


@pytest.mark.parametrize("start", [b"\xff\xd8\xff\xe0", b"\3\0\0\0\x40\0\0\0"])
def test_one_stream_in_several_fragments_is_one_frame(start: bytes) -> None:
    assert frames_of(value(start, b"ab", b"cd"), frames=1) == [start + b"abcd"]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        END,
        value(b"ab")[:-9],
        value(b"ab")[:12],
        value(b"ab").replace(END, b"\xfe\xff\x0d\xe0\0\0\0\0"),
        b"junk" + value(b"ab"),
    ],
)
def test_what_is_cut_off_is_refused(broken: bytes) -> None:
    with pytest.raises(MalformedDicom):
        frames_of(broken, frames=1)


def test_fewer_fragments_than_frames_are_refused() -> None:
    with pytest.raises(MalformedDicom, match="fewer fragments"):
        frames_of(value(b"ab"), frames=2)


def test_a_missing_delimiter_is_no_fault() -> None:
    assert frames_of(value(b"ab")[:-8], frames=1) == [b"ab"]
