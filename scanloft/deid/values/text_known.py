"""Removing the names and numbers that an object's header holds from free text."""

import re
from collections.abc import Callable
from functools import lru_cache

from scanloft.deid.values.spellings import any_bounded, folded, spellings
from scanloft.deid.values.text_patterns import REMOVED
from scanloft.deid.values.text_words import (
    DEEDS,
    NUMBER_LABELS,
    ROLES,
    TITLES,
    is_medical,
    plain,
)

ID_WORDS = re.compile(r"(?<![^\W_])(?<![^\W_]-)[^\W_]++(?:-[^\W_]++)*+")
ANNOUNCING = TITLES | ROLES | DEEDS | NUMBER_LABELS
_NEIGHBOUR = r"(?<![^\W_])[^\W\d_][^\W_]{1,30}(?:['’-][^\W_]{1,30})?(?![^\W_])"
# A letter may have accents of its own, and invisible characters behind it.
_LETTER = r"[^\W_][\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u00ad\u200b-\u200d\u2060]*+"
_WRITTEN = re.compile(rf"(?<![^\W_])(?:{_LETTER})++(?:-(?:{_LETTER})++)*+")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060"))
_MARK = rf"(?-i:{re.escape(REMOVED)})"


@lru_cache(maxsize=256)
def finds(words: tuple[str, ...], places: tuple[str, ...] = ()) -> Callable[[str], str]:
    """Return what removes the known words, however they are written.

    Names beside the `words` of persons go as well; beside those of places they stay. What was
    removed before stays as it is, also for somebody whose name is a word of the mark.
    """
    persons = _spelled(words)
    known = persons | _spelled(places)
    if not known:
        return str
    written = {word for word in (*words, *places) if folded(word) in known}
    in_row = f"(?!{_MARK})(?:{any_bounded(known | written)})"
    pattern = re.compile(
        rf"(?P<mark>{_MARK})|(?P<before>{_NEIGHBOUR},? )?"
        rf"(?P<row>{in_row}(?:[ ,^-]{{1,2}}{in_row}){{0,5}})(?P<after>,? {_NEIGHBOUR})?",
        re.IGNORECASE,
    )
    each = re.compile(in_row, re.IGNORECASE)
    names = persons | {word for word in written if folded(word) in persons}
    person = re.compile(any_bounded(names), re.IGNORECASE) if names else None

    def removed(text: str) -> str:
        text = pattern.sub(without_row, text)
        return text if text.isascii() else _WRITTEN.sub(other_spelling, text)

    def without_row(found: re.Match[str]) -> str:
        if found["mark"]:
            return found[0]
        sides = [found["before"] or "", found["after"] or ""]
        if person is not None and person.search(found["row"]):
            # Other names of the same person
            sides = [side if _is_no_name(side) else "" for side in sides]
        before, after = (each.sub(REMOVED, side) for side in sides)
        return f"{before}{REMOVED}{after}"

    def other_spelling(found: re.Match[str]) -> str:
        start, end = found.span()
        marked = found.string.startswith(REMOVED, start - 1) and end - start == len(REMOVED) - 2
        if marked:
            return found[0]
        if is_known(found[0]):
            return REMOVED
        return "-".join(REMOVED if is_known(part) else part for part in found[0].split("-"))

    def is_known(word: str) -> bool:
        spelled = spellings(folded(word.translate(_INVISIBLE)))
        return not known.isdisjoint(spelled)

    return removed


def _spelled(words: tuple[str, ...]) -> set[str]:
    found = {spelled for word in words for spelled in spellings(folded(word))}
    return {word for word in found if any(map(str.isalnum, word))}


def _is_no_name(neighbour: str) -> bool:
    word = neighbour.strip(" ,")
    bare = plain(word)
    return not word[:1].isupper() or is_medical(bare) or bare in ANNOUNCING
