from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.export.listing import Listing
from scanloft.core.exports import ExportFile

NAMES = st.lists(st.text("aAb/", min_size=1, max_size=6).filter(lambda name: name[0] != "/"))


def listed(names: Sequence[str]) -> list[str]:
    listing = Listing(limit=1000, on_progress=lambda: None)
    files = (ExportFile(name, f"key {number}", 0, 0) for number, name in enumerate(names))
    return [file.name for file in listing.through(files)]


@pytest.mark.parametrize(
    "names",
    [
        ("a/b", "a/b"),
        ("P1/notes/a.txt", "p1/notes/A.txt"),
        ("a", "a/b"),
        ("a/b/c", "a"),
        ("a/b/c", "A/B"),
        ("a", "A/b/c/d"),
    ],
)
def test_what_would_be_one_file_somewhere_gets_another_name(names: tuple[str, str]) -> None:
    first, second = listed(names)
    assert first == names[0]
    assert second != names[1]
    assert second.endswith(f"/{names[1]}")


def test_files_of_one_folder_keep_their_names() -> None:
    names = ["a/b/1", "a/b/2", "a/c", "a/b/d/3", "e", "a/b/4"]
    assert listed(names) == names


@given(NAMES)
def test_every_file_can_be_written_on_every_system(names: list[str]) -> None:
    found = [name.casefold() for name in listed(names)]
    assert len(found) == len(names)
    for one, other in combinations(found, 2):
        assert one != other
        assert not one.startswith(f"{other}/")
        assert not other.startswith(f"{one}/")
