"""What the floor beneath a script says of what it copied: nowhere more than where it is from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scanloft.deid.ctp.copies import Copy, tells_sources
from scanloft.deid.ctp.evaluate import Assignment, Path
from scanloft.deid.rules.rules import TOP_LEVEL, Rules
from scanloft.deid.rules.verdicts import Action, Verdict
from scanloft.deid.values.mentions import Mentions

_REMOVED = Verdict(Action.REMOVE, "UN")
# These may leave a value as it is, or parts of it.
_KEEPING = frozenset({Action.KEEP, Action.KEEP_UID, Action.CLEAN_MEANING})
_CHANGING = frozenset({Action.CLEAN_TEXT, Action.SHIFT, Action.REGEX})
# As the floor does it with a kept value that names the patient: much of it has to have a value.
_FILLED = frozenset({"AE", "LO", "LT", "SH", "ST", "UC", "UT"})


@dataclass(frozen=True, slots=True)
class Floor:
    """The rules beneath a script, for an object whose patient `mentions` finds."""

    rules: Rules
    mentions: Mentions | None

    def own(self, assigned: Mapping[Path, Assignment]) -> dict[Path, Assignment]:
        """Return what the script set itself, and the floor leaves alone.

        Not what names the patient, nor what was only copied from where the rules do not keep it.
        """
        return {
            path: assignment
            for path, assignment in assigned.items()
            if not self._names_patient(assignment.new)
            and not tells_sources(self._withheld(assignment))
        }

    def revised(self, verdict: Verdict, assignment: Assignment) -> Verdict:
        """Return what happens to an element that a script set, by what the rules say of its place.

        What copies tell goes where the rules would let it through, unless they do the same to it
        where it is from, or it came with the element.
        """
        if verdict.action not in _KEEPING | _CHANGING or assignment.new == assignment.old:
            return verdict
        copies = self._withheld(assignment)
        if not tells_sources(copies):
            return verdict
        if all(self._meets_the_same(copy, verdict, assignment.new) for copy in copies):
            return verdict
        if verdict.action in _CHANGING:
            return Verdict(verdict.otherwise, verdict.vr)
        if verdict.vr == "UI":
            return Verdict(Action.REPLACE_UID, "UI")
        return Verdict(Action.DUMMY if verdict.vr in _FILLED else Action.EMPTY, verdict.vr)

    def _withheld(self, assignment: Assignment) -> list[Copy]:
        return [copy for copy in assignment.copies if not self._is_kept(copy)]

    def _is_kept(self, copy: Copy) -> bool:
        """Whether an element stays as it is where it stands."""
        verdict = self._judged(copy)
        if verdict.action is Action.KEEP:
            return not (verdict.searched and self._names_patient(copy.text))
        return verdict.action is Action.KEEP_UID

    def _meets_the_same(self, copy: Copy, verdict: Verdict, new: str) -> bool:
        """Whether a copy, as far as it is untouched, becomes what its source becomes."""
        source = self._judged(copy)
        if source.action is not verdict.action:
            return False
        if verdict.action is Action.SHIFT:
            # Beside other text, or as another VR, it might be moved from elsewhere or not at all.
            return new == copy.text and source.vr == verdict.vr
        # Words that were cut, glued to others or written small could not be found any more.
        return (
            verdict.action is Action.CLEAN_TEXT
            and copy.given in (copy.text, copy.text.upper())
            and re.search(rf"(?<!\w){re.escape(copy.given)}(?!\w)", new) is not None
        )

    def _judged(self, copy: Copy) -> Verdict:
        *sequences, tag = copy.way
        parent = TOP_LEVEL
        for sequence in sequences:
            if self.rules.judge(sequence, "SQ", parent).action is not Action.ENTER:
                return _REMOVED
            parent = sequence
        if not tag >> 16 & 1:
            return self.rules.judge(tag, copy.vr, parent)
        if self.rules.private is None:
            return _REMOVED
        creators = {tag >> 8: copy.creator.strip()}
        return self.rules.private.judge_element(tag, copy.vr, b"", creators)

    def _names_patient(self, text: str) -> bool:
        return self.mentions is not None and self.mentions.found_in(
            text.encode("utf-8", "replace"), ("UTF8",)
        )
