import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicom_bridge.spool import Spool, SpoolEntry
from scanloft.core.errors import InvalidRequest, NotDicom, Unavailable
from scanloft.core.identifiers import AE_TITLE, PROJECT, UPLOAD

ENTRY = SpoolEntry("trial-a", "dicom-20250101T000000-0a1b2c3d", "12", "MR 1/..,%", "CT1")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool", reserve_bytes=0)
    spool.open()
    yield spool
    spool.close()


def put(spool: Spool, entry: SpoolEntry, data: bytes) -> None:
    incoming = spool.begin()
    incoming.write(data)
    spool.commit(incoming, entry)


def files(spool_dir: Path) -> set[str]:
    return {str(p.relative_to(spool_dir)) for p in spool_dir.rglob("*") if p.is_file()} - {"lock"}


@given(
    st.builds(
        SpoolEntry,
        st.from_regex(PROJECT, fullmatch=True),
        st.from_regex(UPLOAD, fullmatch=True),
        st.integers(0, 10**9 - 1).map(str),
        st.from_regex(AE_TITLE, fullmatch=True),
        st.from_regex(AE_TITLE, fullmatch=True),
        st.ip_addresses().filter(lambda address: "%" not in str(address)).map(str) | st.just(""),
    )
)
def test_the_name_of_a_file_says_where_it_goes(entry: SpoolEntry) -> None:
    assert SpoolEntry.parse(entry.name) == entry
    assert "/" not in entry.name
    assert len(entry.name) <= 255
    assert str(entry.key) == f"dicom/{entry.project}/{entry.upload}/{entry.number}"


def test_an_object_of_no_project_goes_where_the_archive_routes() -> None:
    entry = SpoolEntry("", "dicom-1", "3", "CT 1", "ANY", "192.0.2.7")
    assert SpoolEntry.parse(entry.name) == entry
    assert str(entry.key) == "unassigned/ANY/dicom-1/3"
    with pytest.raises(InvalidRequest):
        _ = SpoolEntry("", "dicom-1", "3", "CT 1", "A/B").key


def test_a_file_of_an_earlier_bridge_is_read_without_an_address() -> None:
    entry = SpoolEntry.parse("trial-a,dicom-1,3,CT%201,CT1")
    assert (entry.calling_ae, entry.called_ae, entry.address) == ("CT 1", "CT1", "")
    assert "calling-address" not in entry.metadata


@pytest.mark.parametrize("address", ["", "A", "AAAA", "_" * 22])
def test_what_is_no_address_is_none(address: str) -> None:
    entry = SpoolEntry.parse(f"trial-a,dicom-1,3,CT1,CT1,{address}")
    assert entry.address in ("", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")


@pytest.mark.parametrize("name", ["", ".DS_Store", "a,b,c,d", "trial-a,u,1,A%0aB,CT1", "../x"])
def test_a_file_that_is_not_the_bridges_is_no_entry(name: str) -> None:
    with pytest.raises(InvalidRequest):
        SpoolEntry.parse(name)


def test_a_committed_object_waits_until_it_is_removed(spool: Spool, tmp_path: Path) -> None:
    put(spool, ENTRY, b"object")
    assert list(spool.waiting()) == [ENTRY.name]
    with spool.opened(ENTRY.name) as file:
        assert file.read() == b"object"
    spool.remove(ENTRY.name)
    assert files(tmp_path / "spool") == set()


def test_nobody_else_on_the_host_can_read_the_spool(spool: Spool, tmp_path: Path) -> None:
    put(spool, ENTRY, b"object")
    waiting = tmp_path / "spool" / "waiting"
    assert waiting.stat().st_mode & 0o077 == 0
    assert (waiting / ENTRY.name).stat().st_mode & 0o077 == 0


def test_the_file_and_then_the_folder_are_synced_before_success(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[tuple[str, set[str]]] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        seen.append((Path(f"/proc/self/fd/{descriptor}").readlink().parent.name, files(tmp_path)))
        real(descriptor)

    monkeypatch.setattr("os.fsync", fsync)
    put(spool, ENTRY, b"object")
    (file_parent, at_first), (folder_parent, at_last) = seen
    assert (file_parent, folder_parent) == ("incoming", "spool")
    assert not any("waiting" in name for name in at_first)
    assert any("waiting" in name for name in at_last)


@pytest.mark.parametrize("failing", [1, 2], ids=["file", "folder"])
def test_nothing_is_left_when_the_disk_refuses(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failing: int
) -> None:
    calls: list[int] = []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == failing:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fsync", fsync)
    with pytest.raises(Unavailable):
        put(spool, ENTRY, b"object")
    assert files(tmp_path / "spool") == set()


def test_nothing_begins_when_less_than_the_reserve_is_free(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", reserve_bytes=1 << 60)
    spool.open()
    with pytest.raises(Unavailable, match="full"):
        spool.begin()
    spool.close()
    assert files(tmp_path / "spool") == set()


def test_a_start_removes_what_never_arrived_and_keeps_what_did(tmp_path: Path) -> None:
    first = Spool(tmp_path / "spool", reserve_bytes=0)
    first.open()
    put(first, ENTRY, b"object")
    first.close()
    (tmp_path / "spool" / "incoming" / "half").write_bytes(b"half")
    again = Spool(tmp_path / "spool", reserve_bytes=0)
    again.open()
    again.close()
    assert files(tmp_path / "spool") == {f"waiting/{ENTRY.name}"}


def test_two_bridges_cannot_share_a_spool(spool: Spool, tmp_path: Path) -> None:
    other = Spool(tmp_path / "spool", reserve_bytes=0)
    incoming = spool.begin()
    with pytest.raises(Unavailable, match="SCANLOFT_SPOOL_DIR"):
        other.open()
    assert incoming.path.exists()
    incoming.discard()
    spool.close()
    other.open()
    other.close()


def test_a_dead_object_keeps_its_bytes_and_its_reason(spool: Spool, tmp_path: Path) -> None:
    put(spool, ENTRY, b"object")
    spool.bury(ENTRY.name, NotDicom("It is not DICOM."))
    dead = tmp_path / "spool" / "dead"
    assert (dead / ENTRY.name).read_bytes() == b"object"
    reason = json.loads((dead / f"{ENTRY.name}.json").read_text())
    assert reason == {"code": "not_dicom", "message": "It is not DICOM."}
    assert list(spool.waiting()) == []
