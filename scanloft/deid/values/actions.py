"""What the actions of the rules do to the values of one object, whoever walks over it."""

import re
from collections.abc import Callable
from typing import Protocol

from scanloft.deid.account import KINDS
from scanloft.deid.profiles.profile import Profile, Subjects
from scanloft.deid.rules.rules import (
    CODE_MEANING,
    CODING_SCHEME,
    ISSUER_OF_PATIENT_ID,
    PATIENT_ID,
    TOP_LEVEL,
)
from scanloft.deid.rules.verdicts import Action, Verdict
from scanloft.deid.values.dates import shift_value
from scanloft.deid.values.dummies import dummy
from scanloft.deid.values.encode import Encoding
from scanloft.deid.values.mentions import Mentions, finder_of
from scanloft.deid.values.pseudonyms import Pseudonyms, subject_scope
from scanloft.deid.values.rule_writing import hashed, substituted, written
from scanloft.deid.values.uids import Uids
from scanloft.dicom.charsets import decoded, encoded

STUDY_UID = 0x0020000D
PLACE_TAGS = frozenset({0x00080005, CODING_SCHEME, PATIENT_ID, ISSUER_OF_PATIENT_ID, STUDY_UID})
"""The attributes that the actions may look for in the place of a value."""
_MEANING_REMOVED = b"Removed "
# Without these nothing can show the object, and standard terms that are also names stay.
_TERMS = {
    0x00080005: re.compile(rb"[ \\]*(?:ISO[ _](?:IR|2022 IR) [0-9]+[ \\]*|GB18030 *|GBK *)*"),
    0x00080060: re.compile(rb"[A-Z]{2,3} *|IVOCT *|IVUS *|AUDIO *|SMOBJ *"),
    0x00280004: re.compile(rb"RGB *|MONOCHROME[12] *|PALETTE COLOR *|YBR_[A-Z]+(?:_42[02])? *"),
}
_MAY_KEEP = frozenset({Action.REPLACE_UID, Action.CLEAN_MEANING, Action.CLEAN_TEXT, Action.REGEX})
# A number may be the patient's by chance; in place of a number, text is searched.
_NUMBER_VRS = frozenset({"DA", "DS", "DT", "IS", "TM"})
_NUMBER = re.compile(rb"[0-9+\-.:eE \\\0]*")
_NAMELESS_VRS = frozenset({"AE", "LO", "LT", "SH", "ST", "UC", "UT"})
_MAY_FAIL = frozenset({Action.CLEAN_TEXT, Action.REGEX, Action.WRITE, Action.HASH})
_MULTIPLE = frozenset({"SH", "LO", "CS", "AE"})
_TEXT_LIMITS = {"SH": 16, "LO": 64, "CS": 16, "AE": 16, "ST": 1024, "LT": 10240}


class Place(Protocol):
    """The data set that an element stands in."""

    @property
    def encodings(self) -> tuple[str, ...]:
        """Python's names of its character sets."""
        ...

    def look(self, tag: int) -> bytes:
        """The raw value of an element of the same data set, b"" where it is absent."""
        ...


class Actions:
    """Does to values what verdicts say, and counts it.

    `mentions` finds the patient's own words, None where there are none to find. `patients` are the
    pairs of old and new Patient IDs, for the owner of the project only; `uids` has those of UIDs.
    """

    def __init__(
        self, *, profile: Profile, pseudonyms: Pseudonyms, site: str, little: bool = True
    ) -> None:
        self.counts = dict.fromkeys(KINDS, 0)
        self.uids = Uids(pseudonyms)
        self.patients: dict[str, str] = {}
        self.mentions: Mentions | None = None
        self._subjects = profile.subjects
        self._pseudonyms = pseudonyms
        self._site = site
        self._little = little
        self._shift_days = 0
        self._issuer = ""
        self._keeps_institutions = "rtn_inst_id" in profile.options
        self._header: Callable[[], bytes] = bytes
        self._encodings: tuple[str, ...] = ()
        self._known: tuple[tuple[str, ...], tuple[str, ...]] | None = None
        self._knows = False
        self._chosen_patient: dict[str, str] = {}

    def meet(
        self, place: Place, mentions: Mentions | None, *, header: Callable[[], bytes] = bytes
    ) -> None:
        """Learn who the patient is, from the data set at the top level.

        `header` gives it as it came, encoded, without file header and pixel data; it is asked for
        where text is cleaned.
        """
        self.mentions = mentions
        self._header, self._encodings, self._knows = header, place.encodings, False
        # Items seldom repeat who issued an ID.
        self._issuer = _text(place, ISSUER_OF_PATIENT_ID)
        # Without a patient ID the study is all that is known to belong together.
        subject = _text(place, PATIENT_ID) or _text(place, STUDY_UID)
        self._shift_days = self._pseudonyms.shift_days(subject, within=self._within(place))

    def replace_patient_by(self, old: str, new: str) -> None:
        """Let another choose the Patient ID that takes the place of one, and remember the pair."""
        self._chosen_patient = {old: new, new: new}
        if old:
            self.patients[old] = new

    def count(self, action: Action, number: int = 1) -> None:
        """Count elements that met an action."""
        self.counts[action.counted_as] += number

    def apply(self, tag: int, verdict: Verdict, value: bytes, place: Place) -> bytes | None:
        """Return the new value, not padded, and count it; None where the element goes."""
        action, vr = verdict.action, verdict.vr
        if action is Action.KEEP:
            return self._kept(tag, verdict, value, place)
        if action is Action.SHIFT:
            shifted = shift_value(value, vr=vr, days=self._shift_days)
            if shifted is not None:
                self.count(Action.KEEP if shifted is value else action)
                return shifted
            action = verdict.otherwise
        replacement = self._replacement(action, verdict, value, place)
        if replacement is None and action in _MAY_FAIL:
            action = verdict.otherwise
            replacement = self._replacement(action, verdict, value, place)
        if replacement is None:
            self.count(action)
            return None
        if action in _MAY_KEEP and replacement.rstrip() == value.rstrip(b"\0 "):
            action = Action.KEEP
        self.count(action)
        return replacement

    def _replacement(
        self, action: Action, verdict: Verdict, value: bytes, place: Place
    ) -> bytes | None:
        match action:
            case Action.REPLACE_UID:
                return self.uids.values(value, keep=False)
            case Action.KEEP_UID:
                return self.uids.values(value, keep=True)
            case Action.REPLACE_ID | Action.REPLACE_NAME:
                return self._new_patient_id(place)
            case Action.KEEP:
                return value
            case Action.EMPTY:
                return b""
            case Action.DUMMY:
                return dummy(verdict.vr)
            case Action.CLEAN_MEANING:
                return self._meaning(value, place)
            case Action.CLEAN_TEXT:
                return self._cleaned(value, verdict.vr, place)
        return self._ruled(action, verdict, value, place)

    def _ruled(self, action: Action, verdict: Verdict, value: bytes, place: Place) -> bytes | None:
        rule = verdict.rule
        if rule is None:
            return None
        if action is Action.WRITE:
            return written(rule, verdict.vr, place.encodings, little=self._little)
        if action is Action.HASH:
            return hashed(self._pseudonyms, decoded(value, place.encodings), verdict.vr)
        if action is Action.REGEX:
            text = decoded(value, place.encodings)
            new = substituted(rule, text, verdict.vr)
            if new is None or new == text:
                return None if new is None else value
            return _within_limit(new, verdict.vr, place)
        return None

    def _kept(self, tag: int, verdict: Verdict, value: bytes, place: Place) -> bytes:
        is_number = verdict.vr in _NUMBER_VRS and _NUMBER.fullmatch(value) is not None
        if not verdict.searched or is_number or not self._names_patient(place, tag, value):
            self.count(Action.KEEP)
            return value
        if verdict.vr in _NAMELESS_VRS:
            # Much of it has to have a value, as Manufacturer in an enhanced image.
            self.count(Action.DUMMY)
            return dummy(verdict.vr)
        self.count(Action.EMPTY)
        return self._without_mentions(place, value) if verdict.vr == "CS" else b""

    def _without_mentions(self, place: Place, value: bytes) -> bytes:
        # Of several values the others are kept: an Image Type has to stay one (PS3.3 C.7.6.1.1.2).
        if not value.isascii():
            return b""
        parts = value.split(b"\\")
        return b"\\".join(
            b"" if self._names_patient(place, TOP_LEVEL, part) else part for part in parts
        ).rstrip(b" \0")

    def _names_patient(self, place: Place, tag: int, value: bytes) -> bool:
        if self.mentions is None or not value:
            return False
        if not self.mentions.found_in(value, place.encodings):
            return False
        terms = _TERMS.get(tag)
        return terms is None or terms.fullmatch(value) is None

    def _meaning(self, value: bytes, place: Place) -> bytes:
        scheme = place.look(CODING_SCHEME).strip(b" \0").upper()
        if scheme in (b"", b"L") or scheme.startswith(b"99"):
            return _MEANING_REMOVED
        return _MEANING_REMOVED if self._names_patient(place, CODE_MEANING, value) else value

    def _cleaned(self, value: bytes, vr: str, place: Place) -> bytes | None:
        from scanloft.deid.values.text import clean_text  # only profiles that clean text pay for it
        from scanloft.deid.values.text_patterns import REMOVED

        mentions, known = self.mentions, self._known_words()
        if known is None or (mentions is not None and mentions.names_all):
            return None
        words, places = known
        text = decoded(value, place.encodings)
        cleaned = clean_text(text, known=words, places=places)
        new = value if cleaned == text else _within_limit(cleaned, vr, place)
        if new is None:
            return None
        rest = new.replace(REMOVED.encode(), b" ")
        if not rest.isascii() or b"\x1b" in rest:
            # Read as another character set than the declared one it may still name somebody.
            mentions = finder_of((*words, *places))
        found = mentions is not None and mentions.found_in(rest, place.encodings)
        return None if found else new

    def _known_words(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Return words of the patient and other persons, and of places; None if too many."""
        if not self._knows:
            from scanloft.deid.values.named import named_in

            named = named_in(
                self._header(), little=self._little, institutions=not self._keeps_institutions
            )
            words = None if named is None else named.words(self._encodings)
            own = self.mentions
            self._known = None
            if words is not None:
                self._known = (*(own.texts if own else ()), *words.persons), words.places
            self._knows = True
        return self._known

    def uid_element(self, tag: int, verdict: Verdict, value: bytes, encoding: Encoding) -> bytes:
        """Return the encoded element for a verdict on UIDs, and count it; as `apply` does it."""
        element, counted_as = self.uids.element(tag, verdict, value, encoding)
        self.counts[counted_as] += 1
        return element

    def _new_patient_id(self, place: Place) -> bytes:
        if self._chosen_patient:
            old = _text(place, PATIENT_ID)
            if old in self._chosen_patient:
                return self._chosen_patient[old].encode()
        memory = self._pseudonyms.memory
        within, encodings = self._within(place), place.encodings
        key = place.look(PATIENT_ID), encodings, within
        known = memory.get(key)
        if known is None:
            old = _text(place, PATIENT_ID)
            known = (old, self._pseudonyms.patient_id(old, within=within))
            memory.put(key, known)
        old, new = known
        if old:
            self.patients[old] = new
        return new.encode()

    def _within(self, place: Place) -> str:
        if self._subjects is Subjects.PROJECT:
            return ""
        issuer = _text(place, ISSUER_OF_PATIENT_ID) or self._issuer
        return subject_scope(self._subjects, issuer=issuer, site=self._site)


def _within_limit(text: str, vr: str, place: Place) -> bytes | None:
    """Return text as bytes, each value no longer than its VR allows (PS3.5 6.2)."""
    limit = _TEXT_LIMITS.get(vr)
    parts = text.split("\\") if vr in _MULTIPLE else [text]
    return encoded("\\".join(part[:limit] for part in parts), place.encodings)


def _text(place: Place, tag: int) -> str:
    return decoded(place.look(tag), place.encodings).strip(" \0")
