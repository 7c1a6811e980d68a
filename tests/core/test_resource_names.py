import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.annotations import Level
from scanloft.core.resource_names import (
    FILE_PATH,
    NUMBERED_LIMIT,
    PATH_LIMIT,
    is_file_path,
    is_label,
    numbered,
    resource_name,
)

GOOD = ["a", "a/b.nii.gz", ".bidsignore", "...", "..a", "a..", "é/日本", "<script>", "=cmd()", " "]
BAD = ["", ".", "..", "../a", "a/..", "a/../b", "./a", "/a", "a/", "a//b", "a\\b", "a\nb", "a\n",
       "a\0", "a\x7f", "\u202ea", "a\u200b", "\ufeffa", "\udc80", "x" * 251]  # fmt: skip
PATHS = st.from_regex(FILE_PATH, fullmatch=True).filter(is_file_path)


@pytest.mark.parametrize("path", GOOD)
def test_a_path_of_names_is_one(path: str) -> None:
    assert is_file_path(path)


@pytest.mark.parametrize("path", BAD, ids=ascii)
def test_a_path_that_leads_elsewhere_or_hides_is_none(path: str) -> None:
    assert not is_file_path(path)


@given(PATHS)
def test_no_path_leaves_its_resource_or_grows_beyond_a_sort_key(path: str) -> None:
    assert not {"", ".", ".."} & set(path.split("/"))
    assert len(f"F#{path}".encode()) <= 1024


@given(PATHS, st.integers(1, NUMBERED_LIMIT))
def test_what_is_numbered_is_a_path_again_and_another_one(path: str, number: int) -> None:
    beside = numbered(path, number)
    assert (beside == path) == (number == 1)
    assert beside.rpartition("/")[0] == path.rpartition("/")[0]
    if len(path) < PATH_LIMIT - 4:
        assert is_file_path(beside)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.csv", "a-2.csv"),
        ("b/a.nii.gz", "b/a-2.nii.gz"),
        ("README", "README-2"),
        ("v1.2.csv", "v1.2-2.csv"),
        ("a.b/c", "a.b/c-2"),
    ],
)
def test_the_ending_stays_at_the_end(path: str, expected: str) -> None:
    assert numbered(path, 2) == expected


@pytest.mark.parametrize("label", ["QC", "a", "a.b-c_d", "9", "x" * 64])
def test_a_label_is_made_of_plain_characters(label: str) -> None:
    assert is_label(label)


@pytest.mark.parametrize("label", ["", "..", ".a", "-a", "a b", "a/b", "a#b", "ä", "a\n", "x" * 65])
def test_what_is_no_label_is_none(label: str) -> None:
    assert not is_label(label)


def test_resources_of_all_levels_have_names_of_their_own() -> None:
    names = {
        resource_name(Level.PROJECT, "", "QC"),
        resource_name(Level.SUBJECT, "S1", "QC"),
        resource_name(Level.SESSION, "1.2", "QC"),
        resource_name(Level.SCAN, "1.2/1.2.3", "QC"),
    }
    assert names == {
        "resources/QC",
        "subjects/S1/resources/QC",
        "sessions/1.2/resources/QC",
        "sessions/1.2/scans/1.2.3/resources/QC",
    }


def test_the_pattern_of_a_path_is_one_for_every_reader_of_it() -> None:
    """JSON Schema has no lookaround, nor has the engine of pydantic."""
    assert "(?=" not in FILE_PATH
    assert "(?!" not in FILE_PATH
    assert re.compile(FILE_PATH).match("a/b")
