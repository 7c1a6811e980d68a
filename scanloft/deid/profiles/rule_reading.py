"""Reading one rule of a profile file, in the forms in which people write tags."""

import re
from difflib import get_close_matches

from scanloft.core.errors import InvalidProfile
from scanloft.deid.profiles.faults import Faults, shown, unknown
from scanloft.deid.profiles.nodes import Keyed, Node, Scalar, is_text
from scanloft.deid.profiles.rule_fit import faults_of
from scanloft.deid.profiles.tag_rules import KEYS, RuleAction, TagRule, parse_tag
from scanloft.dicom.dictionary import tag_of

_EIGHT_DIGITS = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})")
_KEYWORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_BLOCK = re.compile(r'(",\s*)[xX]{2}([0-9A-Fa-f]{2}\)?\s*)$')
_FORMS = 'as PatientComments, "0010,4000" or, private, \'0019,"SIEMENS MR HEADER",0C\''


def read_rule(node: Node, faults: Faults) -> TagRule | None:
    """Read a rule; None after adding to `faults` what is wrong with it."""
    if not isinstance(node, Keyed):
        faults.add(node.line, 'a rule has a "tag" and an "action"')
        return None
    before = len(faults.found)
    nodes = _known(node, faults)
    tag = _tag(nodes.get("tag"), node, faults)
    action = _action(nodes.get("action"), node, faults)
    texts = {key: _text(key, nodes.get(key), faults) for key in ("value", "pattern")}
    if tag is None or action is None or len(faults.found) > before:
        return None
    try:
        rule = TagRule(tag[0], action, creator=tag[1], **texts)
    except InvalidProfile as error:
        faults.add(node.line, error.message)
        return None
    _check_fit(rule, {key: value.line for key, value in nodes.items()}, faults)
    return rule


def _known(node: Keyed, faults: Faults) -> dict[str, Node]:
    nodes = {}
    for key, value in node.entries:
        if key.text in KEYS:
            nodes[key.text] = value
        else:
            faults.add(key.line, unknown("key", key.text, KEYS))
    return nodes


def _tag(node: Node | None, rule: Keyed, faults: Faults) -> tuple[int, str] | None:
    if not isinstance(node, Scalar):
        faults.add(node.line if node else rule.line, f'a rule needs a "tag", written {_FORMS}')
        return None
    text = node.text.strip()
    try:
        if digits := _EIGHT_DIGITS.fullmatch(text):
            return parse_tag(f"{digits[1]},{digits[2]}")
        if _KEYWORD.fullmatch(text):
            return _tag_of(text), ""
        return parse_tag(_BLOCK.sub(r"\1\2", text))
    except InvalidProfile as error:
        faults.add(node.line, error.message)
        return None


def _tag_of(keyword: str) -> int:
    tag = tag_of(keyword)
    if tag is not None:
        return tag
    raise InvalidProfile(
        f"DICOM has no attribute {shown(keyword)}: {_nearest(keyword)}write a tag {_FORMS}."
    )


def _nearest(keyword: str) -> str:
    from pydicom.datadict import keyword_dict  # for a typing error only

    by_lower = {known.lower(): known for known in keyword_dict}
    near = get_close_matches(keyword.lower(), by_lower, n=1, cutoff=0.75)
    return f"did you mean {by_lower[near[0]]}? Else " if near else ""


def _action(node: Node | None, rule: Keyed, faults: Faults) -> RuleAction | None:
    allowed = ", ".join(RuleAction)
    if not isinstance(node, Scalar):
        line = node.line if node else rule.line
        faults.add(line, f'a rule needs an "action": {allowed}')
        return None
    if node.text not in tuple(RuleAction):
        faults.add(node.line, unknown("action", node.text, RuleAction))
        return None
    return RuleAction(node.text)


def _text(key: str, node: Node | None, faults: Faults) -> str:
    if node is None:
        return ""
    if isinstance(node, Scalar) and is_text(node):
        return node.text
    hint = f': put it into quotes, "{shown(node.text)}"' if isinstance(node, Scalar) else ""
    faults.add(node.line, f'"{key}" must be a text{hint}')
    return ""


def _check_fit(rule: TagRule, lines: dict[str, int], faults: Faults) -> None:
    for key, message in faults_of(rule):
        faults.add(lines.get(key, lines["action"]), f"{rule.tag_text}: {message}")
