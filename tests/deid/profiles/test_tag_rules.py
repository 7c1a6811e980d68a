import pytest

from scanloft.core.errors import InvalidProfile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule, parse_tag


@pytest.mark.parametrize(
    ("text", "tag", "creator"),
    [
        ("0010,4000", 0x00104000, ""),
        ("(0008,103e)", 0x0008103E, ""),
        ('0019,"SIEMENS MR HEADER",0C', 0x0019000C, "SIEMENS MR HEADER"),
    ],
)
def test_tags_are_read_and_written(text: str, tag: int, creator: str) -> None:
    assert parse_tag(text) == (tag, creator)
    rule = TagRule(tag, RuleAction.KEEP, creator)
    assert parse_tag(rule.tag_text) == (tag, creator)
    assert TagRule.from_dict(rule.to_dict()) == rule


@pytest.mark.parametrize("text", ["", "PatientID?", "0010", "0010,40", '0019,"",0C'])
def test_anything_else_is_no_tag(text: str) -> None:
    with pytest.raises(InvalidProfile, match="must be written as"):
        parse_tag(text)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tag": "0002,0010", "action": "keep"}, "No rule can be made for 0002,0010"),
        ({"tag": "7FE0,0010", "action": "remove"}, "No rule can be made"),
        ({"tag": "0010,0000", "action": "keep"}, "No rule can be made"),
        ({"tag": "0008,0018", "action": "keep"}, "written by the archive itself"),
        ({"tag": "0012,0062", "action": "keep"}, "written by the archive itself"),
        ({"tag": "0019,100C", "action": "keep"}, "needs a private creator"),
        ({"tag": "0010,4000", "action": "hide"}, "must be one of keep, remove"),
        ({"tag": "0010,4000", "action": "regex", "value": "a"}, 'needs a "pattern"'),
        ({"tag": "0010,4000", "action": "keep", "pattern": "a"}, 'needs a "pattern"'),
        ({"tag": "0010,4000", "action": "keep", "value": "a"}, 'takes no "value"'),
        ({"tag": "0010,4000", "action": "replace"}, "to leave it blank, use empty"),
        ({"tag": "0010,4000", "action": "replace", "value": 1}, "put them into quotes"),
        ({"tag": "0010,4000", "action": "keep", "why": "a"}, 'unknown key "why"'),
    ],
)
def test_a_rule_that_cannot_be_done_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidProfile, match=message):
        TagRule.from_dict(values)
