"""Real scripts, unmodified, on real files."""

import re
import warnings
from datetime import datetime
from io import BytesIO
from itertools import islice
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from scanloft.core.errors import InvalidProfile, Rejected
from scanloft.deid.ctp.evaluate import apply
from scanloft.deid.ctp.script import CtpScript, parse_script

NOW = datetime(2024, 2, 3, 4, 5, 6)  # noqa: DTZ001  # the clock of a test
FOLDERS = ("ctp", "ctp-examples", "ctp-profiles/dicom", "rsna-anonymizer")
REFUSED = {
    "BurnedInPixelsFilter.script": "line 1: a condition of a filter script",
    "example-filter.script": "line 1: no line of an anonymizer script",
    "DicomPixelAnonymizer.script": r"line 22: a condition of a pixel script",
    "example-dicom-pixel-anonymizer.script": r"line 22: a condition of a pixel script",
    "DICOM-PS3.15-RetainLongitudinalModifiedDates": "line 6: the parameter DATEINC is not filled",
    "TCIA-Basic": "line 19: the parameter DATEINC is not filled in",
    "TCIA-BasicAdditions": "line 2: the parameter DATEINC is not in the script",
    "default-anonymizer.script": "line 12: @uid is of the RSNA Anonymizer",
}


@pytest.fixture(scope="module")
def scripts(shared: Path) -> dict[str, str]:
    folders = [shared / "deid-scripts" / folder for folder in FOLDERS]
    files = [path for folder in folders for path in folder.iterdir() if path.is_file()]
    return {path.name: path.read_text("utf-8") for path in files}


@pytest.fixture(scope="module")
def parsed(scripts: dict[str, str]) -> dict[str, CtpScript]:
    return {
        name: parse_script(_filled_in(text))
        for name, text in scripts.items()
        if name not in REFUSED or name.startswith("TCIA-Basic")
    }


def _filled_in(text: str) -> str:
    """Do what the owner of a TCIA script does before using it."""
    for name, value in (("DATEINC", "-2000"), ("UIDROOT", "1.3.6.1.4.1.14519.5.2.1.1.1")):
        text = re.sub(
            f'<p t="{name}">(Enter|1[^<]*xxxx)[^<]*</p>', f'<p t="{name}">{value}</p>', text
        )
        if f't="{name}"' not in text:
            text = text.replace("<script>", f'<script><p t="{name}">{value}</p>')
    return text.replace("Enter Body Part Examined from Wiki", "HEAD").replace(">xx", ">1")


def _files(shared: Path, count: int) -> list[Path]:
    """One file of each folder, small ones."""
    by_folder: dict[Path, Path] = {}
    for path in sorted(shared.rglob("*")):
        if path.is_file() and path.stat().st_size < 2_000_000:
            by_folder.setdefault(path.parent, path)
    found = []
    for path in by_folder.values():
        try:
            _read(path)
        except (InvalidDicomError, OSError):
            continue
        found.append(path)
    return found[:count]


def _read(path: Path) -> Dataset:
    return pydicom.dcmread(path, stop_before_pixels=True)


def test_every_script_is_read_or_refused_for_a_stated_reason(scripts: dict[str, str]) -> None:
    assert set(REFUSED) <= set(scripts)
    for name, text in scripts.items():
        if name in REFUSED:
            with pytest.raises(InvalidProfile, match=REFUSED[name]):
                parse_script(text)
        else:
            assert parse_script(text).actions


def test_every_script_runs_on_real_files(parsed: dict[str, CtpScript], shared: Path) -> None:
    outcomes = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # real files break rules
        for path in _files(shared, 40):
            for script in parsed.values():
                dataset = _read(path)
                try:
                    apply(script, dataset, lookup={"ptid/7": "SUBJECT"}, now=NOW)
                except Rejected:
                    continue
                outcomes += 1
                pydicom.dcmwrite(BytesIO(), dataset, enforce_file_format=False)
    assert outcomes > 200


def test_the_script_of_ctp_gives_the_results_of_its_formulas(
    scripts: dict[str, str], patient: Dataset
) -> None:
    patient.DeidentificationMethod = "Older"
    before = {tag: str(patient[tag].value) for tag in ("StudyInstanceUID", "SOPInstanceUID")}
    script = parse_script(scripts["DicomServiceAnonymizer.script"])
    apply(script, patient, lookup={}, now=NOW)
    assert script.uid_root == "9999"
    assert patient.PatientID == _md5("abc")[:10]
    assert patient.PatientName == _md5("Quixote^Alonso^X")[:10]
    assert patient.StudyDate == "20100523"
    assert patient.AccessionNumber == _md5("A-77")[:16]
    assert patient.StudyTime == ""
    assert list(patient.DeidentificationMethod) == [
        "Older",
        "CTP: DICOM-S142-Baseline: 20240203:040506",
    ]
    for tag, old in before.items():
        assert str(patient[tag].value) == f"9999.{_md5(old)}"[:64]


def _md5(text: str) -> str:
    from hashlib import md5

    return str(int(md5(text.encode(), usedforsecurity=False).hexdigest(), 16))


def test_the_sample_is_of_many_folders(shared: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert len(list(islice(_files(shared, 40), 40))) == 40
