import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.matching import combined_test, value_test, wildcard_test
from tests.support.growth import in_proportion


@given(st.text("ab?*", max_size=12), st.text("ab", max_size=16))
def test_wildcards_match_what_a_plain_definition_matches(pattern: str, text: str) -> None:
    assert wildcard_test(pattern)(text) is _plain_match(pattern, text)


def _plain_match(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_plain_match(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and _plain_match(pattern[1:], text[1:])


@pytest.mark.parametrize("pattern", ["*a" * 127 + "*b", "*" + "?" * 200 + "b*c", "*a?" * 80 + "b"])
def test_hostile_wildcards_take_time_in_proportion(pattern: str) -> None:
    matches = wildcard_test(pattern)

    def work(text: str) -> None:
        assert not matches(text)

    assert in_proportion(work, lambda length: "a" * length, 10_240)


@pytest.mark.parametrize(
    ("vr", "text"),
    [("UI", "1.2.*"), ("DA", "2020"), ("TM", "25"), ("DT", "x"), ("IS", "nan"), ("US", "1_0")],
)
def test_what_a_vr_does_not_allow_is_refused(vr: str, text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        value_test(vr, text)


@pytest.mark.parametrize("vr", ["DA", "TM", "DT"])
@pytest.mark.parametrize("stored", ["", "yesterday", 7, "20201301", "1"])
def test_a_stored_value_that_is_no_date_matches_nothing(vr: str, stored: str | int) -> None:
    assert not value_test(vr, {"DA": "19000101-", "TM": "00-", "DT": "1900-"}[vr])(stored)


def test_a_stored_date_without_a_time_spans_its_day() -> None:
    test = combined_test("20200101-20200102", "1200-0600")
    assert test("20200101 ")
    assert test("20200102 ")
    assert not test("20200103 ")
    assert not test("20200102 0601")
