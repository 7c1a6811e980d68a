import csv
import json
import stat
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path

import pydicom
import pytest
import typer

from scanloft.client import cli
from tests.client.images import contents, ct, plain, scanloft


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
    assert "never overwritten" in plain(result)
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
    assert "target_exists" in result.output
    assert set(contents(tmp_path / "out")) == {"a/b/two.dcm"}


def test_a_profile_may_be_yaml_or_one_that_comes_with_scanloft(src: Path, tmp_path: Path) -> None:
    (src / "one.dcm").write_bytes(ct(PatientSex="F"))
    profile = tmp_path / "profile.yaml"
    profile.write_text("name: x\nversion: 1\noptions: [rtn_pat_chars]\n")
    assert scanloft("deid", src, tmp_path / "a", "--profile", profile).exit_code == 0
    assert scanloft("deid", src, tmp_path / "b", "--profile", "research").exit_code == 0
    assert pydicom.dcmread(tmp_path / "a" / "one.dcm").PatientSex == "F"
    assert pydicom.dcmread(tmp_path / "b" / "one.dcm").PatientSex == "F"


def test_the_faults_of_a_profile_are_all_told(src: Path, tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("name: x\nversion: one\noption: [rtn_uids]\n")
    result = scanloft("deid", src, tmp_path / "out", "--profile", profile)
    assert result.exit_code == 2
    assert 'line 2: "version" must be' in plain(result)
    assert "line 3: key option is unknown: did you mean options?" in plain(result)


def test_an_unknown_profile_is_told_with_those_that_exist(src: Path, tmp_path: Path) -> None:
    result = scanloft("deid", src, tmp_path / "out", "--profile", "reserch")
    assert result.exit_code == 2
    assert "there is no such file; by name there are basic, research" in plain(result)


def test_what_a_profile_loosens_is_said(src: Path, tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("name: x\nversion: 1\npixel_review: false\n")
    result = scanloft("deid", src, tmp_path / "out", "--profile", profile)
    assert result.exit_code == 0
    assert "Warning: pixel_review is false" in plain(result)


def test_results_of_another_secret_are_not_overwritten_unless_that_is_meant(
    src: Path, tmp_path: Path
) -> None:
    assert scanloft("deid", src, tmp_path / "out").exit_code == 0
    before = contents(tmp_path / "out")
    result = scanloft("deid", src, tmp_path / "out")
    assert result.exit_code == 2
    assert "results of an earlier run" in plain(result)
    assert contents(tmp_path / "out") == before
    assert scanloft("deid", src, tmp_path / "out", "--overwrite").exit_code == 0
    assert contents(tmp_path / "out") != before


def test_the_same_results_again_are_fine_and_others_are_refused(src: Path, tmp_path: Path) -> None:
    call = ("deid", src, tmp_path / "out", "--secret-file", tmp_path / "secret")
    assert scanloft(*call).exit_code == 0
    before = contents(tmp_path / "out")
    assert scanloft(*call).exit_code == 0
    (src / "one.dcm").write_bytes(ct(SliceThickness="1"))
    result = scanloft(*call)
    assert result.exit_code == 3
    assert "refused (target_exists): one.dcm" in result.output
    assert contents(tmp_path / "out") == before
    assert scanloft(*call, "--overwrite").exit_code == 0
    assert contents(tmp_path / "out") != before


def test_a_zip_is_named_as_one_and_is_no_success(src: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(src / "study.zip", "w") as packed:
        packed.writestr("a.dcm", ct())
    result = scanloft("deid", src, tmp_path / "out")
    assert result.exit_code == 3
    assert "refused (packed): study.zip" in result.output
    assert "This is a zip file: unpack it first." in result.output
    alone = scanloft("deid", src / "study.zip", tmp_path / "alone")
    assert alone.exit_code == 3
    assert "unpack it first" in alone.output


def test_a_folder_without_dicom_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("nothing here")
    result = scanloft("deid", tmp_path / "in", tmp_path / "out")
    assert result.exit_code == 3
    assert "No file was de-identified." in result.output


def test_a_secret_in_a_folder_that_is_missing_is_told_so(src: Path, tmp_path: Path) -> None:
    secret = tmp_path / "nowhere" / "secret"
    result = scanloft("deid", src, tmp_path / "out", "--secret-file", secret)
    assert result.exit_code == 2
    assert "its folder does not exist" in plain(result)
    assert not (tmp_path / "out").exists()


def test_a_report_holds_counts_and_codes_but_no_value(src: Path, tmp_path: Path) -> None:
    report = tmp_path / "reports" / "report.json"
    result = scanloft("deid", src, tmp_path / "out", "--profile", "research", "--report", report)
    assert result.exit_code == 0
    written = json.loads(report.read_text())
    assert written["profile"]["name"] == "research"
    assert written["profile"]["version"] == 1
    assert written["profile"]["method_codes"] == [
        "113100", "113105", "113107", "113108", "113109", "113111",
    ]  # fmt: skip
    assert written["elements"]["uids_replaced"] == 6
    for value in ("Quixote", "LAMANCHA", "1.2.826", "SL-", "2.25."):
        assert value not in report.read_text()


def test_exported_ids_are_private_pairs_of_old_and_new(src: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs"
    result = scanloft("deid", src, tmp_path / "out", "--export-ids", pairs)
    assert result.exit_code == 0
    with (pairs / "uid_mapping.csv").open(newline="") as file:
        uids = list(csv.reader(file))
    with (pairs / "patid_mapping.csv").open(newline="") as file:
        patients = list(csv.reader(file))
    new = pydicom.dcmread(tmp_path / "out" / "one.dcm")
    assert uids[0] == patients[0] == ["id_old", "id_new"]
    assert ["1.2.826.1.1", new.StudyInstanceUID] in uids
    assert ["1.2.826.1.3", new.SOPInstanceUID] in uids
    assert patients[1:] == [["LAMANCHA", new.PatientID]]
    assert {stat.S_IMODE(path.stat().st_mode) for path in pairs.iterdir()} == {0o600}
    assert stat.S_IMODE(pairs.stat().st_mode) == 0o700


def test_exported_ids_of_an_earlier_run_are_not_overwritten(src: Path, tmp_path: Path) -> None:
    call = ("deid", src, "--export-ids", tmp_path / "pairs")
    assert scanloft(*call, tmp_path / "one").exit_code == 0
    before = contents(tmp_path / "pairs")
    result = scanloft(*call, tmp_path / "two")
    assert result.exit_code == 2
    assert "an earlier run" in plain(result)
    assert not (tmp_path / "two").exists()
    assert contents(tmp_path / "pairs") == before
    assert scanloft(*call, tmp_path / "two", "--overwrite").exit_code == 0
    assert contents(tmp_path / "pairs") != before


@pytest.mark.parametrize("place", ["in/pairs", "out/pairs", "out"])
def test_exported_ids_never_lie_beside_originals_or_results(
    src: Path, tmp_path: Path, place: str
) -> None:
    result = scanloft("deid", src, tmp_path / "out", "--export-ids", tmp_path / place)
    assert result.exit_code == 2
    assert "must not get the pairs" in plain(result)


def test_a_report_cannot_overwrite_an_original(src: Path, tmp_path: Path) -> None:
    before = contents(src)
    result = scanloft("deid", src, tmp_path / "out", "--report", src / "one.dcm")
    assert result.exit_code == 2
    assert contents(src) == before


@pytest.mark.parametrize("option", ["--report", "--export-ids"])
def test_a_place_that_cannot_be_made_is_told_before_the_work(
    src: Path, tmp_path: Path, option: str
) -> None:
    (tmp_path / "file").write_text("")
    result = scanloft("deid", src, tmp_path / "out", option, tmp_path / "file" / "a" / "b")
    assert result.exit_code == 2
    assert "cannot be made" in plain(result)
    assert not (tmp_path / "out").exists()


LOOKUP = "name: x\nversion: 1\npatient_ids: lookup\n"


@pytest.mark.parametrize(
    "table",
    [
        "# ours\nptid/LAMANCHA = SUBJ-001\n",
        "id_old,id_new\nLAMANCHA,SUBJ-001\n",
        '\ufeff"id_old", "id_new"\r\n"LAMANCHA", "SUBJ-001"\r\n\r\n',
    ],
)
def test_new_patient_ids_come_from_a_lookup_table(src: Path, tmp_path: Path, table: str) -> None:
    (tmp_path / "profile.yaml").write_text(LOOKUP)
    (tmp_path / "table").write_text(table)
    call = ("deid", src, tmp_path / "out", "--profile", tmp_path / "profile.yaml")
    assert scanloft(*call, "--lookup", tmp_path / "table").exit_code == 0
    assert pydicom.dcmread(tmp_path / "out" / "one.dcm").PatientID == "SUBJ-001"


def test_a_patient_that_the_table_does_not_list_is_refused(src: Path, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(LOOKUP)
    (tmp_path / "table").write_text("ptid/OTHER=SUBJ-001\n")
    call = ("deid", src, tmp_path / "out", "--profile", tmp_path / "profile.yaml")
    result = scanloft(*call, "--lookup", tmp_path / "table")
    assert result.exit_code == 3
    assert "refused (unlisted_subject): one.dcm" in result.output
    assert "LAMANCHA" not in result.output


@pytest.mark.parametrize(
    ("profile", "table", "told"),
    [
        (LOOKUP, None, "name the table"),
        ("name: x\nversion: 1\n", "ptid/A=B", 'add "patient_ids: lookup"'),
        (LOOKUP, "LAMANCHA,SUBJ-001", "line 1"),
        (LOOKUP, "id_old,id_new\nA,B\nC\n", "line 3 must have two values"),
        (LOOKUP, "id_old,id_new\nA,B\nA,C\n", "line 3 gives an id_old another id_new"),
        (LOOKUP + "subjects: issuer\n", "id_old,id_new\nA,B\n", "ptid/issuer:NAME/1234"),
        (LOOKUP + "subjects: site\n", "id_old,id_new\nA,B\n", "name the site"),
    ],
)
def test_a_lookup_table_that_cannot_be_used_is_a_usage_error(
    src: Path, tmp_path: Path, profile: str, table: str | None, told: str
) -> None:
    (tmp_path / "profile.yaml").write_text(profile)
    (tmp_path / "table").write_text(table or "")
    call: list[str | Path] = ["deid", src, tmp_path / "out"]
    call += ["--profile", tmp_path / "profile.yaml"]
    if table is not None:
        call += ["--lookup", tmp_path / "table"]
    result = scanloft(*call)
    assert result.exit_code == 2
    assert told in plain(result)


def test_the_same_id_at_two_sites_is_two_subjects_where_the_profile_says_so(
    src: Path, tmp_path: Path
) -> None:
    (tmp_path / "profile.yaml").write_text("name: x\nversion: 1\nsubjects: site\n")
    ids: list[str] = []
    for site in ("Toboso", "Barataria", "Toboso"):
        out = tmp_path / f"{site}{len(ids)}"
        call = ("deid", src, out, "--profile", tmp_path / "profile.yaml", "--site", site)
        assert scanloft(*call, "--secret-file", tmp_path / "secret").exit_code == 0
        ids.append(pydicom.dcmread(out / "one.dcm").PatientID)
    assert ids[0] == ids[2] != ids[1]


def test_a_lookup_table_of_a_site_is_a_table_of_its_patient_ids(src: Path, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(LOOKUP + "subjects: site\n")
    (tmp_path / "table").write_text("id_old,id_new\nLAMANCHA,SUBJ-001\n")
    call = ("deid", src, tmp_path / "out", "--profile", tmp_path / "profile.yaml")
    result = scanloft(*call, "--lookup", tmp_path / "table", "--site", "Toboso")
    assert result.exit_code == 0
    assert pydicom.dcmread(tmp_path / "out" / "one.dcm").PatientID == "SUBJ-001"


def test_the_exit_codes_are_told_by_the_help() -> None:
    assert "3 a file was refused" in plain(scanloft("deid", "--help"))


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


def test_a_link_to_a_folder_is_told_and_not_followed(src: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (src / "link\nforged\x1b[31m").symlink_to(elsewhere)
    result = scanloft("deid", src, tmp_path / "out")
    assert result.exit_code == 3
    assert "link_to_folder" in result.output
    assert "link\\nforged\\x1b" in result.output
    assert "\x1b[31m" not in result.output
