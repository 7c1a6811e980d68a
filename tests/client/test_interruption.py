import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest

from scanloft.client.interruption import interruptible
from scanloft.client.whole_file import write_whole
from scanloft.deid.engine import plan
from tests.client.images import contents, ct, scanloft

# Ends the run in the midst of its second file.
PROGRAM = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
import scanloft.deid.files as files
from scanloft.client.cli import app
real, calls = files._assemble, []
def assemble(found, source, target):
    calls.append(1)
    os.write(target, b"half of it")
    if len(calls) == 2:
        os.kill(os.getpid(), int(sys.argv[1]))
    os.ftruncate(target, 0); os.lseek(target, 0, 0)
    real(found, source, target)
files._assemble = assemble
app(sys.argv[2:])
"""


@pytest.fixture(autouse=True)
def _signals_as_in_a_terminal() -> Iterator[None]:
    """Whoever runs the tests may have signals ignored, as nohup and jobs in the background do."""
    before = {
        number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGTERM, signal.SIGHUP)
    }
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def pairs_in(path: Path) -> dict[str, str]:
    with path.open(newline="") as file:
        return {row[0]: row[1] for row in list(csv.reader(file))[1:]}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_accounts_for_what_it_did_and_leaves_nothing_half_done(
    src: Path, tmp_path: Path, number: signal.Signals
) -> None:
    (src / "zzz.dcm").write_bytes(ct(SOPInstanceUID="1.2.826.9"))
    out, pairs, report = tmp_path / "out", tmp_path / "pairs", tmp_path / "report.json"
    command: list[str | Path] = [sys.executable, "-c", PROGRAM, str(int(number))]
    command += ["deid", src, out, "--export-ids", pairs, "--report", report]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 130
    assert b"Interrupted" in done.stderr
    assert list(contents(out)) == ["one.dcm"]
    result = pydicom.dcmread(out / "one.dcm")
    assert pairs_in(pairs / "patid_mapping.csv") == {"LAMANCHA": result.PatientID}
    assert pairs_in(pairs / "uid_mapping.csv")["1.2.826.1.3"] == result.SOPInstanceUID
    account = json.loads(report.read_text())
    assert account["complete"] is False
    assert [file["path"] for file in account["files"]] == ["one.dcm"]


def test_a_defect_in_the_midst_of_a_run_loses_neither_pairs_nor_report(
    src: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def failing(*args: Any, **values: Any) -> object:
        calls.append(args)
        if len(calls) == 2:
            raise ZeroDivisionError
        return plan(*args, **values)

    monkeypatch.setattr("scanloft.deid.files.plan", failing)
    pairs, report = tmp_path / "pairs", tmp_path / "report.json"
    options = ("--export-ids", pairs, "--report", report)
    result = scanloft("deid", src, tmp_path / "out", *options)
    assert isinstance(result.exception, ZeroDivisionError)
    assert pairs_in(pairs / "patid_mapping.csv").keys() == {"LAMANCHA"}
    assert json.loads(report.read_text())["complete"] is False


def test_pairs_of_results_that_an_interrupted_run_left_in_place_stay(
    src: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ("deid", src, tmp_path / "out", "--export-ids", tmp_path / "pairs", "--overwrite")
    assert scanloft(*call).exit_code == 0
    before = contents(tmp_path / "pairs")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scanloft.deid.files.plan", interrupted)
    assert scanloft(*call).exit_code == 130
    assert contents(tmp_path / "pairs") == before


def test_an_interruption_just_behind_the_making_of_a_file_leaves_none(
    src: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def interrupted(path: str, flags: int, mode: int = 0o777) -> int:
        descriptor = real(path, flags, mode)
        if flags & os.O_CREAT:
            os.close(descriptor)
            raise KeyboardInterrupt
        return descriptor

    monkeypatch.setattr(os, "open", interrupted)
    assert scanloft("deid", src, tmp_path / "out").exit_code == 130
    assert contents(tmp_path / "out") == {}
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "out" / "report.json", "")
    assert contents(tmp_path / "out") == {}


def test_signals_are_what_they_were_afterwards_and_ignored_ones_stay_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with interruptible():
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_asks_twice_does_not_lose_the_account(
    first: signal.Signals, second: signal.Signals
) -> None:
    with interruptible():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(first)
        signal.raise_signal(second)


def test_signals_do_not_disturb_the_writing_of_the_account(
    src: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disturbed(path: Path, text: str) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.raise_signal(number)
        write_whole(path, text)

    for module in ("deid_command", "id_export"):
        monkeypatch.setattr(f"scanloft.client.{module}.write_whole", disturbed)
    pairs, report = tmp_path / "pairs", tmp_path / "report.json"
    options = ("--export-ids", pairs, "--report", report)
    assert scanloft("deid", src, tmp_path / "out", *options).exit_code == 0
    assert json.loads(report.read_text())["complete"] is True
    assert pairs_in(pairs / "patid_mapping.csv").keys() == {"LAMANCHA"}
