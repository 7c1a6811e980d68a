"""Removing the names and numbers that an object's header holds from free text."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import groupby

from scanloft.deid.values.spellings import bounds, folded, spellings
from scanloft.deid.values.text_patterns import REMOVED
from scanloft.deid.values.text_words import (
    DEEDS,
    NUMBER_LABELS,
    ROLES,
    TITLES,
    is_technique,
    plain,
)

ID_WORDS = re.compile(r"(?<![^\W_])(?<![^\W_]-)[^\W_]++(?:-[^\W_]++)*+")
ANNOUNCING = TITLES | ROLES | DEEDS | NUMBER_LABELS
_NEIGHBOUR = r"(?<![^\W_])[^\W\d_][^\W_]{1,30}(?:['’-][^\W_]{1,30})?(?![^\W_])"
_MARK = rf"(?-i:{re.escape(REMOVED)})"


@lru_cache(maxsize=256)
def finds(words: tuple[str, ...]) -> Callable[[str], str]:
    """Return what removes the known words, however they are written.

    What was removed before stays as it is, also for somebody whose name is a word of the mark.
    """
    known = {spelled for word in words for spelled in spellings(folded(word))}
    known = {word for word in known if any(map(str.isalnum, word))}
    if not known:
        return str
    in_row = f"(?!{_MARK}){_any_of(known | {word for word in words if folded(word) in known})}"
    pattern = re.compile(
        rf"(?P<mark>{_MARK})|(?P<before>{_NEIGHBOUR},? )?{in_row}(?:[ ,^-]{{1,2}}{in_row}){{0,5}}"
        rf"(?P<after>,? {_NEIGHBOUR})?",
        re.IGNORECASE,
    )

    def removed(text: str) -> str:
        text = pattern.sub(_without_neighbours, text)
        return text if text.isascii() else ID_WORDS.sub(other_spelling, text)

    def other_spelling(found: re.Match[str]) -> str:
        start, end = found.span()
        marked = found.string.startswith(REMOVED, start - 1) and end - start == len(REMOVED) - 2
        return found[0] if marked or known.isdisjoint(spellings(folded(found[0]))) else REMOVED

    return removed


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of words where they are no parts of others, the longest first.

    Those that begin alike are looked at together: there may be hundreds.
    """
    by_bounds: dict[tuple[str, str], list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        by_bounds.setdefault(bounds(word), []).append(word)
    return "(?:" + "|".join(
        rf"{before}(?:{'|'.join(_by_first(found))}){after}"
        for (before, after), found in by_bounds.items()
    ) + ")"  # fmt: skip


def _by_first(words: list[str]) -> list[str]:
    return [
        f"{re.escape(first)}(?:{'|'.join(re.escape(word[1:]) for word in found)})"
        for first, found in groupby(sorted(words, key=_first), key=_first)
    ]


def _first(word: str) -> str:
    return word[0]


def _without_neighbours(found: re.Match[str]) -> str:
    """Return what a known word becomes: other names of the same person beside it go as well."""
    if found["mark"]:
        return found[0]
    before, after = found["before"] or "", found["after"] or ""
    return "".join(
        [before if _is_no_name(before) else "", REMOVED, after if _is_no_name(after) else ""]
    )


def _is_no_name(neighbour: str) -> bool:
    word = neighbour.strip(" ,")
    bare = plain(word)
    return not word[:1].isupper() or is_technique(bare) or bare in ANNOUNCING
