"""What a run reads and writes never meets; each test looks at what is there afterwards."""

from pathlib import Path

import pytest

from tests.client.images import contents, plain, scanloft

LOOKUP = "name: x\nversion: 1\npatient_ids: lookup\n"


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, Path]:
    """The files that a run reads beside its source, by their options."""
    files = {
        "--secret-file": (tmp_path / "secret.hex", "ab" * 32),
        "--lookup": (tmp_path / "table.txt", "ptid/LAMANCHA = SUBJ-1\n"),
        "--profile": (tmp_path / "profile.yaml", LOOKUP),
    }
    for path, text in files.values():
        path.write_text(text)
    return {option: path for option, (path, _) in files.items()}


def call(inputs: dict[str, Path]) -> list[str | Path]:
    return [part for pair in inputs.items() for part in pair]


def test_a_report_that_is_there_is_replaced_only_if_that_is_meant(
    src: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    report.write_text("another")
    result = scanloft("deid", src, tmp_path / "out", "--report", report)
    assert result.exit_code == 2
    assert "is there already" in plain(result)
    assert report.read_text() == "another"
    assert not (tmp_path / "out").exists()
    assert scanloft("deid", src, tmp_path / "out", "--report", report, "--overwrite").exit_code == 0
    assert '"complete": true' in report.read_text()


@pytest.mark.parametrize("option", ["--secret-file", "--lookup", "--profile"])
@pytest.mark.parametrize("by", ["name", "link", "hard link"])
def test_a_report_never_takes_the_place_of_what_the_run_reads(
    src: Path, tmp_path: Path, inputs: dict[str, Path], option: str, by: str
) -> None:
    report = inputs[option]
    if by != "name":
        report = tmp_path / "report.json"
        (report.symlink_to if by == "link" else report.hardlink_to)(inputs[option])
    before = contents(tmp_path)
    result = scanloft(
        "deid", src, tmp_path / "out", *call(inputs), "--report", report, "--overwrite"
    )
    assert result.exit_code == 2
    told = "is a link" if by == "link" else f"is the file of {option}"
    assert told in plain(result)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("place", ["one.dcm", "a", "", "one.dcm/report.json", "a/notes.txt"])
def test_a_report_never_takes_the_place_of_a_result(src: Path, tmp_path: Path, place: str) -> None:
    report = tmp_path / "out" / place
    result = scanloft("deid", src, tmp_path / "out", "--report", report, "--overwrite")
    assert result.exit_code == 2
    assert "is where a result will be" in plain(result)
    assert not (tmp_path / "out").exists()


def test_a_link_does_not_hide_that_the_report_is_a_result(src: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path / "elsewhere")
    report = tmp_path / "elsewhere" / "b" / "two.dcm"
    assert scanloft("deid", src, tmp_path / "out", "--report", report).exit_code == 2


def test_a_report_beside_the_results_is_fine(src: Path, tmp_path: Path) -> None:
    report = tmp_path / "out" / "report.json"
    assert scanloft("deid", src, tmp_path / "out", "--report", report).exit_code == 0
    assert report.is_file()


def test_pairs_overwrite_neither_a_report_nor_what_the_run_reads(src: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs"
    pairs.mkdir()
    secret = pairs / "uid_mapping.csv"
    options = ("--export-ids", pairs, "--overwrite")
    result = scanloft("deid", src, tmp_path / "out", *options, "--secret-file", secret)
    assert result.exit_code == 2
    assert "would overwrite the file of --secret-file" in plain(result)
    result = scanloft("deid", src, tmp_path / "out", *options, "--report", secret)
    assert result.exit_code == 2
    assert "is a file of --export-ids" in plain(result)
    assert contents(pairs) == {}


@pytest.mark.parametrize("place", ["in/secret", "out/secret", "out/a/secret"])
@pytest.mark.parametrize("there", [True, False])
def test_a_secret_never_lies_beside_originals_or_results(
    src: Path, tmp_path: Path, place: str, there: bool
) -> None:
    secret = tmp_path / place
    secret.parent.mkdir(parents=True, exist_ok=True)
    if there:
        secret.write_text("ab" * 32)
    result = scanloft("deid", src, tmp_path / "out", "--secret-file", secret)
    assert result.exit_code == 2
    assert "must not get the secret" in plain(result)
    assert secret.exists() == there


def test_a_result_never_takes_the_place_of_a_lookup_table(src: Path, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(LOOKUP)
    (tmp_path / "out").mkdir()
    table = tmp_path / "out" / "one.dcm"
    table.write_text("ptid/LAMANCHA = SUBJ-1\n")
    options = ("--profile", tmp_path / "profile.yaml", "--lookup", table, "--overwrite")
    result = scanloft("deid", src, tmp_path / "out", *options)
    assert result.exit_code == 2
    assert "--lookup" in plain(result)
    assert table.read_text() == "ptid/LAMANCHA = SUBJ-1\n"
