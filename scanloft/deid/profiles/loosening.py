"""Which of a project's own rules keep more than the standard and the chosen options do."""

from dataclasses import replace
from functools import lru_cache

from scanloft.deid.profiles.profile import Profile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.rules.rules import TOP_LEVEL, Rules
from scanloft.deid.rules.verdicts import Action
from scanloft.dicom.dictionary import vr_of

_KEEPS_SOMETHING = frozenset({RuleAction.KEEP, RuleAction.HASH, RuleAction.SHIFT, RuleAction.REGEX})
_KEPT = frozenset({Action.KEEP, Action.KEEP_UID, Action.ENTER})


@lru_cache(maxsize=64)
def loosening_rules(profile: Profile) -> tuple[TagRule, ...]:
    """Return the project's own rules that keep something of what would have to go without them."""
    bare = Rules(replace(profile, rules=()), "")
    return tuple(
        rule
        for rule in profile.rules
        if rule.action in _KEEPS_SOMETHING
        and not _is_kept(bare, rule)
        and not (rule.action is RuleAction.HASH and vr_of(rule.tag) == "UI")
    )


def _is_kept(rules: Rules, rule: TagRule) -> bool:
    if not rule.creator:
        return rules.judge(rule.tag, None, TOP_LEVEL).action in _KEPT
    private = rules.private
    return private is not None and (
        private.judge(rule.tag >> 16, rule.creator, rule.tag & 0xFF, None).action in _KEPT
    )
