from pathlib import Path

import pytest

from tests.client.images import ct


@pytest.fixture
def src(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "one.dcm").write_bytes(ct())
    (folder / "a" / "b" / "two.dcm").write_bytes(ct())
    (folder / "a" / "notes.txt").write_text("not an image")
    return folder
