import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main


@pytest.mark.slow
def test_quick_run_prints_one_table_and_writes_every_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "figures.json"
    main(["--quick", "--no-peers", "--json", str(target)])
    assert "its figures mean nothing" in capsys.readouterr().out
    figures = json.loads(target.read_text())
    parts = " ".join(dict.fromkeys(figure["part"] for figure in figures))
    for part in ("De-identification", "Calls to AWS", "CPU time", "Lambda time", "importing"):
        assert part in parts
    assert all(figure["ours"] > 0 for figure in figures)
    assert {figure["against"] for figure in figures} >= {"dicognito: not installed"}
