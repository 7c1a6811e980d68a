import re

import pytest

from scanloft.core.replacements import read_replacement


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$2-$1", "b-a"),
        ("$0", "ab"),
        ("$12", "a2"),
        ("$3", ""),
        (r"\$1\\", "$1\\"),
        ("", ""),
    ],
)
def test_a_replacement_names_groups_and_escapes_what_does_not(text: str, expected: str) -> None:
    match = re.fullmatch("(a)(b)(c)?", "ab")
    replacement = read_replacement(text, 3)
    assert match is not None
    assert replacement is not None
    assert replacement.expand(match) == expected


@pytest.mark.parametrize("text", ["$", "$a", "x$4", "$9"])
def test_a_group_that_is_not_there_makes_no_replacement(text: str) -> None:
    assert read_replacement(text, 3) is None
