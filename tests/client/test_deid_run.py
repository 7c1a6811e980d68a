import errno
import json
import os
import stat
from pathlib import Path

import pytest

from scanloft.client.deid_run import Run
from scanloft.client.outcomes import Outcome
from tests.client.images import contents, ct, plain, scanloft


def test_what_is_refused_now_leaves_no_result_of_an_earlier_run_where_that_is_replaced(
    src: Path, tmp_path: Path
) -> None:
    call = ("deid", src, tmp_path / "out", "--secret-file", tmp_path / "secret")
    assert scanloft(*call).exit_code == 0
    (tmp_path / "out" / "other.dcm").write_bytes(b"somebody else's")
    (tmp_path / "out" / "a" / "notes.txt").write_text("somebody else's")
    before = contents(tmp_path / "out")
    (src / "one.dcm").write_bytes(ct(Modality="US"))
    assert scanloft(*call).exit_code == 3
    assert contents(tmp_path / "out") == before
    report = tmp_path / "report.json"
    result = scanloft(*call, "--overwrite", "--report", report)
    assert result.exit_code == 3
    assert "Its earlier result was removed from DST." in plain(result)
    assert contents(tmp_path / "out").keys() == before.keys() - {"one.dcm"}
    (entry,) = (one for one in json.loads(report.read_text())["files"] if one["path"] == "one.dcm")
    assert entry["reason"].endswith("Its earlier result was removed from DST.")


def test_an_earlier_result_stays_where_nothing_could_be_learned_of_the_file(
    src: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (src / "link.dcm").write_bytes(ct())
    call = ("deid", src, tmp_path / "out", "--secret-file", tmp_path / "secret", "--overwrite")
    assert scanloft(*call).exit_code == 0
    before = contents(tmp_path / "out")
    (src / "link.dcm").unlink()
    (src / "link.dcm").symlink_to("not-fetched")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("scanloft.client.deid_run.deidentify_file", full)
    result = scanloft(*call)
    assert result.exit_code == 3
    assert contents(tmp_path / "out") == before
    assert "No space left on device. Its earlier result is still in DST." in plain(result)
    assert "delete the link. Its earlier result is still in DST." in plain(result)


def test_a_file_that_vanishes_during_the_run_is_refused(
    src: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanishing(self: Run, source: Path, target: Path, name: str) -> Outcome:
        (src / "one.dcm").unlink(missing_ok=True)
        return real(self, source, target, name)

    real = Run.deidentify
    monkeypatch.setattr(Run, "deidentify", vanishing)
    result = scanloft("deid", src, tmp_path / "out")
    assert result.exit_code == 3
    assert "refused (gone): one.dcm" in plain(result)


@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_a_pipe_or_device_is_never_replaced(
    src: Path, tmp_path: Path, overwrite: list[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = scanloft("deid", src / "one.dcm", tmp_path / "pipe", *overwrite)
    assert result.exit_code == 3
    assert "something else of this name: move it away." in plain(result)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    result = scanloft("deid", src, tmp_path / "out", "--report", tmp_path / "pipe", *overwrite)
    assert result.exit_code == 2
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_results_are_told_of_although_their_account_cannot_be_written(
    src: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for module in ("deid_command", "id_export"):
        monkeypatch.setattr(f"scanloft.client.{module}.write_whole", full)
    options = ("--report", tmp_path / "report.json", "--export-ids", tmp_path / "pairs")
    result = scanloft("deid", src, tmp_path / "out", *options)
    assert result.exit_code == 1
    assert set(contents(tmp_path / "out")) == {"one.dcm", "a/b/two.dcm"}
    told = plain(result)
    assert "The report could not be written: No space left on device." in told
    assert "The pairs of uid_mapping.csv could not be written: No space left on device." in told
    assert "The pairs of patid_mapping.csv could not be written" in told
    assert "2 deidentified" in told


def test_nothing_is_said_of_earlier_results_where_there_are_none(src: Path, tmp_path: Path) -> None:
    (src / "us.dcm").write_bytes(ct(Modality="US"))
    result = scanloft("deid", src, tmp_path / "out", "--overwrite")
    assert result.exit_code == 3
    assert "earlier result" not in plain(result)


def test_a_file_of_the_name_of_a_zip_is_not_taken_for_a_result(src: Path, tmp_path: Path) -> None:
    for folder in (src, tmp_path / "out"):
        folder.mkdir(exist_ok=True)
        (folder / "study.zip").write_bytes(b"PK\x03\x04")
    assert scanloft("deid", src, tmp_path / "out", "--overwrite").exit_code == 3
    assert (tmp_path / "out" / "study.zip").is_file()


def test_a_link_to_what_is_not_here_is_refused(src: Path, tmp_path: Path) -> None:
    (src / "gone.dcm").symlink_to("../.git/annex/objects/xx/gone.dcm")
    (src / "circle.dcm").symlink_to("circle.dcm")
    result = scanloft("deid", src, tmp_path / "out")
    assert result.exit_code == 3
    assert "refused (broken_link): circle.dcm, gone.dcm" in plain(result)
    assert "datalad get" in plain(result)
    assert set(contents(tmp_path / "out")) == {"one.dcm", "a/b/two.dcm"}


def test_a_link_to_a_file_is_followed_and_a_pipe_is_left_out(src: Path, tmp_path: Path) -> None:
    (src / "link.dcm").symlink_to("one.dcm")
    os.mkfifo(src / "pipe")
    result = scanloft("deid", src, tmp_path / "out")
    assert result.exit_code == 0
    assert "ignored (not_a_file): pipe" in plain(result)
    assert (tmp_path / "out" / "link.dcm").is_file()
