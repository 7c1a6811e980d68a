"""Regular expressions of scripts: Java's meaning, RE2's speed."""

from collections.abc import Callable
from copy import deepcopy

import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import InvalidProfile
from scanloft.core.replacements import read_replacement
from scanloft.deid.ctp.patterns import Pattern, read_pattern
from scanloft.deid.ctp.script import parse_script
from tests.support.growth import in_proportion

Run = Callable[..., object]


@pytest.mark.parametrize(
    "pattern", ["(?=a)", "(?!a)b", "(?<=a)b", "(?<!a)b", r"(a)\1", "a++", "a*+", "(?>a)", r"a\Z"]
)
def test_what_could_hang_is_refused_with_its_line_and_what_to_do(pattern: str) -> None:
    text = f'\nset.[0010,0020]PatientID=@contents(this,"{pattern}")'.replace("\\", "\\\\")
    with pytest.raises(InvalidProfile, match="correct it to RE2's syntax") as caught:
        parse_script(text)
    assert str(caught.value).startswith("CTP script, line 2: a regular expression cannot be used")
    assert pattern not in str(caught.value)


@pytest.mark.parametrize(
    "pattern", ["(", "*", "[[a]", "[a-z&&[^b]]", "a{,3}", r"\p{Alpha}", r"\Qa\E", "a(?i)b"]
)
def test_what_java_and_re2_may_read_differently_is_refused(pattern: str) -> None:
    assert read_pattern(pattern) is None


@pytest.mark.parametrize(
    "expression",
    ['@contents(this,"(a+)+$")', '@if(this,matches,"([A-Za-z]+ ?)+"){x}{y}'],
)
def test_no_value_makes_a_pattern_hang(patient: Dataset, run: Run, expression: str) -> None:
    def described(length: int) -> Dataset:
        described = deepcopy(patient)
        described.add_new(0x00081030, "UT", "a" * length + "!")
        return described

    def work(described: Dataset) -> None:
        run(described, {"00081030": expression})

    assert in_proportion(work, described, 5000)


@pytest.mark.parametrize(
    ("pattern", "new", "value", "expected"),
    [
        (r"(\w+) (\d)", "$2-$1", "Axial 5 mm", "5-Axial mm"),
        ("(a)|(b)", "[$1$2]", "abc", "[a][b]c"),
        ("(a)", "$12", "a", "a2"),
        ("a", r"\$1", "a", "$1"),
        ("b*", "-", "abc", "-a--c-"),
        ("(?i)name", "x", "NAME name", "x x"),
        ("^a|b$", "", "aab", "a"),
        ("Name:.*$", "", "T1\nName: X\r\n", "T1\n\r\n"),
        (r"\d", "", "é1", "é"),
    ],
)
def test_matches_are_replaced_as_java_does(
    pattern: str, new: str, value: str, expected: str
) -> None:
    read = read_pattern(pattern)
    assert read is not None
    assert read.replace_all(value, read_replacement(new, read.groups)) == expected


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [("a|ab", "ab", True), ("a.c", "abc", True), ("b", "abc", False), ("a.*", "a\nb", False)],
)
def test_a_value_matches_as_a_whole(pattern: str, value: str, matches: bool) -> None:
    assert Pattern(pattern).matches(value) is matches
