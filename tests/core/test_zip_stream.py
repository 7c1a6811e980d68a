import io
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core import zip_stream
from scanloft.core.zip_stream import ZipState, ZipStream, checked_name, dos_time, zip_size_limit

MODIFIED = datetime(2026, 3, 4, 5, 6, 8, tzinfo=UTC)
PART = st.text(
    st.characters(exclude_characters="/\\\0", exclude_categories=["Cs"]), min_size=1
).filter(lambda part: part not in (".", ".."))
NAMES = st.lists(PART, min_size=1, max_size=3).map("/".join)
MEMBERS = st.lists(
    st.tuples(NAMES, st.binary(), st.booleans()), max_size=8, unique_by=lambda m: m[0]
)

Members = Sequence[tuple[str, bytes, bool]]


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zip64 from a hundred bytes and three members on."""
    monkeypatch.setattr(zip_stream, "LIMIT", 100)
    monkeypatch.setattr(zip_stream, "COUNT_LIMIT", 3)


def write(stream: ZipStream, members: Members) -> None:
    for name, body, streamed in members:
        if not streamed:
            stream.add(name, body)
            continue
        stream.begin(name, len(body))
        stream.feed(body[:3])
        stream.feed(body[3:])
        stream.end()


def zipped(members: Members) -> bytes:
    sink = io.BytesIO()
    stream = ZipStream(sink.write, modified=MODIFIED)
    write(stream, members)
    assert stream.finish() == len(sink.getvalue())
    return sink.getvalue()


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def accepted_by_unzip(data: bytes, folder: Path) -> bool:
    path = folder / "it.zip"
    path.write_bytes(data)
    done = subprocess.run(["unzip", "-t", str(path)], capture_output=True, check=False)
    assert b"warning" not in done.stdout + done.stderr
    return done.returncode == 0


@given(MEMBERS)
def test_what_is_written_is_read_by_zipfile(members: Members) -> None:
    data = zipped(members)
    assert contents(data) == {name: body for name, body, _ in members}
    sizes = sum(len(body) for _, body, _ in members)
    names = sum(len(name.encode()) for name, _, _ in members)
    assert len(data) <= zip_size_limit(names_bytes=names, sizes_bytes=sizes, count=len(members))


@given(st.lists(st.tuples(NAMES, st.binary(max_size=300), st.booleans()), max_size=8,
                unique_by=lambda member: member[0]))  # fmt: skip
def test_zip64_fields_are_read_by_zipfile(members: Members) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(zip_stream, "LIMIT", 100)
        patched.setattr(zip_stream, "COUNT_LIMIT", 3)
        data = zipped(members)
    assert contents(data) == {name: body for name, body, _ in members}
    sizes = sum(len(body) for _, body, _ in members)
    names = sum(len(name.encode()) for name, _, _ in members)
    assert len(data) <= zip_size_limit(names_bytes=names, sizes_bytes=sizes, count=len(members))


@given(MEMBERS, st.integers(0, 8))
def test_a_stream_goes_on_from_its_state_as_if_it_had_not_stopped(
    members: Members, stop: int
) -> None:
    sink = io.BytesIO()
    first = ZipStream(sink.write, modified=MODIFIED)
    write(first, members[:stop])
    second = ZipStream(sink.write, modified=MODIFIED, state=first.state)
    write(second, members[stop:])
    second.finish()
    assert sink.getvalue() == zipped(members)


@pytest.fixture
def mixed() -> Members:
    return [("a/ä.dcm", b"1" * 99, False), ("b", b"2" * 100, True), ("c", b"3" * 101, False),
            ("empty", b"", True), ("d", b"", False)]  # fmt: skip


@pytest.mark.skipif(not shutil.which("unzip"), reason="needs unzip")
def test_unzip_accepts_it(mixed: Members, tmp_path: Path) -> None:
    assert accepted_by_unzip(zipped(mixed), tmp_path)


@pytest.mark.skipif(not shutil.which("unzip"), reason="needs unzip")
@pytest.mark.usefixtures("small_limits")
def test_unzip_accepts_it_with_zip64_fields(mixed: Members, tmp_path: Path) -> None:
    data = zipped(mixed)
    assert b"PK\6\6" in data
    assert accepted_by_unzip(data, tmp_path)


@pytest.mark.skipif(not shutil.which("unzip"), reason="needs unzip")
def test_a_member_that_is_dropped_is_not_in_it_and_all_others_are(tmp_path: Path) -> None:
    sink = io.BytesIO()
    stream = ZipStream(sink.write, modified=MODIFIED)
    stream.add("before", b"1")
    stream.begin("wrong", 1000)
    stream.feed(b"wrong bytes")
    stream.drop()
    write(stream, [("after", b"2", False), ("last", b"3", True)])
    stream.finish()
    assert contents(sink.getvalue()) == {"before": b"1", "after": b"2", "last": b"3"}
    assert accepted_by_unzip(sink.getvalue(), tmp_path)


def test_a_member_that_was_here_as_a_whole_has_its_size_and_checksum_in_front() -> None:
    head = zipfile.ZipFile(io.BytesIO(zipped([("a", b"123456789", False)]))).infolist()[0]
    assert not head.flag_bits & 0x08
    assert (head.CRC, head.file_size, head.date_time) == (0xCBF43926, 9, (2026, 3, 4, 5, 6, 8))
    assert head.external_attr >> 16 == 0o100644


@pytest.mark.parametrize("count", [0xFFFE, 0xFFFF, 0x10000])
def test_so_many_members_are_all_found(count: int) -> None:
    data = zipped([(str(number), b"", False) for number in range(count)])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.namelist()) == count
    assert (b"PK\6\6" in data[-200:]) == (count >= 0xFFFF)


class Holes:
    """A file that keeps what is not nothing: 4 GiB of zeros take no room."""

    def __init__(self) -> None:
        self.pieces: list[tuple[int, bytes]] = []
        self.size = 0

    def write(self, data: bytes) -> None:
        if data is not ZEROS:
            self.pieces.append((self.size, data))
        self.size += len(data)

    def to_file(self, path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(self.size)
            for at, data in self.pieces:
                file.seek(at)
                file.write(data)


ZEROS = bytes(1 << 24)


def blocks(size: int) -> Iterator[bytes]:
    for _ in range(size // len(ZEROS)):
        yield ZEROS
    yield bytes(size % len(ZEROS))


@pytest.mark.slow
@pytest.mark.parametrize("size", [0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000])
def test_members_at_the_border_of_four_gibibytes_are_read(size: int, tmp_path: Path) -> None:
    holes = Holes()
    stream = ZipStream(holes.write, modified=MODIFIED)
    stream.begin("zeros", size)
    for block in blocks(size):
        stream.feed(block)
    stream.end()
    stream.add("behind", b"1")
    stream.finish()
    holes.to_file(tmp_path / "it.zip")
    with zipfile.ZipFile(tmp_path / "it.zip") as archive:
        assert [info.file_size for info in archive.infolist()] == [size, 1]
        assert archive.testzip() is None
    # unzip 6.0 asks again for a size that is the very number which stands for "elsewhere".
    if shutil.which("unzip") and size != 0xFFFF_FFFF:
        done = subprocess.run(
            ["unzip", "-t", str(tmp_path / "it.zip")], capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "name", ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\\b", "a\0", "x" * 65536]
)
def test_names_that_could_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name of a member"):
        checked_name(name)


def test_a_member_must_have_the_size_that_was_said() -> None:
    stream = ZipStream(io.BytesIO().write, modified=MODIFIED)
    stream.begin("a", 3)
    stream.feed(b"12")
    with pytest.raises(ValueError, match="another size"):
        stream.end()


def test_members_come_one_after_the_other() -> None:
    stream = ZipStream(io.BytesIO().write, modified=MODIFIED, state=ZipState())
    with pytest.raises(ValueError, match="No member has begun"):
        stream.feed(b"")
    stream.begin("a", 3)
    for act in (stream.finish, lambda: stream.add("b", b""), lambda: stream.state):
        with pytest.raises(ValueError, match="not ended"):
            act()


def test_times_before_those_of_ms_dos_are_its_first_year() -> None:
    assert dos_time(datetime(1970, 1, 1, tzinfo=UTC)) == (0, 1 << 5 | 1)
