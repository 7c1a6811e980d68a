"""What a project's own rules write: replacements, hashes and texts with parts replaced."""

import re

from scanloft.core.errors import InvalidProfile
from scanloft.deid.profiles.rule_fit import GROUP, value_misfit
from scanloft.deid.profiles.tag_rules import TagRule
from scanloft.deid.values.patterns import compiled
from scanloft.deid.values.pseudonyms import Pseudonyms
from scanloft.dicom.charsets import encoded

_NUMBERS = {
    "US": (2, False), "SS": (2, True), "UL": (4, False), "SL": (4, True),
    "UV": (8, False), "SV": (8, True),
}  # fmt: skip
_TEXT_VRS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UN", "UT"})
_SINGLE = frozenset({"LT", "ST", "UT"})
_LONGEST_TEXT = 100_000


def written(rule: TagRule, vr: str, encodings: tuple[str, ...], *, little: bool) -> bytes | None:
    """Return the value of a `replace` rule; None where it cannot be said in the character set."""
    if value_misfit(vr if vr != "UN" else "LO", rule.value):
        return None
    if vr not in _NUMBERS:
        return encoded(rule.value, encodings)
    size, signed = _NUMBERS[vr]
    return b"".join(
        int(part).to_bytes(size, "little" if little else "big", signed=signed)
        for part in rule.value.split("\\")
    )


def _expanded(template: str, match: re.Match[str]) -> str:
    """Return what takes the place of a match; RE2's own way loses letters that are not ASCII."""
    return GROUP.sub(lambda group: match[int(group[1] or group[2])] or "", template)


def hashed(pseudonyms: Pseudonyms, text: str, vr: str) -> bytes | None:
    """Return what stands for a text: 16 characters that fit every VR of text; blank for blank.

    None for what is no text.
    """
    if vr not in _TEXT_VRS:
        return None
    stripped = text.strip(" \0")
    return pseudonyms.text_hash(stripped).encode() if stripped else b""


def substituted(rule: TagRule, text: str, vr: str) -> str | None:
    """Return text with each match of the rule's pattern replaced, in each value by itself.

    The pattern sees no padding; text without a match stays as it is. None where replacing fails.
    """
    if len(text) > _LONGEST_TEXT:
        return None
    if vr in _SINGLE:
        olds = [text.rstrip(" \0")]
    else:
        olds = [value.strip(" \0") for value in text.split("\\")]
    try:
        news = [_substituted(rule, old) for old in olds]
    except (ValueError, LookupError, InvalidProfile, re.error):
        # A value that is no Unicode, or a replacement that names a group which is not there.
        return None
    return text if news == olds else "\\".join(news)


def _substituted(rule: TagRule, text: str) -> str:
    pieces: list[str] = []
    end = 0
    for match in compiled(rule.pattern).finditer(text):
        pieces += (text[end : match.start()], _expanded(rule.value, match))
        end = match.end()
    return "".join((*pieces, text[end:]))
