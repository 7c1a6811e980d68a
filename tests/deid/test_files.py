"""From file to file: a target appears whole or not at all."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import scanloft.deid.files
from scanloft.core.errors import MalformedDicom, Oversized, PixelReview
from scanloft.deid.engine import deidentify, plan
from scanloft.deid.files import FileSource, deidentify_file
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.results import Deidentified, Plan, Result
from scanloft.deid.source import Span
from tests.support.objects import file_with
from tests.support.two_ways import PSEUDONYMS
from tests.support.wire import Syntax, Wire

BASIC = Profile.basic()
NUMBERS = {0x00280010: 1024, 0x00280011: 1200}
PIXELS = bytes(range(256)) * 4800
LARGE = [
    *(Wire(tag, "US", number.to_bytes(2, "little")) for tag, number in NUMBERS.items()),
    Wire(0x7FE00010, "OW", PIXELS),
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.dcm"
    path.write_bytes(file_with(LARGE))
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "out.dcm"


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def run(source: Path, target: Path, profile: Profile = BASIC) -> Result:
    return deidentify_file(source, target, profile=profile, pseudonyms=PSEUDONYMS)


def test_a_copied_file_is_what_deidentify_makes_of_its_bytes(source: Path, target: Path) -> None:
    expected = deidentify(source.read_bytes(), profile=BASIC, pseudonyms=PSEUDONYMS)
    result = run(source, target)
    assert target.read_bytes() == expected.data
    assert isinstance(result, Plan)
    assert result.size == len(expected.data)
    for fact in ("study_uid", "sop_uid", "header_length", "account", "replaced", "patients"):
        assert getattr(result, fact) == getattr(expected, fact)


@pytest.mark.parametrize("syntax", [Syntax.BIG, Syntax.DEFLATED])
def test_what_needs_all_of_its_bytes_is_read_whole(source: Path, target: Path, syntax: str) -> None:
    source.write_bytes(file_with([], syntax=syntax))
    expected = deidentify(source.read_bytes(), profile=BASIC, pseudonyms=PSEUDONYMS)
    result = run(source, target)
    assert isinstance(result, Deidentified)
    assert target.read_bytes() == expected.data


def test_the_original_stays_as_it_was(source: Path, target: Path) -> None:
    before = source.read_bytes(), source.stat().st_mtime_ns
    run(source, target)
    assert (source.read_bytes(), source.stat().st_mtime_ns) == before


def test_missing_folders_are_made(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "series" / "1.dcm"
    run(source, target)
    assert target.stat().st_size > len(PIXELS)


@pytest.mark.usefixtures("umask")
def test_a_new_file_has_the_permissions_that_the_umask_leaves(source: Path, target: Path) -> None:
    source.chmod(0o600)
    run(source, target)
    assert target.stat().st_mode & 0o777 == 0o640


def test_an_older_file_is_replaced_in_one_step(source: Path, target: Path) -> None:
    target.write_bytes(b"old")
    with target.open("rb") as reader:
        run(source, target)
        # Who had opened the old one still reads it whole.
        assert reader.read() == b"old"
    assert target.stat().st_size > len(PIXELS)
    assert names_in(target.parent) == [target.name]


def test_a_file_can_take_the_place_of_its_own_original(source: Path) -> None:
    expected = deidentify(source.read_bytes(), profile=BASIC, pseudonyms=PSEUDONYMS)
    run(source, source)
    assert source.read_bytes() == expected.data


def test_a_link_is_replaced_and_what_it_led_to_is_left_alone(
    source: Path, target: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"old")
    target.symlink_to(elsewhere)
    run(source, target)
    assert elsewhere.read_bytes() == b"old"
    assert not target.is_symlink()
    assert target.stat().st_size > len(PIXELS)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (file_with([Wire(0x00080060, "CS", b"US")]), PixelReview),
        (file_with([Wire(0x0020000D, "UI", b"")]), MalformedDicom),
        (file_with(LARGE)[:-100_000], MalformedDicom),
    ],
)
def test_a_refused_object_leaves_the_old_target_and_no_other_file(
    source: Path, target: Path, content: bytes, error: type[Exception]
) -> None:
    source.write_bytes(content)
    target.write_bytes(b"old")
    with pytest.raises(error):
        run(source, target)
    assert target.read_bytes() == b"old"
    assert names_in(target.parent) == [target.name]


def test_a_missing_source_makes_nothing(target: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run(tmp_path / "missing.dcm", target)
    assert names_in(target.parent) == []


def test_a_file_that_shrinks_while_it_is_copied_leaves_nothing_behind(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = plan

    def shrinking(*args: FileSource, **values: object) -> Plan:
        found = real(*args, **values)  # type: ignore[arg-type]  # as they came
        os.truncate(source, source.stat().st_size - 1000)
        return found

    monkeypatch.setattr(scanloft.deid.files, "plan", shrinking)
    target.write_bytes(b"old")
    with pytest.raises(OSError, match="shorter"):
        run(source, target)
    assert target.read_bytes() == b"old"
    assert names_in(target.parent) == [target.name]


def test_a_target_that_cannot_be_replaced_leaves_nothing_behind(source: Path, target: Path) -> None:
    target.mkdir()
    (target / "file").touch()
    with pytest.raises(OSError, match="directory"):
        run(source, target)
    assert names_in(target.parent) == [target.name]


def test_pixels_are_copied_where_the_system_cannot_do_it_itself(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(18, "another file system")

    monkeypatch.setattr(os, "copy_file_range", refuse)
    run(source, target)
    expected = deidentify(source.read_bytes(), profile=BASIC, pseudonyms=PSEUDONYMS)
    assert target.read_bytes() == expected.data


def test_a_copy_that_stops_halfway_goes_on_where_it_stopped(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.copy_file_range, []

    def partly(from_: int, to: int, length: int, offset: int) -> int:
        calls.append(offset)
        if len(calls) > 2:
            raise OSError(22, "no more")
        return real(from_, to, min(length, 70_001), offset)

    monkeypatch.setattr(os, "copy_file_range", partly)
    run(source, target)
    expected = deidentify(source.read_bytes(), profile=BASIC, pseudonyms=PSEUDONYMS)
    assert target.read_bytes() == expected.data
    assert len(calls) == 3


def test_what_is_too_large_to_be_read_whole_is_refused(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = file_with([], syntax=Syntax.BIG)
    source.write_bytes(content)
    monkeypatch.setattr(scanloft.deid.files, "WHOLE_LIMIT_BYTES", len(content) - 1)
    with pytest.raises(Oversized, match="can only be read whole"):
        run(source, target)
    assert names_in(target.parent) == []
    monkeypatch.setattr(scanloft.deid.files, "WHOLE_LIMIT_BYTES", len(content))
    assert run(source, target).sop_uid


def test_of_a_large_file_only_the_header_is_read(source: Path, target: Path) -> None:
    reads: list[int] = []

    class Counting(FileSource):
        def read(self, offset: int, length: int) -> bytes:
            reads.append(length)
            return super().read(offset, length)

    descriptor = os.open(source, os.O_RDONLY)
    try:
        found = plan(Counting(descriptor), profile=BASIC, pseudonyms=PSEUDONYMS)
    finally:
        os.close(descriptor)
    assert sum(reads) < len(PIXELS) / 4
    assert [part.length for part in found.parts if isinstance(part, Span)] == [len(PIXELS)]


def test_the_base_none_copies_data_sets_as_they_are(source: Path, target: Path) -> None:
    before = source.read_bytes()
    run(source, target, Profile("none", 1, base=Base.NONE))
    first = b"\x08\0\x05\0CS"
    assert target.read_bytes().partition(first)[2] == before.partition(first)[2]


def test_what_a_killed_run_left_behind_does_not_stop_the_next_one(
    source: Path, target: Path
) -> None:
    # In a container, each run may have the same process ID.
    program = (
        "import os, sys; from pathlib import Path; os.getpid = lambda: 7;"
        "from scanloft.deid.files import deidentify_file;"
        "from scanloft.deid.profiles.profile import Profile;"
        "from scanloft.deid.values.pseudonyms import Pseudonyms;"
        "os.write = os.write if sys.argv[3] == 'live' else lambda *_: os._exit(9);"
        "deidentify_file(Path(sys.argv[1]), Path(sys.argv[2]), profile=Profile.basic(),"
        "pseudonyms=Pseudonyms(b's' * 32))"
    )
    codes = [
        subprocess.run(
            [sys.executable, "-c", program, source, target, fate], capture_output=True, check=False
        ).returncode
        for fate in ("die", "live")
    ]
    assert codes == [9, 0]
    assert target.stat().st_size > len(PIXELS)
