"""What a profile does to an attribute, by tag, VR and place: PS3.15 E.1 with default deny.

Beyond Table E.1-1: private, unknown, curve and overlay elements go; unlisted person names, dates,
addresses, application entities and free text go, and near the patient and the order all text;
unlisted UIDs are replaced; sequences are always entered. A project's own rules come first.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from scanloft.deid.profiles.profile import Base, Profile, Subjects
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.rules.overlays import judge_overlay
from scanloft.deid.rules.private_rules import PrivateRules
from scanloft.deid.rules.table import Row, nested_types, rows_by_tag, types_by_tag
from scanloft.deid.rules.verdicts import Action, Verdict
from scanloft.dicom.dictionary import vr_of
from scanloft.dicom.elements import LONG_VRS, SHORT_VRS

TOP_LEVEL = 0
PATIENT_NAME, PATIENT_ID, ISSUER_OF_PATIENT_ID = 0x00100010, 0x00100020, 0x00100021
CODE_MEANING, CODING_SCHEME = 0x00080104, 0x00080102
TEXT_VALUE = 0x0040A160
CHARACTER_SET = 0x00080005
STAMPED = frozenset({0x00120062, 0x00120063, 0x00120064, 0x00280303})

# Icons, replaced values, MAC parameters, a length that no longer holds, the URL of a pixel server,
# signatures, encrypted originals, and offset tables, which may hold anything else.
_ALWAYS_REMOVED = frozenset(
    {0x00880200, 0x04000561, 0x4FFE0001, 0x00080001, 0x00287FE0, 0x04000120, 0x04000520}
    | {0x7FE00001, 0x7FE00002}
)
_FREE_TEXT = frozenset({"LT", "ST", "UC", "UT"})
_TEXT = _FREE_TEXT | {"AS", "LO", "SH"}
# Patient, study, visit, itinerary, print queue, encryption; orders are (0040,1000)-(0040,2FFF).
_TEXTLESS_GROUPS = frozenset({0x0010, 0x0032, 0x0038, 0x0400, 0x2100, 0x4010})
_SEARCHED = _TEXT | {"AE", "CS", "DA", "DS", "DT", "IS", "PN", "TM", "UN", "UR"}
_CLEANABLE = _TEXT | {"AE", "CS"}
# SOP classes name a kind of object, also where a vendor registered them, and must stay readable.
_CLASS_UIDS = (0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x00081150, 0x0008115A)
# Type 1 there (PS3.3 C.11.10), though the table says X.
_PRESENTATION_TIMES = (0x00700082, 0x00700083)
# Segmentations, surfaces, tracts and parametric maps list what they refer to (PS3.3 C.12.2), and
# may only do so if they do refer to it.
_LISTING_REFERENCES = frozenset(
    f"1.2.840.10008.5.1.4.1.1.{kind}" for kind in ("30", "66.4", "66.5", "66.6", "66.7")
)
_PRESENTATION_STATES = "1.2.840.10008.5.1.4.1.1.11."
REQUIRED_UIDS = frozenset({0x00080016, 0x00080018, 0x0020000D, 0x0020000E})
_CODE_VALUES = (0x00080119, 0x00080120)
_VRS = SHORT_VRS | LONG_VRS
# With these, values are moved or cleaned by what is known of the patient.
_OPTIONS_BY_PATIENT = frozenset(
    {"rtn_long_modif_dates", "clean_desc", "clean_struct_cont", "clean_graph", "rtn_pat_chars"}
    | {"rtn_dev_id", "rtn_safe_priv"}
)

_BY_CODE = {
    "X": Action.REMOVE,
    "Z": Action.EMPTY,
    "D": Action.DUMMY,
    "U": Action.REPLACE_UID,
    "U*": Action.ENTER,
}
# PS3.15 E.1.1: the code for a Type; the last is for objects whose IOD is not known.
_CODES_BY_TYPE = {
    "X/Z": {"3": "X", "2": "Z", "1": "D", None: "Z"},
    "X/D": {"3": "X", "2": "D", "1": "D", None: "D"},
    "X/Z/D": {"3": "X", "2": "Z", "1": "D", None: "D"},
    "Z/D": {"3": "Z", "2": "Z", "1": "D", None: "D"},
    # References of Type 2 stay as well: with new UIDs they tell nothing, and without them the
    # object says less than it may.
    "X/Z/U*": {"3": "X", "2": "U*", "1": "U*", None: "U*"},
}
_BY_RULE = {
    RuleAction.REMOVE: Action.REMOVE,
    RuleAction.EMPTY: Action.EMPTY,
    RuleAction.REPLACE: Action.WRITE,
    RuleAction.REGEX: Action.REGEX,
}


class Rules:
    """A profile compiled for one SOP class; `judge(tag, written_vr, parent)` remembers verdicts.

    `parent` is the tag of the innermost sequence, or TOP_LEVEL. `written_vr` is None where the
    object states none. `private` judges private elements, and is None where all of them go.
    `needs_patient` says that values depend on who the patient is. `tables` is where the byte-level
    way keeps what it made of the verdicts.
    """

    def __init__(self, profile: Profile, sop_class_uid: str) -> None:
        self.keeps_all = profile.base is Base.NONE
        self._options = profile.options
        self._lists_references = sop_class_uid in _LISTING_REFERENCES
        self._is_presentation = sop_class_uid.startswith(_PRESENTATION_STATES)
        self._types = types_by_tag(sop_class_uid)
        self._rules = {rule.tag: rule for rule in profile.rules if not rule.creator}
        self.private = PrivateRules.of(profile)
        self.needs_patient = bool(
            profile.rules
            or profile.options & _OPTIONS_BY_PATIENT
            or profile.subjects is Subjects.ISSUER
        )
        self._unlisted = {
            "PN": Action.REMOVE,
            "AE": Action.REMOVE,
            "UR": Action.REMOVE,
            **dict.fromkeys(_FREE_TEXT, Action.REMOVE),
            "SQ": Action.ENTER,
            "UI": Action.KEEP_UID if "rtn_uids" in profile.options else Action.REPLACE_UID,
            "DA": self._date_action(),
            "DT": self._date_action(),
        }
        self.judge: Callable[[int, str | None, int], Verdict] = lru_cache(4096)(self._judge)
        self.tables: dict[int, dict[bytes, Any]] = {}
        self.entries = 0

    def _date_action(self) -> Action:
        if "rtn_long_full_dates" in self._options:
            return Action.KEEP
        return Action.SHIFT if "rtn_long_modif_dates" in self._options else Action.REMOVE

    def _judge(self, tag: int, written_vr: str | None, parent: int) -> Verdict:
        group = tag >> 16
        if self.keeps_all:
            return Verdict(Action.KEEP, written_vr or "UN")
        if group & 1:
            return Verdict(Action.REMOVE_PRIVATE, "UN")
        rule = self._rules.get(tag)
        if tag in REQUIRED_UIDS and written_vr not in (None, "UI", "UN"):
            return Verdict(Action.REMOVE, "UI")
        if tag == CHARACTER_SET and written_vr not in (None, "CS", "UN"):
            return Verdict(Action.REMOVE, "CS")
        if rule is not None and not _is_denied(tag, group, parent):
            return self._judge_ruled(rule, written_vr, parent)
        if group >> 8 == 0x60 and "clean_graph" in self._options and parent == TOP_LEVEL:
            return judge_overlay(tag & 0xFFFF, written_vr)
        row, vr = rows_by_tag().get(tag), vr_of(tag)
        if _is_denied(tag, group, parent) or (row is None and vr is None):
            return Verdict(Action.REMOVE, "UN")
        vr = vr or (row.vr if row is not None else "UN")
        if tag in _SPECIAL:
            return Verdict(_SPECIAL[tag], vr)
        if row is not None:
            return self._judge_listed(row, tag, vr, written_vr, parent)
        if tag == TEXT_VALUE and self._options & {"clean_desc", "clean_struct_cont"}:
            return self._cleaned(vr, written_vr, Action.REMOVE)
        action = _EXCEPTIONS.get(tag) or self._action(vr)
        if action is Action.KEEP and _is_near_patient(tag) and {vr, written_vr} & _TEXT:
            return Verdict(Action.REMOVE, vr)
        return _verdict(self._stricter(action, vr, written_vr), vr, written_vr)

    def _judge_listed(
        self, row: Row, tag: int, vr: str, written_vr: str | None, parent: int
    ) -> Verdict:
        basic = self._basic_action(row, tag, vr, parent)
        codes = {row.codes[option] for option in self._options if option in row.codes}
        modified = "rtn_long_modif_dates" in self._options and "rtn_long_modif_dates" in row.codes
        if modified and vr in ("DA", "DT", "TM", "SH"):
            return Verdict(Action.SHIFT, vr, basic)
        if "K" in codes:
            kept = _KEPT_AS.get(vr, Action.KEEP)
            return _verdict(self._stricter(kept, vr, written_vr), vr, written_vr)
        if "C" in codes and vr == "SQ":
            entered = self._stricter(Action.ENTER, vr, written_vr)
            return _verdict(entered if entered is Action.ENTER else basic, vr, written_vr)
        if "C" in codes and vr in _CLEANABLE:
            return self._cleaned(vr, written_vr, basic)
        return _verdict(basic, vr, written_vr)

    def _judge_ruled(self, rule: TagRule, written_vr: str | None, parent: int) -> Verdict:
        row = rows_by_tag().get(rule.tag)
        vr = (vr_of(rule.tag) or (row.vr if row is not None else written_vr or "UN")).split()[0]
        if vr == "SQ" and rule.action is RuleAction.KEEP:
            return _verdict(self._stricter(Action.ENTER, vr, written_vr), vr, written_vr)
        if written_vr == "SQ" and vr != "SQ":
            return Verdict(Action.REMOVE, vr, rule=rule)
        return ruled(rule, vr, written_vr)

    def _cleaned(self, vr: str, written_vr: str | None, basic: Action) -> Verdict:
        if written_vr in (None, "UN", vr) or written_vr in _CLEANABLE:
            return Verdict(Action.CLEAN_TEXT, vr, basic)
        return Verdict(basic, vr)

    def _basic_action(self, row: Row, tag: int, vr: str, parent: int) -> Action:
        code = row.basic
        if code == "X/Z/U*" and self._lists_references:
            return Action.ENTER
        if code in _CODES_BY_TYPE:
            code = _CODES_BY_TYPE[code][self._type(tag, parent)]
        if self._is_presentation and tag in _PRESENTATION_TIMES:
            return Action.DUMMY
        if code == "D" and vr == "UI":
            return Action.REPLACE_UID
        return _BY_CODE[code]

    def _type(self, tag: int, parent: int) -> str | None:
        if parent != TOP_LEVEL:
            kind = nested_types().get((parent, tag))
        else:
            kind = None if self._types is None else self._types.get(tag, "3")
        return None if kind is None else kind[0]

    def _action(self, vr: str) -> Action:
        return self._unlisted.get(vr, Action.KEEP)

    def _stricter(self, action: Action, vr: str, written_vr: str | None) -> Action:
        """Weigh what the dictionary says against the VR that was written; the stricter wins."""
        if written_vr in (None, "UN", vr) or written_vr not in _VRS:
            return action
        written = self._action(written_vr)
        if written is Action.KEEP and action is not Action.ENTER:
            return action
        return written if action is Action.KEEP and written is not Action.ENTER else Action.REMOVE


@lru_cache(maxsize=32)
def compile_rules(profile: Profile, sop_class_uid: str) -> Rules:
    """Return the rules of a profile for a SOP class, made once."""
    return Rules(profile, sop_class_uid)


def ruled(rule: TagRule, vr: str, written_vr: str | None) -> Verdict:
    """Return what a project's own rule says of an element that is no sequence."""
    match rule.action:
        case RuleAction.KEEP:
            if vr == "UI":
                return Verdict(Action.KEEP_UID, vr, rule=rule)
            kept = _verdict(Action.KEEP, vr, written_vr)
            return Verdict(Action.KEEP, kept.vr, rule=rule)
        case RuleAction.HASH:
            action = Action.REPLACE_UID if vr == "UI" else Action.HASH
            return Verdict(action, vr, rule=rule)
        case RuleAction.SHIFT:
            return Verdict(Action.SHIFT, vr, Action.EMPTY, rule=rule)
    return Verdict(_BY_RULE[rule.action], vr, rule=rule)


# Who assigned an ID, and how segments are tracked: they stand for something that must be there.
_NAMELESS = (0x00400031, 0x00400032, 0x00620020)
# Who made a hanging protocol has to be told (PS3.3 C.23.1).
_PERSONS_NEEDED = (0x00720008,)
# Whom to contact, welders, users of a hanging protocol, binary IDs of objects, the server of time
_PERSONS_AND_IDS = (0x0074100C, 0x00140100, 0x00720010, 0x0040A074, 0x0040A089, 0x00181803)
_EXCEPTIONS = {
    **dict.fromkeys((*_NAMELESS, *_PERSONS_NEEDED), Action.DUMMY),
    **dict.fromkeys(_PERSONS_AND_IDS, Action.REMOVE),
    **dict.fromkeys(_CLASS_UIDS, Action.KEEP_UID),
    **dict.fromkeys(_CODE_VALUES, Action.KEEP),
}
_KEPT_AS = {"SQ": Action.ENTER, "UI": Action.KEEP_UID}
_SPECIAL = {
    PATIENT_NAME: Action.REPLACE_NAME,
    PATIENT_ID: Action.REPLACE_ID,
    CODE_MEANING: Action.CLEAN_MEANING,
}


def _is_denied(tag: int, group: int, parent: int) -> bool:
    return (
        group < 0x0008
        or group == 0xFFFE
        or group >> 8 in (0x50, 0x60)
        or tag & 0xFFFF == 0
        or tag in _ALWAYS_REMOVED
        or (tag in STAMPED and parent == TOP_LEVEL)
        or (group == 0x7FE0 and parent != TOP_LEVEL)
    )


def _is_near_patient(tag: int) -> bool:
    return tag >> 16 in _TEXTLESS_GROUPS or 0x00401000 <= tag <= 0x00402FFF


def _verdict(action: Action, vr: str, written_vr: str | None) -> Verdict:
    searched = vr in _SEARCHED or (written_vr in _SEARCHED and written_vr != "UN")
    if action is Action.KEEP and written_vr in _VRS - {"UN"}:
        return Verdict(action, written_vr or vr, searched=searched)
    # Ambiguous VRs, such as "US or SS", are only settled by other elements: UN says so.
    kept_vr = "UN" if action is Action.KEEP and " " in vr else vr.split()[0]
    return Verdict(action, kept_vr, searched=searched)
