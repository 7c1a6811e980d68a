from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import InvalidProfile
from scanloft.deid.pixels.conditions import OPERATORS, Condition, Look
from scanloft.deid.pixels.devices import DeviceRule, Rectangle, regions

MANUFACTURER, MODEL, MODALITY = 0x00080070, 0x00081090, 0x00080060
ROWS, COLUMNS, IMAGE_TYPE = 0x00280010, 0x00280011, 0x00080008
TOP = Rectangle(0, 0, 640, 40)
IU22 = {MANUFACTURER: "Philips Medical Systems", MODEL: "iU22", MODALITY: "US", ROWS: "480"}


def looking(values: Mapping[int, str]) -> Look:
    return lambda tag: values.get(tag, "")


def test_a_rule_matches_parts_of_manufacturer_and_model_whatever_their_case() -> None:
    rule = DeviceRule(manufacturer="PHILIPS", model="iu22", modality="us", rows=480, blank=(TOP,))
    assert regions([rule], looking(IU22)) == (TOP,)


@pytest.mark.parametrize(
    "other",
    [{MANUFACTURER: "GE"}, {MODEL: "CX50"}, {MODALITY: "USX"}, {ROWS: "4800"}, {ROWS: ""}],
)
def test_a_rule_needs_all_of_its_conditions(other: dict[int, str]) -> None:
    rule = DeviceRule(manufacturer="Philips", model="iU22", modality="US", rows=480, blank=(TOP,))
    assert regions([rule], looking({**IU22, **other})) is None


def test_no_rule_is_not_the_same_as_a_clean_device() -> None:
    clean = DeviceRule(model="iU22")
    assert regions([clean], looking(IU22)) == ()
    assert regions([clean], looking({MODEL: "EPIQ"})) is None
    assert regions([], looking(IU22)) is None


def test_rectangles_of_all_rules_that_match_are_blanked_once() -> None:
    side = Rectangle(0, 40, 10, 10)
    rules = [
        DeviceRule(model="iU22", blank=(TOP,)),
        DeviceRule(model="iU22"),
        DeviceRule(manufacturer="Philips", blank=(side, TOP)),
        DeviceRule(model="CX50", blank=(Rectangle(1, 1, 1, 1),)),
    ]
    assert regions(rules, looking(IU22)) == (TOP, side)


@pytest.mark.parametrize(
    ("operator", "value", "holds"),
    [
        ("equals", "derived\\secondary", True),
        ("equals", "DERIVED", False),
        ("contains", "second", True),
        ("contains", "primary", False),
        ("starts_with", "derived", True),
        ("ends_with", "derived", False),
        ("matches", r"DERIVED\\.*", True),
        ("matches", "DERIVED", False),
        ("not_contains", "primary", True),
        ("not_contains", "second", False),
    ],
)
def test_further_conditions_compare_any_attribute(operator: str, value: str, holds: bool) -> None:
    condition = Condition.from_dict({"tag": "ImageType", "operator": operator, "value": value})
    assert condition.tag == IMAGE_TYPE
    assert condition.holds(looking({IMAGE_TYPE: "DERIVED\\SECONDARY"})) is holds


@pytest.mark.parametrize(
    ("operator", "text", "value", "holds"),
    [
        ("less_than", "1.5", "2", True),
        ("less_than", "2", "2", False),
        ("greater_than", "3 mm", "2", True),
        ("greater_than", "", "2", False),
        ("less_than", "1.2.3", "2", False),
    ],
)
def test_numbers_compare_as_numbers(operator: str, text: str, value: str, holds: bool) -> None:
    assert Condition(ROWS, operator, value).holds(looking({ROWS: text})) is holds


def test_text_of_a_broken_character_set_matches_no_pattern() -> None:
    assert not Condition(MODEL, "matches", ".*").holds(looking({MODEL: "\udcff"}))


def test_a_pattern_that_hangs_other_engines_is_quick() -> None:
    condition = Condition(MODEL, "matches", "(a+)+b")
    assert not condition.holds(looking({MODEL: "a" * 50_000}))


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"model": "x", "blank": [], "colour": 1}, '"colour"'),
        ({"model": "x"}, '"blank"'),
        ({"blank": [[0, 0, 1, 1]]}, '"manufacturer"'),
        ({"modality": "US", "rows": 480, "blank": []}, '"manufacturer"'),
        ({"model": " ", "blank": []}, '"model"'),
        ({"model": 22, "blank": []}, '"model"'),
        ({"model": "x", "rows": "480", "blank": []}, '"rows"'),
        ({"model": "x", "columns": 0, "blank": []}, '"columns"'),
        ({"model": "x", "rows": True, "blank": []}, '"rows"'),
        ({"model": "x", "blank": [0, 0, 1, 1]}, '"blank"'),
        ({"model": "x", "blank": [[0, 0, 1]]}, '"blank"'),
        ({"model": "x", "blank": [[0, 0, 0, 1]]}, '"blank"'),
        ({"model": "x", "blank": [[-1, 0, 1, 1]]}, '"blank"'),
        ({"model": "x", "blank": [[0, 0, 1.5, 1]]}, '"blank"'),
        ({"model": "x", "blank": {}}, '"blank"'),
        ({"model": "x", "conditions": ["US"], "blank": []}, '"conditions"'),
        ({"conditions": [{"tag": "1", "operator": "equals", "value": ""}], "blank": []}, '"tag"'),
        (
            {"conditions": [{"tag": "0008,0060", "operator": "is", "value": ""}], "blank": []},
            '"operator"',
        ),
        (
            {"conditions": [{"tag": "0008,0060", "operator": "equals", "value": 1}], "blank": []},
            '"value"',
        ),
        (
            {
                "conditions": [{"tag": "0008,0060", "operator": "matches", "value": "("}],
                "blank": [],
            },
            "regular expression",
        ),
    ],
)
def test_a_wrong_rule_is_refused_with_its_key(values: dict[str, object], key: str) -> None:
    with pytest.raises(InvalidProfile, match=key.replace("(", r"\(")):
        DeviceRule.from_dict(values)


texts = st.text("abcXYZ 12", min_size=1, max_size=8).filter(str.strip)
sizes = st.none() | st.integers(1, 65_535)
rectangles = st.builds(Rectangle, *[st.integers(0, 65_535)] * 2, *[st.integers(1, 65_535)] * 2)
conditions = st.builds(
    Condition,
    st.integers(0, 2**32 - 1),
    st.sampled_from(sorted(OPERATORS)),
    texts,
    negated=st.booleans(),
)


@given(
    st.builds(
        DeviceRule,
        manufacturer=texts,
        model=texts,
        modality=texts,
        rows=sizes,
        columns=sizes,
        conditions=st.lists(conditions, max_size=3).map(tuple),
        blank=st.lists(rectangles, max_size=3).map(tuple),
    )
)
def test_a_rule_is_read_back_from_its_plain_values(rule: DeviceRule) -> None:
    again = DeviceRule.from_dict(rule.to_dict())
    assert again == rule
    assert hash(again) == hash(rule)
