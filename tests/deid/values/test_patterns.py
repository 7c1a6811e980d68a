import pytest

from scanloft.core.errors import InvalidProfile
from scanloft.deid.values.patterns import compiled


def test_a_pattern_searches_and_replaces() -> None:
    pattern = compiled(r"(?i)(\d+)-(a)")
    assert pattern.search("x 12-A") is not None
    assert pattern.fullmatch("x 12-A") is None
    assert pattern.sub(r"\2_\1", "12-A") == "A_12"


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?=a)", "a{1001}", "(a{100}){100}", "\udcff"])
def test_what_is_no_linear_pattern_is_refused_unquoted(pattern: str) -> None:
    with pytest.raises(InvalidProfile) as caught:
        compiled(pattern)
    assert pattern not in caught.value.message


def test_long_patterns_are_refused() -> None:
    with pytest.raises(InvalidProfile, match="1000 characters"):
        compiled("a" * 1001)


def test_time_grows_only_with_the_text() -> None:
    assert compiled("(a|a)*(a|a)*b").fullmatch("a" * 100_000) is None
