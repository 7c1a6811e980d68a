"""Expressions of routing rules: what a line may be, and what it finds in hostile text."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import InvalidRequest
from scanloft.core.routing.expressions import (
    LINES_LIMIT,
    TEXT_LIMIT,
    VALUE_LIMIT,
    Expression,
    parse_expressions,
)
from scanloft.deid.values.patterns import compiled
from tests.support.growth import in_proportion

DESCRIPTION = 0x00081030
SECRET = "CANARY"


def one(line: str) -> Expression:
    (expression,) = parse_expressions(line, compiled=compiled)
    return expression


@pytest.mark.parametrize(
    ("line", "text", "value"),
    [
        (r"(0008,1030):(.*)", "Alpha", "Alpha"),
        (r"(0008,1030):Project:\s*(\w+)", "Project: Alpha", "Alpha"),
        (r"(0008,1030):(\w+)_(\w+):2", "CT_Alpha", "Alpha"),
        (r"(0008,1030):.*_(\w+):0", "CT_Alpha", "CT_Alpha"),
        (r"(0008,1030):(.*) t:_ r:-", "a_b_c", "a-b-c"),
        (r"(0008,1030):.*_(\w+):1 t:([A-Z])(\d) r:$2x$1", "S_A1B2", "1xA2xB"),
        (r"(0008,1030):(.*) t:\$ r:\$\\", "a$", "a$\\"),
        (r"(0008,1030):(.*) t:-.* r:", "Alpha-CT", "Alpha"),
        (r"(0008,1030):(a)|(b):2", "b", "b"),
        ("(0008,1030):(.*)", "  Alpha \0", "Alpha"),
    ],
)
def test_a_line_finds_the_group_it_names_or_the_first_and_replaces_in_it(
    line: str, text: str, value: str
) -> None:
    assert one(line).value_in({DESCRIPTION: text}) == value


@pytest.mark.parametrize(
    "text",
    ["", " ", "Alpha-1 and more", "beta", "x" * (VALUE_LIMIT + 1)],
)
def test_an_expression_has_to_be_for_all_of_the_value(text: str) -> None:
    assert one(r"(0008,1030):(x*|Alpha-\d)").value_in({DESCRIPTION: text}) is None
    assert one(r"(0008,1030):(.*)").value_in({0x00081031: "Alpha"}) is None


def test_a_group_that_took_no_part_or_is_replaced_by_nothing_is_no_hit() -> None:
    assert one("(0008,1030):(a)|(b):2").value_in({DESCRIPTION: "a"}) is None
    assert one("(0008,1030):(.*) t:a r:").value_in({DESCRIPTION: "aa"}) is None


def test_what_a_replacement_makes_too_long_is_no_hit() -> None:
    rule = one(f"(0008,1030):(.*) t:a r:{'b' * 100}")
    assert rule.value_in({DESCRIPTION: "aa"}) == "b" * 200
    assert rule.value_in({DESCRIPTION: "aaa"}) is None


def test_lines_keep_their_order_and_number_and_remarks_are_left_out() -> None:
    text = "# by description\n(0008,1030):(.*)\r\n\n  (0010,4000):(.*):0  \n#(bad"
    found = [
        (rule.line, rule.tag, rule.group) for rule in parse_expressions(text, compiled=compiled)
    ]
    assert found == [(2, 0x00081030, 1), (4, 0x00104000, 0)]
    assert parse_expressions("", compiled=compiled) == ()


@pytest.mark.parametrize(
    "tag",
    [
        *("0008", "0008,103", "0008;1030", "000g,1030", "00081030", "0008,10300", "", "PatientID"),
        *("0000,0010", "0002,0010", "FFFE,E000", "0008,0000"),
    ],
)
def test_a_bad_tag_in_an_expression_is_a_400(tag: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^Line 2: this is not the tag") as caught:
        one(f"\n({tag}):({SECRET})")
    assert SECRET not in caught.value.message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0008,1030:(CANARY)", "this is no rule"),
        ("(0008,1030)", "this is no rule"),
        ("(0008,1030):", "this is no rule"),
        ("(0008,1030):(CANARY", "RE2's syntax"),
        (r"(0008,1030):(CANARY)\1", "RE2's syntax"),
        ("(0008,1030):(?=CANARY)(.*)", "RE2's syntax"),
        ("(0008,1030):CANARY", "no group 1"),
        ("(0008,1030):(CANARY):2", "no group 2"),
        ("(0008,1030):(.*) t: r:CANARY", "no target"),
        ("(0008,1030):(.*) t:(CANARY r:x", "RE2's syntax"),
        ("(0008,1030):(.*) t:(CANARY) r:$2", "names a group"),
        ("(0008,1030):(.*) t:(CANARY) r:$", "names a group"),
        ("(0008,1030):(CANARY)" + "a" * 2000, "this is no rule"),
        ("(0008,1030):(CANARY)" + "a" * 1000, "write a shorter one"),
    ],
)
def test_a_faulty_line_is_named_and_not_quoted(line: str, reason: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        one(f"# rules\n{line}")
    assert caught.value.message.startswith("Line 2: ")
    assert reason in caught.value.message
    assert caught.value.facts == {"line": 2}
    assert SECRET not in caught.value.message


def test_there_are_so_many_rules_and_no_more() -> None:
    line = "(0008,1030):(.*)\n"
    assert len(parse_expressions(line * LINES_LIMIT, compiled=compiled)) == LINES_LIMIT
    with pytest.raises(InvalidRequest, match="more than 200 rules"):
        parse_expressions(line * (LINES_LIMIT + 1), compiled=compiled)
    with pytest.raises(InvalidRequest, match="characters"):
        parse_expressions("#" * (TEXT_LIMIT + 1), compiled=compiled)


@pytest.mark.parametrize("pattern", ["(a+)+b", "((a|aa)+)$c", "(.*)(.*)(.*)(.*)x"])
def test_no_text_makes_an_expression_hang(pattern: str) -> None:
    rule = one(f"(0008,1030):({pattern})")

    def work(text: str) -> None:
        assert rule.value_in({DESCRIPTION: text}) is None

    assert in_proportion(work, lambda length: "a" * length, 40_000)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_whatever_stands_in_an_attribute_a_value_is_usable_or_none(text: str) -> None:
    value = one(r"(0008,1030):(?s)(.*) t:[aeiou] r:$0").value_in({DESCRIPTION: text})
    assert value is None or (0 < len(value) <= VALUE_LIMIT and value == value.strip(" \t\r\n\0"))


@given(st.text() | st.text(alphabet="(0018,3):[]{}*+?|\\d$^ tr:ab#\n", max_size=80))
def test_whatever_is_written_as_rules_is_read_or_refused_with_a_line(text: str) -> None:
    for prefix in ("", "(0008,1030):"):
        rules: tuple[Expression, ...] = ()
        facts: Mapping[str, str | int] = {"line": 1}
        try:
            rules = parse_expressions(prefix + text, compiled=compiled)
        except InvalidRequest as error:
            facts = error.facts
        assert "line" in facts
        assert all(rule.group <= rule.pattern.groups for rule in rules)
