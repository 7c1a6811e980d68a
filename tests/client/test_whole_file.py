import os
import stat
from pathlib import Path

import pytest
import typer

from scanloft.client.whole_file import make_folder, write_whole


@pytest.mark.parametrize(("private", "others"), [(True, False), (False, True)])
def test_a_file_is_private_unless_it_need_not_be(
    tmp_path: Path, private: bool, others: bool
) -> None:
    path = tmp_path / "file"
    write_whole(path, "ü\udc80\n", private=private)
    assert path.read_text("utf-8") == "ü\\udc80\n"
    assert bool(stat.S_IMODE(path.stat().st_mode) & 0o044) == others


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="no regular file"):
        write_whole(tmp_path / "file", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_pipe_or_device_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no regular file"):
        write_whole(tmp_path / "pipe", "text")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_folder_that_cannot_be_written_to_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folder(tmp_path / "new" / "folder", param_hint="--report")
    assert (tmp_path / "new" / "folder").is_dir()
    # An administrator may write everywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(typer.BadParameter, match="written to"):
        make_folder(tmp_path, param_hint="--report")
