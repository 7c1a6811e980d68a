"""What a profile loosens: no faults, but what somebody should have decided with open eyes."""

from collections.abc import Iterator

from scanloft.deid.profiles.loosening import keeps_date, loosening_rules, moves_dates
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.rules.rules import TOP_LEVEL, compile_rules
from scanloft.deid.rules.verdicts import Action
from scanloft.dicom.dictionary import keyword_of

_SUBJECT = frozenset({0x00100010, 0x00100020})
_DONE_BY = {
    Action.REMOVE: "removes",
    Action.EMPTY: "empties",
    Action.CLEAN_TEXT: "cleans",
    Action.SHIFT: "shifts",
}
_LEFT = {
    RuleAction.KEEP: "keep leaves in place",
    RuleAction.SHIFT: "shift leaves, moved,",
    RuleAction.HASH: "hash leaves, as a pseudonym,",
    RuleAction.REGEX: "regex leaves in place, but for what its pattern matches,",
}


def warnings_of(profile: Profile) -> tuple[str, ...]:
    """Return a sentence for each thing that lets more through than the profile's options do."""
    warnings = [*_of_base(profile)]
    if not profile.pixel_review:
        warnings.append(
            "pixel_review is false: ultrasound, screen shots and other objects whose pixels may "
            "show names pass without being looked at."
        )
    loosening = loosening_rules(profile)
    warnings.extend(f"{named(rule)}: {_of_rule(rule, profile)}" for rule in loosening)
    if moves_dates(profile) and any(map(keeps_date, profile.rules)):
        warnings.append(
            "Dates that are kept beside moved ones may tell by how many days those were moved."
        )
    if loosening and profile.base is Base.BASIC:
        warnings.append("Because of these rules the results do not claim code 113100.")
    warnings.extend(
        f"{named(rule)}: replace gives all patients the same, so their images can no longer be "
        "told apart."
        for rule in profile.rules
        if rule.tag in _SUBJECT and rule.action is RuleAction.REPLACE
    )
    return tuple(warnings)


def named(rule: TagRule) -> str:
    """Return an attribute as people know it: tag and, if it has one, keyword."""
    keyword = "" if rule.creator else keyword_of(rule.tag)
    return f"{rule.tag_text} {keyword}".rstrip()


def _of_base(profile: Profile) -> Iterator[str]:
    if profile.base is Base.NONE:
        yield (
            "The base is none: NOTHING is de-identified. It is for phantoms and for data that is "
            "de-identified already; only a site administrator may set it."
        )
    if profile.base is Base.CTP and not profile.floor:
        yield (
            "The script alone decides what is removed, as floor is false: what it does not name "
            "stays. Only a site administrator may set it."
        )


def _of_rule(rule: TagRule, profile: Profile) -> str:
    left = _LEFT.get(rule.action, f"{rule.action} leaves something of")
    if rule.creator:
        return f"{left} a private attribute that the profile removes without this rule."
    basic = Profile("basic", 1, profile.options)
    action = compile_rules(basic, "").judge(rule.tag, None, TOP_LEVEL).action
    return f"{left} what the profile {_DONE_BY.get(action, 'replaces')} without this rule."
