"""Whether a rule's action and value fit the VR of its attribute (PS3.5 6.2)."""

import re
from collections.abc import Callable, Iterator
from datetime import date

from scanloft.core.errors import InvalidProfile
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.rules.rules import CHARACTER_SET
from scanloft.deid.rules.table import rows_by_tag
from scanloft.dicom.dictionary import vr_of

_FREE_TEXT = frozenset({"LT", "ST", "UC", "UT"})
_TEXT = _FREE_TEXT | {"AE", "CS", "LO", "PN", "SH"}
_DATES = frozenset({"DA", "DT"})
_FITTING_VRS = {
    RuleAction.HASH: _TEXT | {"UI"},
    RuleAction.SHIFT: _DATES,
    RuleAction.REGEX: _TEXT | {"UR"},
}
_ADVICE = {
    RuleAction.HASH: "only text and UIDs can be hashed: use remove, empty or replace",
    RuleAction.SHIFT: "only dates (DA, DT) can be shifted: use keep, remove, empty or replace",
    RuleAction.REGEX: "only text can be searched: use keep, remove, empty or replace",
}
# Specific Character Set, and how the pixels lie (PS3.3 C.7.6.3, C.7.6.6): what an image is read by.
_READ_BY = frozenset(
    {0x00080005, 0x00280002, 0x00280004, 0x00280006, 0x00280008, 0x00280010, 0x00280011}
    | {0x00280100, 0x00280101, 0x00280102, 0x00280103}
)
_LENGTHS = {"AE": 16, "LO": 64, "LT": 10240, "PN": 324, "SH": 16, "ST": 1024}
_FORMS = {
    "AS": (re.compile(r"[0-9]{3}[DWMY]"), "an age as 045Y"),
    "CS": (re.compile(r"[A-Z0-9_ ]{1,16}"), "1 to 16 capital letters, digits, _ and blanks"),
    "DS": (
        re.compile(r"(?=.{1,16}$)[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?"),
        "a decimal number of at most 16 characters",
    ),
    "IS": (re.compile(r"[+-]?[0-9]{1,10}"), "a whole number between -2147483648 and 2147483647"),
    "TM": (re.compile(r"(?:[01][0-9]|2[0-3])(?:[0-5][0-9](?:[0-5][0-9](?:\.[0-9]{1,6})?)?)?"),
           "a time as 134500"),
    "UI": (re.compile(r"(?=.{1,64}$)(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+"), "a UID"),
    "UR": (re.compile(r"[!-\[\]-~]+"), "a URI"),
}  # fmt: skip
_DATE_TIME = re.compile(
    r"([0-9]{4}(?:[0-9]{2}){0,2})(?:(?<=[0-9]{8})(?:[0-9]{2}){1,3}(?:\.[0-9]{1,6})?)?"
    r"(?:[+-][0-9]{4})?"
)
GROUP = re.compile(r"\\(?:([1-9])|g<([0-9]{1,2})>|[^1-9g]|g|$)")
_WHOLE_NUMBERS = {
    "SS": (-(2**15), 2**15 - 1),
    "US": (0, 2**16 - 1),
    "SL": (-(2**31), 2**31 - 1),
    "UL": (0, 2**32 - 1),
    "SV": (-(2**63), 2**63 - 1),
    "UV": (0, 2**64 - 1),
}


def check_rules(profile: Profile) -> None:
    """Raise InvalidProfile for the first rule that its attribute cannot have.

    For profiles that were not read from a file: `read_profile` tells this with the lines.
    """
    for rule in profile.rules:
        for _, message in faults_of(rule):
            raise InvalidProfile(f"The rule for {rule.tag_text} cannot be used: {message}.")


def faults_of(rule: TagRule) -> Iterator[tuple[str, str]]:
    """Yield the key of a rule and what is wrong there, for the VR that its attribute has."""
    if rule.action is RuleAction.REGEX:
        yield from _pattern_faults(rule)
    if rule.creator:
        return  # what VR a private attribute has is known when it is met
    row = rows_by_tag().get(rule.tag)
    vr = vr_of(rule.tag) or (row.vr if row is not None else None)
    if rule.tag in _READ_BY and rule.action is not RuleAction.KEEP:
        read = "text" if rule.tag == CHARACTER_SET else "pixels"
        yield "action", f"the {read} cannot be read if this changes: use keep, or no rule"
    elif vr is None:
        yield "tag", "DICOM has no such attribute, so it is always removed: correct the tag"
    elif (fitting := _FITTING_VRS.get(rule.action)) is not None and vr not in fitting:
        yield "action", f"its values are {_described(vr)}, and {_ADVICE[rule.action]}"
    elif rule.action is RuleAction.REPLACE and (wrong := value_misfit(vr, rule.value)):
        yield "value", wrong


def _pattern_faults(rule: TagRule) -> Iterator[tuple[str, str]]:
    from scanloft.deid.values.patterns import compiled  # only rules with a pattern pay for it

    try:
        groups = compiled(rule.pattern).groups
    except InvalidProfile as error:
        yield "pattern", error.message
        return
    numbers = [match[1] or match[2] for match in GROUP.finditer(rule.value)]
    if not all(number and int(number) <= groups for number in numbers):
        message = (
            f'a backslash in the "value" stands before the number of a group, and the "pattern" '
            f"has {groups} of them"
        )
        yield "value", message


def value_misfit(vr: str, value: str) -> str:
    """Return why a VR cannot have a value, blank if it can; a backslash parts several values."""
    if vr in _FREE_TEXT:
        return _text_misfit(vr, value)
    for part in value.split("\\"):
        if wrong := _CHECKS.get(vr, _unwritable)(vr, part):
            return wrong
    return ""


def _described(vr: str) -> str:
    return "sequences (SQ)" if vr == "SQ" else f"of VR {vr}"


def _unwritable(vr: str, _: str) -> str:
    return f"its values are {_described(vr)}, which no text can replace: use remove or empty"


def _text_misfit(vr: str, value: str) -> str:
    limit = _LENGTHS.get(vr)
    if limit is not None and len(value) > limit:
        return f'the "value" is too long: {vr} has at most {limit} characters'
    allowed = "\n\r\t\f" if vr in _FREE_TEXT else ""
    if any(not (character.isprintable() or character in allowed) for character in value):
        return 'the "value" holds a control character: remove it'
    return "" if vr != "AE" or value.isascii() else 'the "value" of an AE has ASCII letters only'


def _name_misfit(vr: str, value: str) -> str:
    groups = value.split("=")
    if len(groups) > 3 or any(len(group) > 64 or group.count("^") > 4 for group in groups):
        return (
            'the "value" is no person name: at most 3 groups parted by =, each with 5 parts '
            "parted by ^ and 64 characters"
        )
    return _text_misfit(vr, value)


def _form_misfit(vr: str, value: str) -> str:
    form, described = _FORMS[vr]
    fits = form.fullmatch(value) is not None
    if fits and vr == "IS":
        fits = -(2**31) <= int(value) < 2**31
    return "" if fits else f'the "value" must be {described} (VR {vr})'


def _date_misfit(vr: str, value: str) -> str:
    fits = len(value) == 8 and value.isascii() and value.isdigit() and _is_date(value)
    return "" if fits else f'the "value" must be a date as 20200131 (VR {vr})'


def _date_time_misfit(vr: str, value: str) -> str:
    match = _DATE_TIME.fullmatch(value)
    fits = match is not None and _is_date((match[1] + "0101")[:8])
    return "" if fits else f'the "value" must be a date and time as 20200131134500 (VR {vr})'


def _is_date(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return True


def _whole_misfit(vr: str, value: str) -> str:
    lowest, highest = _WHOLE_NUMBERS[vr]
    if re.fullmatch(r"[+-]?[0-9]{1,20}", value) and lowest <= int(value) <= highest:
        return ""
    return f'the "value" must be a whole number between {lowest} and {highest} (VR {vr})'


_CHECKS: dict[str, Callable[[str, str], str]] = {
    **dict.fromkeys(("AE", "LO", "SH"), _text_misfit),
    **dict.fromkeys(_FORMS, _form_misfit),
    **dict.fromkeys(_WHOLE_NUMBERS, _whole_misfit),
    "DA": _date_misfit,
    "DT": _date_time_misfit,
    "PN": _name_misfit,
}
