"""`scanloft upload` after failures, changes and interruptions: it goes on where it was."""

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.client.archive import Archive
from tests.client.images import plain
from tests.client.uploading import hold, set_back, upload


def change_journal(folder: Path, statement: str) -> None:
    """Has the journal of the last run say something else."""
    rows = sqlite3.connect(next((folder.parent / "state").glob("*.sqlite")))
    with rows:
        rows.execute(statement)
    rows.close()


def end_before_naming(site: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of the label Monday that ends before it notes the name of its upload."""

    def end(*_: object) -> None:
        raise OSError("as where the program is killed before it writes this down")

    with monkeypatch.context() as patched:
        patched.setattr("scanloft.client.upload_journal.Journal.named", end)
        assert upload(site, folder, options=("--label", "Monday")).exit_code == 1


def test_what_has_arrived_is_not_sent_again_after_a_failure(site: Archive, folder: Path) -> None:
    site.before_post = lambda key: site.faults.update({"POST /s3": [503] * 100})
    first = upload(site, folder, options=("--threads", "1"))
    assert first.exit_code == 4
    assert "run again to go on" in plain(first)
    assert len(site.objects) == 1
    site.faults.clear()
    site.before_post = lambda key: None
    second = upload(site, folder)
    assert second.exit_code == 0, second.output
    assert "Going on with upload" in plain(second)
    assert len(site.uploads) == 1
    assert set(site.posts.values()) == {1}
    assert len(site.objects) == 3


def test_a_run_that_ended_before_the_archive_named_the_upload_begins_the_same(
    site: Archive, folder: Path
) -> None:
    lost = r"GET /api/projects/alpha/uploads/u-\w+"
    site.faults[lost] = [403]
    assert upload(site, folder).exit_code == 4
    [name] = site.uploads
    change_journal(folder, "UPDATE runs SET upload = NULL")
    assert upload(site, folder).exit_code == 0
    assert list(site.uploads) == [name]


def test_a_run_that_ended_before_it_knew_its_upload_goes_on_under_another_label(
    site: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_before_naming(site, folder, monkeypatch)
    result = upload(site, folder, options=("--label", "Tuesday"))
    assert result.exit_code == 0, result.output
    assert site.only["wishes"] == {"label": "Monday"}
    assert len(site.objects) == 3


def test_a_key_that_was_used_for_other_wishes_is_given_up(
    site: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with the journal of an older program, which did not note the wishes."""
    end_before_naming(site, folder, monkeypatch)
    change_journal(folder, "UPDATE runs SET wishes = NULL")
    result = upload(site, folder, options=("--label", "Tuesday"))
    assert result.exit_code == 0, result.output
    assert [one["wishes"]["label"] for one in site.uploads.values()] == ["Monday", "Tuesday"]
    assert len(site.objects) == 3


def test_declarations_that_the_archive_may_not_have_heard_are_made_again(
    site: Archive, folder: Path
) -> None:
    site.faults[r"POST .*/files"] = [403]
    assert upload(site, folder).exit_code == 4
    assert upload(site, folder).exit_code == 0
    assert sorted(site.only["files"]) == [1, 2, 3]
    assert len(site.objects) == 3


def test_a_finished_upload_is_not_gone_on_with(site: Archive, folder: Path) -> None:
    upload(site, folder)
    assert upload(site, folder).exit_code == 0
    assert len(site.uploads) == 2


@pytest.mark.parametrize("fate", ["gone", "closed"])
def test_an_upload_that_the_archive_closed_or_lost_is_begun_anew(
    site: Archive, folder: Path, fate: str
) -> None:
    site.faults["POST /s3"] = [403] * 6
    upload(site, folder)
    name = next(iter(site.uploads))
    if fate == "gone":
        del site.uploads[name]
    else:
        site.uploads[name]["closed_at"] = "yesterday"
    site.faults.clear()
    assert upload(site, folder).exit_code == 0
    assert len({key.split("/")[1] for key in site.objects} - {name}) == 1


def test_a_file_that_changed_between_runs_gets_a_new_number(site: Archive, folder: Path) -> None:
    site.faults["POST /s3"] = [403] * 6
    assert upload(site, folder).exit_code == 3
    (folder / "a" / "one.dcm").write_bytes(b"another content")
    site.faults.clear()
    report = folder.parent / "report.json"
    result = upload(site, folder, options=("--report", report))
    assert result.exit_code == 0, result.output
    assert sorted(site.only["files"]) == [1, 2, 3, 4]
    told = json.loads(report.read_text())
    fates = {entry["number"]: entry["fate"] for entry in told["files"]}
    assert fates == {"1": "changed", "2": "archived", "3": "archived", "4": "archived"}
    assert told["files"][0]["name"] == told["files"][3]["name"] == "study/a/one.dcm"
    assert b"another content" in site.objects.values()


def test_a_file_that_changes_while_it_is_sent_is_sent_as_it_is_then(
    site: Archive, folder: Path
) -> None:
    file = folder / "b" / "DOE^JOHN.dcm"
    rewritten = iter([True])

    def rewrite(_: str) -> None:
        if next(rewritten, False):
            for path in folder.rglob("*.dcm"):
                path.write_bytes(path.read_bytes() + b"!")

    site.before_post = rewrite
    result = upload(site, folder, options=("--threads", "1"))
    assert result.exit_code == 0, result.output
    assert file.read_bytes() in site.objects.values()
    assert "changed" in result.output


def test_a_file_that_changes_all_the_time_is_told_as_failed_and_the_upload_stays_open(
    site: Archive, folder: Path
) -> None:
    file = folder / "b" / "DOE^JOHN.dcm"

    def grow(_: str) -> None:
        file.write_bytes(file.read_bytes() + b"!")

    site.before_post = grow
    result = upload(site, folder, options=("--threads", "1"))
    assert result.exit_code == 3
    assert "failed (changing): study/b/DOE^JOHN.dcm" in result.output
    assert not site.only["closed_at"]


def test_a_file_that_is_gone_is_told_and_sent_when_it_is_back(site: Archive, folder: Path) -> None:
    site.faults["POST /s3"] = [403] * 6
    upload(site, folder)
    site.faults.clear()
    file = folder / "a" / "two.dcm"
    file.rename(folder.parent / "elsewhere")
    result = upload(site, folder)
    assert result.exit_code == 3
    assert "failed (gone): study/a/two.dcm" in result.output
    (folder.parent / "elsewhere").rename(file)
    assert upload(site, folder).exit_code == 0
    assert len(site.objects) == 3


def test_expired_forms_are_renewed(site: Archive, folder: Path) -> None:
    site.faults["POST /s3"] = [403]
    result = upload(site, folder, options=("--threads", "1"))
    assert result.exit_code == 0, result.output
    assert len([asked for asked in site.asked if asked.endswith("/files")]) >= 3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again(site: Archive, folder: Path, status: int) -> None:
    site.faults["POST .*"] = [status] * 3
    assert upload(site, folder).exit_code == 0
    assert set(site.posts.values()) == {1}


def test_a_large_file_goes_in_parts_and_those_that_arrived_are_not_sent_again(
    site: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanloft.client.upload_sender.PART_FROM_BYTES", 5000)
    large = bytes(range(256)) * 50
    (folder / "large.dcm").write_bytes(large)
    sent = threading.Semaphore(5)
    original = site._put_part

    def five(request: object) -> object:
        return original(request) if sent.acquire(blocking=False) else (503, {})  # type: ignore[arg-type]

    monkeypatch.setattr(site, "_put_part", five)
    assert upload(site, folder, options=("--threads", "2")).exit_code == 4
    assert len(site.parts) == 5
    monkeypatch.setattr(site, "_put_part", original)
    result = upload(site, folder)
    assert result.exit_code == 0, result.output
    assert large in site.objects.values()
    assert len(site.parts) == 13
    assert set(site.parts.values()) == {1}


def test_ctrl_c_ends_with_a_sentence_and_the_same_call_goes_on(
    site: Archive, folder: Path, tmp_path: Path
) -> None:
    site.before_post = lambda _: hold(site)
    client = subprocess.Popen(
        [
            *(sys.executable, "-c", "from scanloft.client.cli import main; main()"),
            *("upload", "alpha", str(folder), "--server", site.url),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    site.posting.wait(30)
    client.send_signal(signal.SIGINT)
    _, told = client.communicate(timeout=30)
    site.interrupt.set()
    assert client.returncode == 130
    assert "Interrupted: run again to go on." in told
    assert upload(site, folder).exit_code == 0
    assert len(site.uploads) == 1


def test_what_was_closed_before_this_side_noted_it_is_only_followed(
    site: Archive, folder: Path
) -> None:
    upload(site, folder)
    set_back(folder, "open")
    result = upload(site, folder)
    assert result.exit_code == 0, result.output
    assert len(site.uploads) == 1
    assert set(site.posts.values()) == {1}


def test_what_another_closed_too_early_is_begun_anew(site: Archive, folder: Path) -> None:
    site.faults["POST /s3"] = [403] * 6
    upload(site, folder)
    site.only["closed_at"] = "yesterday"
    site.faults.clear()
    assert upload(site, folder).exit_code == 0
    assert len(site.uploads) == 2
    assert len(site.objects) == 3


def test_a_closed_upload_that_the_archive_lost_is_begun_anew(site: Archive, folder: Path) -> None:
    upload(site, folder)
    set_back(folder, "closed")
    site.uploads.clear()
    assert upload(site, folder).exit_code == 0
    assert len(site.uploads) == 1


def test_a_beginning_that_still_runs_is_waited_for(site: Archive, folder: Path) -> None:
    site.faults["POST /api/projects/alpha/uploads"] = [409, 409]
    assert upload(site, folder).exit_code == 0
    assert len(site.uploads) == 1


def test_a_large_file_whose_parts_got_lost_is_told_and_sent_by_the_next_run(
    site: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanloft.client.upload_sender.PART_FROM_BYTES", 5000)
    (folder / "large.dcm").write_bytes(bytes(6000))
    site.faults[r"POST .*/multipart/complete"] = [409]
    result = upload(site, folder)
    assert result.exit_code == 3
    assert "failed (refused): study/large.dcm" in result.output
    assert upload(site, folder).exit_code == 0
    assert len(site.objects) == 4
