import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.__main__ import FAILED, MISSED, Effort, main
from benchmarks.figures import Figure


@pytest.mark.slow
def test_quick_run_prints_one_table_and_writes_every_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "figures.json"
    assert main(["--quick", "--no-peers", "--json", str(target)]) == 0
    assert "its figures mean nothing" in capsys.readouterr().out
    figures = json.loads(target.read_text())
    parts = " ".join(dict.fromkeys(figure["part"] for figure in figures))
    for part in (
        "De-identification",
        "in memory",
        "A large object, file to file",
        "A large object through S3",
        "Calls to AWS",
        "Lambda time",
        "importing",
        "modules loaded",
    ):
        assert part in parts
    assert all(figure["ours"] > 0 for figure in figures if "modules" not in figure["part"])
    assert {figure["against"] for figure in figures} >= {"dicognito: not installed"}


def failing(_: Effort) -> list[Figure]:
    raise RuntimeError("the disk is full")


def failing_at_the_end(effort: Effort) -> Iterator[Figure]:
    yield from missing_its_bar(effort)
    failing(effort)


def missing_its_bar(_: Effort) -> list[Figure]:
    late = Figure(part="Speed", what="late", unit="ms", ours=2, runs=1, other=1, least_ratio=1)
    return [late]


def test_part_that_fails_is_told_and_keeps_no_other_from_being_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.__main__.PARTS", {"a": failing, "b": missing_its_bar})
    assert main(["--quick"]) == FAILED
    said = capsys.readouterr().out
    assert "a could not be measured: RuntimeError: the disk is full" in said
    assert "late" in said


def test_part_that_fails_at_its_end_keeps_what_it_has_measured_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.__main__.PARTS", {"a": failing_at_the_end})
    assert main(["--quick"]) == FAILED
    assert "late" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "status"), [([], 0), (["--strict"], MISSED)])
def test_missed_bar_is_told_and_fails_only_where_that_is_asked(
    arguments: list[str],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("benchmarks.__main__.PARTS", {"a": missing_its_bar})
    assert main(["--quick", *arguments]) == status
    assert "1 of the bars above are missed" in capsys.readouterr().out


def test_one_part_can_be_measured_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.__main__.PARTS", {"a": failing, "b": missing_its_bar})
    assert main(["--quick", "--only", "b"]) == 0
