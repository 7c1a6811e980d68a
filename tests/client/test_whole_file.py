import stat
from pathlib import Path

import pytest

from scanloft.client.whole_file import write_whole


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
    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "file", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
