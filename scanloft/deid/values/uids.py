"""New UIDs in place of old ones, the same everywhere (PS3.15 E.3.9)."""

from collections.abc import Callable

from scanloft.core.identifiers import is_uid
from scanloft.deid.rules.verdicts import Action, Verdict
from scanloft.deid.values.encode import Encoding, pad
from scanloft.deid.values.pseudonyms import Pseudonyms


class Uids:
    """Replaces the UIDs of one object; `replaced` are the pairs, for the owner of the project."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self.replaced: dict[str, str] = {}
        self._pseudonyms = pseudonyms
        self._memory = pseudonyms.memory
        self._chosen: Callable[[str], str] | None = None

    def replace_by(self, new_uid: Callable[[str], str]) -> None:
        """Let a function choose the new UIDs, instead of the pseudonyms.

        UIDs that the standard registered still stay.
        """
        self._chosen = new_uid

    def new(self, old: str) -> str:
        """Return the UID that stands for another, and remember the pair."""
        new = self._uid(old)
        if new != old:
            self.replaced[old] = new
        return new

    def values(self, value: bytes, *, keep: bool) -> bytes:
        """Return the new value of an element; with `keep` only what is no UID is replaced."""
        # Those of study, series and frame of reference come with each object of a series.
        known = self._memory.get((value, keep)) if self._chosen is None else None
        if known is None:
            known = self._values(value, keep=keep)
            if self._chosen is None:
                self._memory.put((value, keep), known)
        new, pairs = known
        self.replaced.update(pairs)
        return bytes(new)

    def element(
        self, tag: int, verdict: Verdict, value: bytes, encoding: Encoding
    ) -> tuple[bytes, str]:
        """Return the encoded element for a value, and the kind of account it goes to.

        Never where a function chooses.
        """
        key = value, tag, verdict.action, encoding.implicit, encoding.little
        known = self._memory.get(key)
        if known is None:
            new, pairs = self._values(value, keep=verdict.action is Action.KEEP_UID)
            kept = new.rstrip() == value.rstrip(b"\0 ")
            element = encoding.element(tag, verdict.vr, pad(new, verdict.vr))
            known = element, (Action.KEEP if kept else verdict.action).counted_as, pairs
            self._memory.put(key, known)
        element, counted_as, pairs = known
        self.replaced.update(pairs)
        return element, counted_as

    def _values(self, value: bytes, *, keep: bool) -> tuple[bytes, dict[str, str]]:
        """Return the new value, and the pairs of old and new UIDs in it."""
        olds = [part.strip(" \0") for part in value.decode("latin-1").split("\\")]
        news = [old if keep and is_uid(old) else self._uid(old) for old in olds]
        pairs = {old: new for old, new in zip(olds, news, strict=True) if old != new}
        return "\\".join(news).encode("latin-1"), pairs

    def _uid(self, old: str) -> str:
        new = self._pseudonyms.uid(old)
        return new if self._chosen is None or new == old else self._chosen(old)
