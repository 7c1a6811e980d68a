import json
import stat
from importlib.metadata import EntryPoint
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
import typer
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian
from typer.testing import CliRunner, Result

from scanloft.client import cli


def ct(name: str = "Quixote^Alonso", **attributes: str) -> bytes:
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = "1.2.826.1.3"
    dataset.StudyInstanceUID = "1.2.826.1.1"
    dataset.SeriesInstanceUID = "1.2.826.1.2"
    dataset.PatientName = name
    dataset.PatientID = "LAMANCHA"
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(ExplicitVRLittleEndian)
    target = BytesIO()
    pydicom.dcmwrite(target, dataset, enforce_file_format=True)
    return target.getvalue()


def scanloft(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


@pytest.fixture
def src(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "one.dcm").write_bytes(ct())
    (folder / "a" / "b" / "two.dcm").write_bytes(ct())
    (folder / "a" / "notes.txt").write_text("not an image")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_folder_keeps_its_paths_and_what_is_not_dicom_is_left_out(
    src: Path, tmp_path: Path
) -> None:
    before = contents(src)
    result = scanloft("deid", src, tmp_path / "out")
    assert result.exit_code == 0
    assert set(contents(tmp_path / "out")) == {"one.dcm", "a/b/two.dcm"}
    assert b"Quixote" not in b"".join(contents(tmp_path / "out").values())
    assert contents(src) == before
    assert "ignored (not_dicom): a/notes.txt" in result.output
    assert "2 deidentified, 0 refused, 1 ignored" in result.output


def test_a_single_file_goes_to_a_file_or_into_a_folder(src: Path, tmp_path: Path) -> None:
    assert scanloft("deid", src / "one.dcm", tmp_path / "new.dcm").exit_code == 0
    (tmp_path / "folder").mkdir()
    assert scanloft("deid", src / "one.dcm", tmp_path / "folder").exit_code == 0
    assert pydicom.dcmread(tmp_path / "new.dcm").PatientIdentityRemoved == "YES"
    assert pydicom.dcmread(tmp_path / "folder" / "one.dcm").PatientIdentityRemoved == "YES"


def test_refused_files_are_listed_not_written_and_change_the_exit_code(
    src: Path, tmp_path: Path
) -> None:
    (src / "us.dcm").write_bytes(ct(Modality="US"))
    (src / "cut.dcm").write_bytes(ct()[:-3])
    result = scanloft("deid", src, tmp_path / "out", "--report", tmp_path / "report.json")
    assert result.exit_code == 3
    assert set(contents(tmp_path / "out")) == {"one.dcm", "a/b/two.dcm"}
    assert "refused (pixel_review): us.dcm" in result.output
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["totals"] == {"deidentified": 2, "refused": 2, "ignored": 1}
    assert report["codes"] == {"malformed_dicom": 1, "not_dicom": 1, "pixel_review": 1}
    by_path = {entry["path"]: entry for entry in report["files"]}
    assert by_path["us.dcm"]["fate"] == "refused"
    assert "a person" in by_path["us.dcm"]["reason"]
    assert by_path["us.dcm"]["account"] is None
    assert by_path["one.dcm"]["account"]["counts"]["uids_replaced"] == 3
    assert "Quixote" not in json.dumps(report)


def test_a_dicomdir_is_left_out_as_what_it_lists_is_read_anyway(src: Path, tmp_path: Path) -> None:
    (src / "DICOMDIR").write_bytes(ct(SOPClassUID="1.2.840.10008.1.3.10"))
    result = scanloft("deid", src, tmp_path / "out")
    assert result.exit_code == 0
    assert set(contents(tmp_path / "out")) == {"one.dcm", "a/b/two.dcm"}
    assert "ignored (not_an_instance): DICOMDIR" in result.output
    assert "2 deidentified, 0 refused, 2 ignored" in result.output


def test_a_profile_decides(src: Path, tmp_path: Path) -> None:
    (src / "us.dcm").write_bytes(ct(Modality="US"))
    profile = tmp_path / "profile.json"
    profile.write_text(
        json.dumps({"name": "x", "version": 2, "options": ["rtn_uids"], "pixel_review": False})
    )
    assert scanloft("deid", src, tmp_path / "out", "--profile", profile).exit_code == 0
    assert pydicom.dcmread(tmp_path / "out" / "us.dcm").StudyInstanceUID == "1.2.826.1.1"


@pytest.mark.parametrize("text", ["{", '{"name": "a", "version": 1, "x": 1}', "\xff"])
def test_a_bad_profile_is_a_usage_error(src: Path, tmp_path: Path, text: str) -> None:
    profile = tmp_path / "profile.json"
    profile.write_bytes(text.encode("latin-1"))
    result = scanloft("deid", src, tmp_path / "out", "--profile", profile)
    assert result.exit_code == 2
    assert "--profile" in result.output
    assert not (tmp_path / "out").exists()


def test_a_new_secret_file_is_private_and_makes_runs_repeatable(src: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    assert scanloft("deid", src, tmp_path / "one", "--secret-file", secret).exit_code == 0
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert scanloft("deid", src, tmp_path / "two", "--secret-file", secret).exit_code == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_without_a_secret_file_each_run_is_different_and_says_so(src: Path, tmp_path: Path) -> None:
    assert "this run only" in scanloft("deid", src, tmp_path / "one").output.replace("\n", " ")
    scanloft("deid", src, tmp_path / "two")
    assert contents(tmp_path / "one") != contents(tmp_path / "two")


@pytest.mark.parametrize("content", ["", "abc", "g" * 64, "ab" * 31])
def test_a_weak_secret_is_a_usage_error(src: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "secret").write_text(content)
    result = scanloft("deid", src, tmp_path / "out", "--secret-file", tmp_path / "secret")
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", [".", "sub", "a/b", ".."])
def test_a_destination_that_meets_the_source_is_a_usage_error(src: Path, place: str) -> None:
    before = contents(src)
    result = scanloft("deid", src, src / place)
    assert result.exit_code == 2
    assert "never overwritten" in " ".join(result.output.replace("│", " ").split())
    assert contents(src) == before


def test_a_file_is_never_written_over_itself(src: Path) -> None:
    before = contents(src)
    assert scanloft("deid", src / "one.dcm", src / "one.dcm").exit_code == 2
    assert scanloft("deid", src / "one.dcm", src).exit_code == 2
    assert contents(src) == before


def test_a_link_in_the_destination_cannot_lead_into_the_source(src: Path, tmp_path: Path) -> None:
    before = contents(src)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(src, target_is_directory=True)
    assert scanloft("deid", src, tmp_path / "out").exit_code == 2
    assert contents(src) == before


def test_no_temporary_file_is_left_where_writing_fails(src: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "one.dcm").mkdir(parents=True)
    result = scanloft("deid", src, tmp_path / "out")
    assert result.exit_code == 3
    assert "unreadable" in result.output
    assert set(contents(tmp_path / "out")) == {"a/b/two.dcm"}


def test_a_missing_source_is_a_usage_error(tmp_path: Path) -> None:
    assert scanloft("deid", tmp_path / "none", tmp_path / "out").exit_code == 2


def registered() -> None:
    """A command of another package."""
    typer.echo("it ran")


def test_other_packages_add_commands_that_are_loaded_when_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[str] = []

    class Entry:
        def load(self) -> object:
            loaded.append("x")
            return registered

    monkeypatch.setattr(cli, "_registered", lambda: {"extra": Entry()})
    assert "deid" in scanloft("deid", "--help").output
    assert loaded == []
    assert "extra" in scanloft("--help").output
    assert "it ran" in scanloft("extra").output


def test_an_entry_point_may_be_an_app(monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer()
    app.command("up")(registered)
    app.command("down")(registered)

    class Entry:
        def load(self) -> object:
            return app

    monkeypatch.setattr(cli, "_registered", lambda: {"local": Entry()})
    assert "it ran" in scanloft("local", "up").output


def test_commands_come_from_the_entry_points_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    point = EntryPoint("extra", "json:dumps", cli.COMMAND_GROUP)
    monkeypatch.setattr(cli, "entry_points", lambda group: [point] if group == point.group else [])
    assert cli._registered() == {"extra": point}
