"""`scanloft upload` against an archive that speaks the protocol: what it sends and tells."""

import csv
import json
import re
import stat
from io import StringIO
from pathlib import Path

import pytest

from scanloft.client.upload_journal import Job, Journal
from tests.client.archive import Archive
from tests.client.images import plain, scanloft
from tests.client.uploading import FILES, upload


def test_every_file_arrives_once_and_is_told_of(site: Archive, folder: Path) -> None:
    result = upload(site, folder)
    assert result.exit_code == 0, result.output
    assert sorted(site.objects.values()) == sorted(FILES.values())
    assert set(site.posts.values()) == {1}
    assert site.only["closed_at"]
    assert re.search(r"archived\W+3\b", result.output)


def test_no_name_of_a_file_or_folder_is_sent(site: Archive, folder: Path) -> None:
    upload(site, folder)
    told = b"".join(site.bodies)
    assert not [word for word in (b"DOE", b"one", b"study", b".dcm") if word in told]
    assert site.sent_names == {"file"}
    assert "DOE" not in "".join(site.asked)


def test_the_journal_is_readable_by_its_owner_alone(
    site: Archive, folder: Path, tmp_path: Path
) -> None:
    upload(site, folder)
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    files = list((tmp_path / "state").iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert not [path for path in files if "study" in path.name]


def test_results_are_told_by_name_with_the_reasons(site: Archive, folder: Path) -> None:
    site.fate_of = lambda body: (
        {"fate": "quarantined", "code": "pixel_review", "reason": "A person must look at it."}
        if body == b"3"
        else {"fate": "archived"}
    )
    result = upload(site, folder)
    assert result.exit_code == 3
    assert "quarantined (pixel_review): study/b/DOE^JOHN.dcm" in result.output
    assert "A person must look at it." in result.output


def test_members_of_a_zip_are_told_by_the_name_of_the_zip(site: Archive, folder: Path) -> None:
    (folder / "more.zip").write_bytes(b"PK")
    site.fate_of = lambda body: (
        {"fate": "unpacked", "actions": {"members": 2}} if body == b"PK" else {"fate": "archived"}
    )
    report = folder.parent / "report.csv"
    assert upload(site, folder, options=("--report", report)).exit_code == 0
    names = [row["name"] for row in csv.DictReader(StringIO(report.read_text()))]
    assert names[:3] == ["study/more.zip", "study/more.zip#0", "study/more.zip#1"]


def test_no_cell_of_a_csv_report_is_a_formula(site: Archive, tmp_path: Path) -> None:
    file = tmp_path / "=cmd()|' C calc'!A0.dcm"
    file.write_bytes(b"x")
    report = tmp_path / "report.csv"
    assert upload(site, file, options=("--report", report)).exit_code == 0
    [row] = csv.DictReader(StringIO(report.read_text()))
    assert row["name"] == f"'{file.name}"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_without_waiting_the_run_ends_when_all_has_arrived(site: Archive, folder: Path) -> None:
    site.fate_of = lambda _: {"fate": "waiting"}
    result = upload(site, folder, options=("--no-wait",))
    assert result.exit_code == 0
    assert site.only["closed_at"]


def test_a_file_above_the_limit_is_told_and_the_others_go(site: Archive, folder: Path) -> None:
    (folder / "huge.dcm").write_bytes(bytes(1_000_001))
    result = upload(site, folder)
    assert result.exit_code == 3
    assert "failed (oversized): study/huge.dcm" in result.output
    assert len(site.objects) == 3
    assert site.only["closed_at"]


def test_a_file_that_is_not_sent_is_told_though_another_one_bears_its_name(
    site: Archive, tmp_path: Path
) -> None:
    sources = [tmp_path / place / "DICOM" for place in ("p1", "p2")]
    for source, size in zip(sources, (5, 2_000_000), strict=True):
        source.mkdir(parents=True)
        (source / "IM1").write_bytes(bytes(size))
    site.fate_of = lambda _: {"fate": "ignored", "code": "not_dicom", "reason": "No image."}
    report = tmp_path / "report.json"
    result = upload(site, *sources, options=("--report", report))
    assert result.exit_code == 3
    files = json.loads(report.read_text())["files"]
    assert [(file["name"], file["fate"], file["code"]) for file in files] == [
        ("p1/DICOM/IM1", "ignored", "not_dicom"),
        ("p2/DICOM/IM1", "failed", "oversized"),
    ]


def test_two_programs_do_not_upload_the_same_at_once(
    site: Archive, folder: Path, tmp_path: Path
) -> None:
    job = Job(site.url, "alpha", (folder,))
    with Journal(tmp_path / "state", job):
        result = upload(site, folder)
    assert result.exit_code == 2
    assert "Another program uploads" in plain(result)
    assert upload(site, folder).exit_code == 0


def test_a_token_that_is_not_taken_ends_the_run_with_a_sentence(
    site: Archive, folder: Path, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("slpat_other\n")
    result = upload(site, folder, options=("--token-file", token))
    assert result.exit_code == 4
    assert "does not take the token" in plain(result)
    assert "slpat_other" not in result.output


def test_an_archive_that_does_not_answer_ends_the_run_with_a_sentence(
    site: Archive, folder: Path
) -> None:
    result = scanloft("upload", "alpha", folder, "--server", "http://127.0.0.1:9")
    assert result.exit_code == 4
    assert "does not answer" in plain(result)


@pytest.mark.parametrize(
    "server",
    ["http://archive.example", "ftp://x", "archive.example", "https://u:p@x", "https://x?y"],
)
def test_the_token_is_not_sent_where_others_could_read_it(
    site: Archive, folder: Path, server: str
) -> None:
    result = scanloft("upload", "alpha", folder, "--server", server)
    assert result.exit_code == 2
    assert "--server" in plain(result)


def test_a_report_among_the_files_is_refused(site: Archive, folder: Path) -> None:
    result = upload(site, folder, options=("--report", folder / "report.csv"))
    assert result.exit_code == 2
    assert not site.asked


def test_an_empty_folder_is_told(site: Archive, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert upload(site, tmp_path / "empty").exit_code == 3


def test_an_upload_whose_report_could_not_be_written_is_not_finished(
    site: Archive, folder: Path
) -> None:
    report = folder.parent / "taken.json"
    report.mkdir()
    result = upload(site, folder, options=("--report", report))
    assert result.exit_code == 1
    assert "report could not be written" in plain(result)
    report.rmdir()
    assert upload(site, folder, options=("--report", report)).exit_code == 0
    assert len(site.uploads) == 1
    assert set(site.posts.values()) == {1}
    assert len(json.loads(report.read_text())["files"]) == 3
