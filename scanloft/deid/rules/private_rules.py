"""What a profile does to private elements: the safe ones and those with a rule of their own."""

from scanloft.deid.profiles.profile import Profile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.rules.private import disposition, is_known_creator
from scanloft.deid.rules.verdicts import Action, Verdict
from scanloft.dicom.elements import LONG_VRS, SHORT_VRS

FIRST_CREATOR, LAST_CREATOR = 0x0010, 0x00FF
_VRS = SHORT_VRS | LONG_VRS
_ITEM = b"\xfe\xff\x00\xe0"
_REMOVED = Verdict(Action.REMOVE_PRIVATE, "UN")
_NUMERIC = frozenset({"DS", "FD", "FL", "IS", "SL", "SS", "SV", "UL", "US", "UV"})
_UNSEARCHED = frozenset(
    {"AT", "FD", "FL", "OB", "OD", "OF", "OL", "OV", "OW", "SL", "SS", "SV", "UL"} | {"US", "UV"}
)
_BY_RULE = {
    RuleAction.REMOVE: Action.REMOVE_PRIVATE,
    RuleAction.EMPTY: Action.EMPTY,
    RuleAction.REPLACE: Action.WRITE,
    RuleAction.REGEX: Action.REGEX,
    RuleAction.HASH: Action.HASH,
    RuleAction.SHIFT: Action.SHIFT,
}


class PrivateRules:
    """Judges private elements by group, creator and last two digits (PS3.5 7.8, PS3.15 E.3.10)."""

    def __init__(self, profile: Profile) -> None:
        self._safe = "rtn_safe_priv" in profile.options
        self._uids = "rtn_uids" in profile.options
        self._full_dates = "rtn_long_full_dates" in profile.options
        self._shifted_dates = "rtn_long_modif_dates" in profile.options
        self._rules = {
            (rule.tag >> 16, rule.creator, rule.tag & 0xFF): rule
            for rule in profile.rules
            if rule.creator
        }
        self._creators = {(group, creator) for group, creator, _ in self._rules}

    @classmethod
    def of(cls, profile: Profile) -> "PrivateRules | None":
        """Return the rules, None where all private elements go."""
        rules = cls(profile)
        return rules if rules._safe or rules._rules else None  # its own

    def keeps_creator(self, group: int, creator: str) -> bool:
        """Whether elements of this block may stay, so that its creator has to be told."""
        return (group, creator) in self._creators or (
            self._safe and is_known_creator(group, creator)
        )

    def judge_element(
        self, tag: int, written_vr: str | None, value: bytes, creators: dict[int, str]
    ) -> Verdict:
        """Return what happens to a private element of a data set that is walked in order.

        `creators` holds the creators of its blocks, by group and block, and learns of new ones.
        """
        group, number = tag >> 16, tag & 0xFFFF
        if FIRST_CREATOR <= number <= LAST_CREATOR:
            creator = value.decode("latin-1").strip(" \0")
            # What a creator of another VR reserves nobody could find again.
            is_creator = written_vr in ("LO", "UN", None)
            creators[group << 8 | number] = creator if is_creator else ""
            kept = is_creator and self.keeps_creator(group, creator)
            return Verdict(Action.KEEP, "LO") if kept else _REMOVED
        if value.startswith(_ITEM):
            if written_vr in ("OB", "OW"):
                return _REMOVED
            written_vr = "SQ" if written_vr in (None, "UN") else written_vr
        found = creators.get(group << 8 | number >> 8)
        return self.judge(group, found, number & 0xFF, written_vr) if found else _REMOVED

    def judge(self, group: int, creator: str, number: int, written_vr: str | None) -> Verdict:
        """Return what happens to an element; `number` is the last two digits of its tag."""
        rule = self._rules.get((group, creator, number))
        if rule is not None:
            return _ruled(rule, written_vr)
        safe = disposition(group, creator, number) if self._safe else None
        if safe is None:
            return _REMOVED
        if "SQ" in (safe.vr, written_vr):
            entered = safe.vr == "SQ" and written_vr in ("SQ", None)
            return Verdict(Action.ENTER, "SQ") if entered else _REMOVED
        vr = written_vr if written_vr in _VRS else "UN"
        if vr not in ("UN", safe.vr) and not {vr, safe.vr} <= _NUMERIC:
            return _REMOVED
        if safe.action == "hash_uid":
            return Verdict(Action.KEEP_UID if self._uids else Action.REPLACE_UID, vr or "UN")
        if safe.action == "shift_date":
            return self._dated(safe.vr, vr or "UN")
        is_text = written_vr not in _UNSEARCHED or safe.vr not in _UNSEARCHED
        return Verdict(Action.KEEP, vr or "UN", searched=is_text)

    def _dated(self, vr: str, written_vr: str) -> Verdict:
        if self._full_dates:
            return Verdict(Action.KEEP, written_vr, searched=True)
        if self._shifted_dates and vr in ("DA", "DT") and written_vr in (vr, "UN"):
            return Verdict(Action.SHIFT, vr, Action.REMOVE_PRIVATE)
        return _REMOVED


def _ruled(rule: TagRule, written_vr: str | None) -> Verdict:
    if written_vr == "SQ":
        kept = rule.action is RuleAction.KEEP
        return Verdict(Action.ENTER if kept else Action.REMOVE_PRIVATE, "SQ", rule=rule)
    vr = written_vr if written_vr in _VRS else "UN"
    if rule.action is RuleAction.KEEP:
        return Verdict(Action.KEEP, vr or "UN", rule=rule)
    if rule.action is RuleAction.SHIFT and vr not in ("DA", "DT"):
        return Verdict(Action.REMOVE_PRIVATE, "UN", rule=rule)
    if rule.action is RuleAction.HASH and vr == "UI":
        return Verdict(Action.REPLACE_UID, "UI", rule=rule)
    return Verdict(_BY_RULE[rule.action], vr or "UN", Action.REMOVE_PRIVATE, rule=rule)
