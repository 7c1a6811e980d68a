from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.archive import TOKEN, Archive, running
from tests.client.images import ct
from tests.client.uploading import FILES


@pytest.fixture
def src(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "one.dcm").write_bytes(ct())
    (folder / "a" / "b" / "two.dcm").write_bytes(ct())
    (folder / "a" / "notes.txt").write_text("not an image")
    return folder


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Archive]:
    """An archive that speaks the upload protocol, and a client that does not wait long."""
    monkeypatch.setattr("scanloft.client.backoff.BASE_S", 0.0)
    monkeypatch.setattr("scanloft.client.upload_follow.POLL_S", 0.0)
    monkeypatch.setenv("SCANLOFT_TOKEN", TOKEN)
    monkeypatch.setenv("SCANLOFT_STATE", str(tmp_path / "state"))
    with running() as archive:
        yield archive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "study" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "study"
