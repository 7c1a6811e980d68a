"""Values of a table become Patient IDs as they are, so they are checked before any work."""

from pathlib import Path

import pydicom
import pytest

from tests.client.images import ct, plain, scanloft

LOOKUP = "name: x\nversion: 1\npatient_ids: lookup\n"
SCRIPT = "name: x\nversion: 1\nbase: ctp\nctp_script: |\n  set.[0010,0020]=@lookup(this,ptid)\n"
BAD = ["München-1", "S" * 100, "A\\\\B", "A\x07B", "A\x1bB"]


def run(tmp_path: Path, table: str, profile: str = LOOKUP) -> tuple[int, str]:
    (tmp_path / "profile.yaml").write_text(profile)
    (tmp_path / "table").write_text(table, "utf-8")
    (tmp_path / "in.dcm").write_bytes(ct(SpecificCharacterSet="ISO_IR 100"))
    options = ("--profile", tmp_path / "profile.yaml", "--lookup", tmp_path / "table")
    result = scanloft("deid", tmp_path / "in.dcm", tmp_path / "out.dcm", *options)
    return result.exit_code, plain(result)


def test_a_value_that_leads_on_is_followed_and_never_written(tmp_path: Path) -> None:
    table = "ptid/LAMANCHA = @ptid/MRN-777\nptid/MRN-777 = SUBJ-1\n"
    assert run(tmp_path, table)[0] == 0
    result = pydicom.dcmread(tmp_path / "out.dcm")
    assert (result.PatientID, result.PatientName) == ("SUBJ-1", "SUBJ-1")
    assert b"MRN-777" not in (tmp_path / "out.dcm").read_bytes()


def test_a_value_that_leads_on_to_nothing_is_not_listed(tmp_path: Path) -> None:
    code, told = run(tmp_path, "ptid/LAMANCHA = @ptid/MRN-777\n")
    assert code == 3
    assert "refused (unlisted_subject)" in told
    assert "MRN-777" not in told
    assert not (tmp_path / "out.dcm").exists()


@pytest.mark.parametrize("value", BAD)
def test_a_value_that_is_no_patient_id_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    for table in (f"# ours\nptid/X = {value}\n", f"id_old,id_new\nX,{value}\n"):
        code, told = run(tmp_path, table)
        assert code == 2
        assert "line 2: " in told
        assert "has 1 to 64 printable ASCII characters and no backslash" in told
        assert value not in told
        assert not (tmp_path / "out.dcm").exists()


def test_a_table_of_a_script_alone_may_hold_what_the_objects_can(tmp_path: Path) -> None:
    assert run(tmp_path, "ptid/LAMANCHA = München-1\n", SCRIPT)[0] == 0
    assert pydicom.dcmread(tmp_path / "out.dcm").PatientID == "München-1"


def test_a_slash_in_a_scope_is_written_with_an_escape(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "profile.yaml").write_text(LOOKUP + "subjects: issuer\n")
    (tmp_path / "table").write_text("ptid/issuer:H1%2F12/34 = ONE\nptid/issuer:H1/12/34 = TWO\n")
    for name, issuer, patient in (("one", "H1/12", "34"), ("two", "H1", "12/34")):
        data = ct(IssuerOfPatientID=issuer, PatientID=patient)
        (tmp_path / "in" / name).write_bytes(data)
    options = ("--profile", tmp_path / "profile.yaml", "--lookup", tmp_path / "table")
    assert scanloft("deid", tmp_path / "in", tmp_path / "out", *options).exit_code == 0
    assert pydicom.dcmread(tmp_path / "out" / "one").PatientID == "ONE"
    assert pydicom.dcmread(tmp_path / "out" / "two").PatientID == "TWO"
