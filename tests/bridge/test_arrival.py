from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_bridge.arrival import Arrival
from dicom_bridge.spool import Spool, SpoolEntry
from scanloft.core.errors import ArchiveError, MalformedDicom, Oversized, Unavailable

ENTRY = SpoolEntry("trial-a", "upload", "0", "MODALITY", "CT1")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path, reserve_bytes=0)
    spool.open()
    yield spool
    spool.close()


def arrival(spool: Spool, *, limit_bytes: int = 100) -> Arrival:
    return Arrival(spool, limit_bytes=limit_bytes, head=lambda: b"HEAD")


def test_what_arrives_follows_the_head_and_is_not_held_in_memory(spool: Spool) -> None:
    arriving = arrival(spool)
    assert arriving.write(b"one ") == 4
    arriving.write(b"two")
    assert arriving.getvalue() == b""
    arriving.store(ENTRY)
    arriving.discard()
    with spool.opened(ENTRY.name) as file:
        assert file.read() == b"HEADone two"


def test_exactly_the_limit_is_taken(spool: Spool) -> None:
    arriving = arrival(spool, limit_bytes=4)
    arriving.write(b"1234")
    arriving.store(ENTRY)
    assert list(spool.waiting()) == [ENTRY.name]


def test_over_the_limit_the_rest_is_dropped_and_told_at_the_end(
    spool: Spool, tmp_path: Path
) -> None:
    arriving = arrival(spool, limit_bytes=4)
    for _ in range(3):
        arriving.write(b"123")
    assert list((tmp_path / "incoming").iterdir()) == []
    assert arriving.size_bytes == 9
    with pytest.raises(Oversized):
        arriving.store(ENTRY)
    assert list(spool.waiting()) == []


def test_a_disk_that_does_not_take_it_is_told_at_the_end(spool: Spool, tmp_path: Path) -> None:
    (tmp_path / "incoming").rmdir()
    arriving = arrival(spool)
    arriving.write(b"data")
    arriving.write(b"data")
    with pytest.raises(Unavailable):
        arriving.store(ENTRY)


def test_a_head_that_cannot_be_made_is_told_at_the_end(spool: Spool, tmp_path: Path) -> None:
    def head() -> bytes:
        raise MalformedDicom("No request.")

    arriving = Arrival(spool, limit_bytes=100, head=head)
    arriving.write(b"data")
    with pytest.raises(MalformedDicom):
        arriving.store(ENTRY)
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize("data", [None, b""])
def test_nothing_is_no_object(spool: Spool, data: bytes | None) -> None:
    arriving = arrival(spool)
    if data is not None:
        arriving.write(data)
    with pytest.raises(ArchiveError, match="without a data set"):
        arriving.store(ENTRY)


def test_what_is_discarded_leaves_nothing(spool: Spool, tmp_path: Path) -> None:
    arriving = arrival(spool)
    arriving.write(b"data")
    arriving.discard()
    arriving.discard()
    assert list((tmp_path / "incoming").iterdir()) == []
