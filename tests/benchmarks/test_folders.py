from pathlib import Path

import pytest

from benchmarks import folders


@pytest.fixture(autouse=True)
def no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has said where temporary files should be."""
    monkeypatch.delenv("TMPDIR", raising=False)


def test_files_lie_in_memory_where_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MEMORY_DIR", tmp_path)
    monkeypatch.setattr(folders, "NEEDED_BYTES", 1)
    assert folders.files_dir() == tmp_path


def test_files_lie_with_the_other_temporary_ones_where_memory_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MEMORY_DIR", tmp_path)
    monkeypatch.setattr(folders, "NEEDED_BYTES", 1 << 60)
    assert folders.files_dir() != tmp_path


def test_folder_that_was_chosen_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert folders.files_dir() != folders.MEMORY_DIR


def test_scratch_folder_is_gone_with_all_that_is_in_it_when_its_block_ends() -> None:
    with folders.scratch_folder() as folder:
        (folder / "file").write_bytes(b"content")
    assert not folder.exists()
