import json
import os
from pathlib import Path

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
