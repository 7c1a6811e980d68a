"""Which of a project's own rules keep more than the standard and the chosen options do."""

from dataclasses import replace
from functools import cache, lru_cache

from scanloft.deid.profiles.options import OPTIONS
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.rules.private import disposition
from scanloft.deid.rules.rules import TOP_LEVEL, Rules
from scanloft.deid.rules.verdicts import Action
from scanloft.dicom.dictionary import vr_of

_KEEPS_SOMETHING = frozenset({RuleAction.KEEP, RuleAction.HASH, RuleAction.SHIFT, RuleAction.REGEX})
_KEPT = frozenset({Action.KEEP, Action.KEEP_UID, Action.ENTER})
_CLEANED = frozenset({Action.CLEAN_TEXT, Action.CLEAN_MEANING})


@lru_cache(maxsize=64)
def loosening_rules(profile: Profile) -> tuple[TagRule, ...]:
    """Return the project's own rules that keep something of what would have to go without them."""
    bare = Rules(replace(profile, rules=()), "")
    return tuple(
        rule
        for rule in profile.rules
        if rule.action in _KEEPS_SOMETHING
        and _action(bare, rule) not in _KEPT
        and not (rule.action is RuleAction.HASH and vr_of(rule.tag) == "UI")
    )


def no_option_keeps(rule: TagRule) -> bool:
    """Whether a rule is for what none of the options of the standard retains or cleans.

    That is what the table lists without an option, what goes as nobody listed it, and private
    attributes off the list of safe ones.
    """
    return _action(_with_all_options(), rule) not in _KEPT | _CLEANED


def moves_dates(profile: Profile) -> bool:
    """Whether an option or a rule moves dates."""
    return "rtn_long_modif_dates" in profile.options or any(
        rule.action is RuleAction.SHIFT for rule in profile.rules
    )


def keeps_date(rule: TagRule) -> bool:
    """Whether a rule keeps what is known to be a date as it is."""
    if rule.action is not RuleAction.KEEP:
        return False
    if not rule.creator:
        return vr_of(rule.tag) in ("DA", "DT")
    safe = disposition(rule.tag >> 16, rule.creator, rule.tag & 0xFF)
    return safe is not None and safe.action == "shift_date"


@cache
def _with_all_options() -> Rules:
    # Dates that may be moved may also be kept.
    return Rules(Profile("all", 1, frozenset(OPTIONS) - {"rtn_long_modif_dates"}), "")


def _action(rules: Rules, rule: TagRule) -> Action:
    if not rule.creator:
        return rules.judge(rule.tag, None, TOP_LEVEL).action
    if rules.private is None:
        return Action.REMOVE_PRIVATE
    return rules.private.judge(rule.tag >> 16, rule.creator, rule.tag & 0xFF, None).action
