import json
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from scanloft.client import profile_command
from scanloft.deid.profiles.built_in import BUILT_IN
from scanloft.deid.profiles.file import read_profile
from scanloft.deid.profiles.profile import Base
from tests.client.images import ct, dataset, part10, plain, scanloft

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
SCRIPT = (
    "<script>\n"
    '<p t="SITEID">1</p>\n'
    '<e en="T" t="00100010" n="PatientName">@hash(this,10)</e>\n'
    '<r en="T" t="privategroups">Remove private groups</r>\n'
    "</script>\n"
)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image.dcm"
    path.write_bytes(ct(StudyDate="20200131", SliceThickness="2.5", StudyDescription="Brain"))
    return path


def written(tmp_path: Path, text: str, name: str = "profile.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.is_file():
        pytest.skip("the shared test data is not here")
    return path


def test_check_sums_up_what_a_profile_does(tmp_path: Path) -> None:
    profile = written(
        tmp_path,
        "name: trial\nversion: 4\noptions: [rtn_pat_chars]\nrules:\n"
        "- {tag: StudyDescription, action: replace, value: '[x]'}\n"
        "- {tag: PatientComments, action: keep}\n",
    )
    result = scanloft("profile", "check", profile)
    assert result.exit_code == 0
    assert "trial, version 4, base basic, method codes 113108" in plain(result)
    assert "113108 rtn_pat_chars" in plain(result)
    assert "0008,1030 StudyDescription: replace by '[x]'" in plain(result)
    assert "Warning: 0010,4000 PatientComments: keep leaves in place" in plain(result)
    assert "Warnings: 2." in plain(result)


@pytest.mark.parametrize("name", BUILT_IN)
def test_check_finds_nothing_wrong_with_what_comes_with_scanloft(name: str) -> None:
    result = scanloft("profile", "check", name)
    assert result.exit_code == 0
    assert "method codes 113100" in plain(result)
    assert "Warnings: 0." in plain(result)


def test_check_tells_every_fault_with_its_line(tmp_path: Path) -> None:
    profile = written(tmp_path, "name: trial\nversion: x\noptions:\n  - rtn_pat_char\nfloor: 1\n")
    result = scanloft("profile", "check", profile)
    assert result.exit_code == 2
    for told in ("line 2:", "line 4: option rtn_pat_char is unknown: did you mean", "line 5:"):
        assert told in plain(result)


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b""])
def test_check_of_what_is_no_profile_is_a_usage_error(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "profile.yaml"
    if content is not None:
        path.write_bytes(content)
    assert scanloft("profile", "check", path).exit_code == 2
    assert scanloft("profile", "check", tmp_path).exit_code == 2


@pytest.mark.parametrize("name", BUILT_IN)
def test_show_prints_a_profile_that_reads_back(name: str) -> None:
    result = scanloft("profile", "show", name)
    assert result.exit_code == 0
    assert read_profile(result.stdout) == BUILT_IN[name]


def test_show_without_a_name_lists_them() -> None:
    result = scanloft("profile", "show")
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == list(BUILT_IN)


def test_show_of_an_unknown_name_is_a_usage_error() -> None:
    result = scanloft("profile", "show", "reserch")
    assert result.exit_code == 2
    assert "basic, research" in plain(result)


def test_preview_shows_what_changes_and_nothing_else(image: Path) -> None:
    result = scanloft("profile", "preview", "basic", image)
    assert result.exit_code == 0
    assert "Quixote^Alonso" in result.stdout
    assert "StudyDate" in result.stdout
    assert "SliceThickness" not in result.stdout
    assert "4 new UID" in plain(result)


def test_preview_of_all_shows_what_is_kept_as_well(image: Path) -> None:
    result = scanloft("profile", "preview", "basic", image, "--all")
    assert "SliceThickness" in result.stdout


def test_preview_writes_no_file(image: Path) -> None:
    before = {path: path.read_bytes() for path in image.parent.iterdir()}
    scanloft("profile", "preview", "basic", image)
    assert {path: path.read_bytes() for path in image.parent.iterdir()} == before


def test_preview_with_a_secret_shows_what_runs_will_write(image: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("ab" * 32)
    call = ("profile", "preview", "basic", image, "--json", "--secret-file", secret)
    first, second = scanloft(*call), scanloft(*call)
    assert first.stdout == second.stdout
    scanloft("deid", image, tmp_path / "out.dcm", "--secret-file", secret)
    names = {row["keyword"]: row["after"] for row in json.loads(first.stdout)}
    assert names["PatientID"].encode() in (tmp_path / "out.dcm").read_bytes()


def test_preview_never_makes_a_secret(image: Path, tmp_path: Path) -> None:
    result = scanloft("profile", "preview", "basic", image, "--secret-file", tmp_path / "none")
    assert result.exit_code == 2
    assert not (tmp_path / "none").exists()


def test_preview_as_json_has_whole_values_and_paths(tmp_path: Path) -> None:
    item = Dataset()
    item.ReferencedSOPInstanceUID = "1.2.826.9"
    made = dataset(ImageComments="x" * 200)
    made.ReferencedStudySequence = [item]
    made.SourceImageSequence = [item]
    (tmp_path / "image.dcm").write_bytes(part10(made))
    result = scanloft("profile", "preview", "basic", tmp_path / "image.dcm", "--json", "--all")
    rows = {row["path"]: row for row in json.loads(result.stdout)}
    assert rows["0020,4000"]["before"] == "x" * 200
    assert rows["0010,0010"] == {
        "path": "0010,0010",
        "tag": "0010,0010",
        "keyword": "PatientName",
        "vr": "PN",
        "action": "replaced",
        "before": "Quixote^Alonso",
        "after": rows["0010,0020"]["after"],
    }


def test_preview_spells_out_what_could_steer_a_terminal(tmp_path: Path) -> None:
    image = tmp_path / "image.dcm"
    image.write_bytes(ct("Evil\x1b[2J^[bold]Name[/bold]"))
    result = scanloft("profile", "preview", "basic", image)
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    joined = "".join(result.output.split())
    assert "Evil\\x1b[2J^[bold]Name[/bold]" in joined or "Evil\\x1b[2J" in joined


def test_preview_of_what_waits_for_a_person_says_so_and_shows_the_rest(tmp_path: Path) -> None:
    image = tmp_path / "us.dcm"
    image.write_bytes(ct(Modality="US"))
    result = scanloft("profile", "preview", "basic", image)
    assert result.exit_code == 3
    assert "PatientName" in result.stdout
    assert "waits (pixel_review)" in plain(result)


def test_preview_of_what_is_refused_says_why(tmp_path: Path) -> None:
    image = tmp_path / "notes.txt"
    image.write_text("no image")
    result = scanloft("profile", "preview", "basic", image)
    assert result.exit_code == 3
    assert "refused (not_dicom)" in plain(result)


def test_the_help_of_preview_says_that_values_are_printed() -> None:
    assert "PRINTS THE VALUES" in plain(scanloft("profile", "preview", "--help"))


@pytest.mark.parametrize(
    "parts",
    [
        ("ct-series", "ge-hispeed_28", "14.dcm"),
        ("mr-sessions", "siemens-skyra_nih", "mr_0003", "epi_pe_ap-00002.dcm"),
        ("mr-enhanced", "siemens-xa10", "6_1.dcm"),
        ("seg-sr-rwvm-pm", "dcmqi", "sr-example", "sr.dcm"),
    ],
)
@pytest.mark.parametrize("profile", ["basic", "research"])
def test_preview_of_a_real_image_accounts_for_every_element(
    parts: tuple[str, ...], profile: str
) -> None:
    image = shared(*parts)
    result = scanloft("profile", "preview", profile, image, "--json", "--all")
    assert result.exit_code in (0, 3)
    rows = json.loads(result.stdout)
    assert len({row["path"] for row in rows}) == len(rows)
    by_path = {row["path"]: row for row in rows}
    assert by_path["0010,0010"]["action"] in ("replaced", "emptied")
    assert by_path["0020,000D"]["action"] == "new UID"
    for row in rows:
        assert (row["before"] is None) == (row["action"] == "added")
        assert (row["after"] is None) == (row["action"] == "removed")
        if row["action"] == "kept":
            assert row["before"] == row["after"]


def test_import_prints_a_profile_that_holds_the_script_as_it_is(tmp_path: Path) -> None:
    script = written(tmp_path, SCRIPT, "anonymizer.script")
    result = scanloft("profile", "import-ctp", script, "--name", "our trial")
    assert result.exit_code == 0
    profile = read_profile(result.stdout)
    assert (profile.name, profile.base, profile.floor) == ("our trial", Base.CTP, True)
    assert profile.ctp_script == SCRIPT


@pytest.mark.parametrize(
    "parts",
    [
        ("deid-scripts", "ctp", "DicomServiceAnonymizer.script"),
        ("deid-scripts", "ctp-examples", "example-ctp-dicom-anonymizer.script"),
    ],
)
def test_a_real_script_is_imported(parts: tuple[str, ...]) -> None:
    script = shared(*parts)
    pixels = shared("deid-scripts", "ctp", "DicomPixelAnonymizer.script")
    result = scanloft("profile", "import-ctp", script, "--pixel-script", pixels)
    assert result.exit_code == 0
    profile = read_profile(result.stdout)
    assert profile.ctp_script == script.read_text("utf-8")
    assert profile.pixel_script == pixels.read_text("utf-8")
    assert profile.options == {"clean_pixel"}


def test_a_fault_of_a_script_is_told_with_its_line(tmp_path: Path) -> None:
    script = written(tmp_path, SCRIPT.replace("@hash(", "@hsh("), "anonymizer.script")
    result = scanloft("profile", "import-ctp", script)
    assert result.exit_code == 2
    assert "SCRIPT" in plain(result)
    assert "line 3" in plain(result)


def test_a_fault_of_a_pixel_script_is_told_with_its_line(tmp_path: Path) -> None:
    script = written(tmp_path, SCRIPT, "anonymizer.script")
    pixels = written(tmp_path, "text\n{ Modality.equals(", "pixel.script")
    result = scanloft("profile", "import-ctp", script, "--pixel-script", pixels)
    assert result.exit_code == 2
    assert "--pixel-script" in plain(result)
    assert "line 2" in plain(result)


def test_a_name_that_no_profile_can_have_is_a_usage_error(tmp_path: Path) -> None:
    script = written(tmp_path, SCRIPT, "anonymizer.script")
    result = scanloft("profile", "import-ctp", script, "--name", "a/b")
    assert result.exit_code == 2
    assert "--name" in plain(result)


def test_the_built_in_names_of_the_help_are_those_that_exist() -> None:
    for command in ("check", "preview"):
        assert ", ".join(sorted(BUILT_IN)) in plain(scanloft("profile", command, "--help"))
    assert ", ".join(sorted(BUILT_IN)) in plain(scanloft("deid", "--help"))
    assert profile_command.EXIT_REFUSED == 3


def test_an_imported_script_de_identifies(image: Path, tmp_path: Path) -> None:
    script = written(tmp_path, SCRIPT, "anonymizer.script")
    profile = written(tmp_path, scanloft("profile", "import-ctp", script).stdout)
    call = ("deid", image, tmp_path / "out.dcm", "--profile", profile)
    assert scanloft(*call).exit_code == 0
    data = (tmp_path / "out.dcm").read_bytes()
    assert b"Quixote" not in data
    assert b"CTP DicomAnonymizer" in data


def test_a_profile_that_changes_nothing_says_so(image: Path, tmp_path: Path) -> None:
    profile = written(tmp_path, "name: phantoms\nversion: 1\nbase: none\n")
    checked = scanloft("profile", "check", profile)
    assert "NOTHING is de-identified" in plain(checked)
    assert "method codes none" in plain(checked)
    rows = json.loads(scanloft("profile", "preview", profile, image, "--json").stdout)
    assert {row["tag"][:4] for row in rows} <= {"0002"}


def test_check_marks_the_rules_that_only_an_administrator_may_set(tmp_path: Path) -> None:
    profile = written(
        tmp_path,
        "name: trial\nversion: 1\nrules:\n"
        "- {tag: PatientName, action: keep}\n"
        "- {tag: PatientBirthName, action: regex, pattern: a, value: b}\n"
        "- {tag: StudyDescription, action: keep}\n"
        "- {tag: OperatorsName, action: hash}\n",
    )
    lines = scanloft("profile", "check", profile).stdout.splitlines()
    marked = {
        line.split()[1].rstrip(":"): "(only a site administrator may set it)" in line
        for line in lines
        if line.startswith("    ")
    }
    assert marked == {
        "PatientName": True,
        "PatientBirthName": True,
        "StudyDescription": False,
        "OperatorsName": False,
    }


def test_an_imported_profile_is_written_to_a_file_only_if_all_is_well(tmp_path: Path) -> None:
    good = written(tmp_path, SCRIPT, "good.script")
    bad = written(tmp_path, SCRIPT.replace("@hash(", "@hsh("), "bad.script")
    profile = tmp_path / "made.yaml"
    assert scanloft("profile", "import-ctp", bad, "--output", profile).exit_code == 2
    assert not profile.exists()
    result = scanloft("profile", "import-ctp", good, "--output", profile)
    assert (result.exit_code, result.stdout) == (0, "")
    assert read_profile(profile.read_text()).ctp_script == SCRIPT
    before = profile.read_bytes()
    again = scanloft("profile", "import-ctp", good, "--name", "other", "--output", profile)
    assert again.exit_code == 2
    assert "is there already" in plain(again)
    assert profile.read_bytes() == before
    nowhere = scanloft("profile", "import-ctp", good, "--output", tmp_path / "none" / "made.yaml")
    assert nowhere.exit_code == 2
    assert "cannot be written" in plain(nowhere)
