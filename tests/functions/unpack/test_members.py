import io
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.unpack.members import Limits, Member, members
from scanloft.core.errors import BadArchiveFile
from tests.functions.unpack.packed import (
    PACKERS,
    long_header_tar,
    sparse_tar,
    tarred,
)

MIB = 2**20
LIMITS = Limits(members=100, member_bytes=MIB, total_bytes=100 * MIB, ratio=200)


def unpacked(data: bytes, *, limits: Limits = LIMITS) -> Iterator[Member]:
    return members(io.BytesIO(data), size_bytes=len(data), limits=limits)


def peak_bytes(data: bytes, *, limits: Limits = LIMITS) -> int:
    """The most memory that was taken while the members were read one by one."""
    tracemalloc.start()
    try:
        with suppress(BadArchiveFile):
            for _ in unpacked(data, limits=limits):
                pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(sorted(PACKERS)),
    st.lists(
        st.binary(max_size=300).filter(lambda body: body[:1] not in b"P\x1fB\xfd"), max_size=8
    ),
)
def test_what_was_packed_is_what_is_unpacked(packer: str, bodies: list[bytes]) -> None:
    data = PACKERS[packer]({f"{place:02}": body for place, body in enumerate(bodies)})
    assert list(unpacked(data)) == [
        Member(place, body, name=f"{place:02}") for place, body in enumerate(bodies)
    ]


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from([b"", b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08", b"BZh9"])
)
def test_garbage_is_refused_or_empty_and_nothing_else(garbage: bytes, magic: bytes) -> None:
    with suppress(BadArchiveFile):
        assert list(unpacked(magic + garbage)) == []


TWO = {"a": b"first", "b": b"second" * 20}


@pytest.mark.parametrize("packer", PACKERS)
def test_a_damaged_byte_is_noticed_or_harmless(packer: str) -> None:
    whole = PACKERS[packer](TWO)
    sizes = [len(body) for body in TWO.values()]
    for place in range(min(len(whole), 2048)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x80
        with suppress(BadArchiveFile):
            found = [member.body for member in unpacked(bytes(damaged)) if not member.refusal]
            # A tar has checksums for its headers only.
            assert [len(body) for body in found] == sizes, place
            assert packer == "tar" or found == list(TWO.values()), place


def test_sparse_files_are_not_unpacked_for_a_kilobyte_of_them_may_hold_any_size() -> None:
    found = list(unpacked(sparse_tar(MIB - 1)))
    assert [(member.body, member.holds_data) for member in found] == [(b"", False)]
    assert all(member.refusal for member in found)


def test_a_long_header_does_not_fill_the_memory() -> None:
    assert peak_bytes(long_header_tar(64 * MIB)) < 32 * MIB


def test_folders_without_end_do_not_fill_the_memory() -> None:
    folders = tarred({f"{n}/": b"" for n in range(20_000)})
    assert peak_bytes(folders) < 4 * MIB


@pytest.mark.slow
@pytest.mark.parametrize("packer", ["zip", "tar.gz"])
def test_a_large_file_of_zeros_takes_little_memory(packer: str) -> None:
    data = PACKERS[packer]({str(n): bytes(8 * MIB) for n in range(25)})
    limits = Limits(members=100, member_bytes=8 * MIB, total_bytes=1000 * MIB, ratio=2000)
    assert peak_bytes(data, limits=limits) < 40 * MIB
    assert sum(len(member.body) for member in unpacked(data, limits=limits)) == 200 * MIB
    refused = Limits(members=100, member_bytes=8 * MIB, total_bytes=1000 * MIB, ratio=20)
    assert peak_bytes(data, limits=refused) < 40 * MIB
    with pytest.raises(BadArchiveFile):
        list(unpacked(data, limits=refused))
