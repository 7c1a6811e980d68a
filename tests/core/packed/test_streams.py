import bz2
import gzip
import io
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import BadArchiveFile
from scanloft.core.packed.streams import Counted, decompressed

TEXT = b"first and last " * 1000


@pytest.mark.parametrize(
    "packed",
    [TEXT, gzip.compress(TEXT), bz2.compress(TEXT), lzma.compress(TEXT), b"", b"\x1f"],
    ids=["plain", "gzip", "bzip2", "xz", "empty", "one byte"],
)
def test_a_stream_is_decompressed_by_what_it_holds(packed: bytes) -> None:
    content = decompressed(io.BytesIO(packed)).read()
    assert content == (TEXT if len(packed) > 1 else packed)


@given(st.binary(max_size=200), st.lists(st.integers(-1, 100), max_size=10))
def test_what_is_within_the_bound_is_read_as_it_is(content: bytes, sizes: list[int]) -> None:
    counted = Counted(io.BytesIO(content), allowed=len(content))
    plain = io.BytesIO(content)
    for size in sizes:
        assert counted.read(size) == plain.read(size)


@given(st.integers(1, 50), st.integers(0, 50))
def test_what_is_beyond_the_bound_is_refused_however_it_is_read(step: int, allowed: int) -> None:
    counted = Counted(io.BytesIO(bytes(allowed + 1)), allowed=allowed)

    def read_on() -> None:
        for _ in range(allowed + 1):
            counted.read(step)

    with pytest.raises(BadArchiveFile):
        read_on()


def test_a_read_of_all_there_is_stops_at_the_bound() -> None:
    endless = io.BytesIO(bytes(10_000_000))
    with pytest.raises(BadArchiveFile):
        Counted(endless, allowed=1000).read()
    assert endless.tell() == 1001
