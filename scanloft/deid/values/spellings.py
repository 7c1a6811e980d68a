"""How else a name may be spelled, of what parts it is made, and where it ends in a text."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

_AS_TWO = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Letters that have no accent which Unicode takes off them
_AS_ONE = str.maketrans(
    {"ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t"}
)

LONG_NUMBER = 6
"""From so many digits on, a number is told from others though letters stand beside it."""
_APART = re.compile(r"[\W_]+")
_MARKS = frozenset({"Mn", "Mc"})
# Letters of Latin, Greek, Cyrillic and Armenian: next to them, a word is a part of another one.
_CASED = "A-Za-zªµºÀ-ÖØ-öø-ʯͰ-ϿЀ-ԯԱ-Ֆա-ևḀ-ỿἀ-῾"


def folded(text: str) -> str:
    """Return text without differences of case and of width."""
    return unicodedata.normalize("NFKC", text).casefold()


def spellings(text: str) -> set[str]:
    """Return folded text as it is, with umlauts as two letters, and without accents.

    "müller" is also "mueller" and "muller". Text in ASCII has one spelling.
    """
    if text.isascii():
        return {text}
    return {text, _plain(text.translate(_AS_TWO)), _plain(text.translate(_AS_ONE))}


def any_bounded(words: Iterable[str]) -> str:
    """Return a regular expression for words where they are no parts of others, the longest first.

    Those that begin alike are looked at together, as there may be hundreds; searching takes time
    in proportion to the text.
    """
    by_bounds: dict[tuple[str, str], list[str]] = {}
    for word in sorted(filter(None, words), key=lambda word: (-len(word), word)):
        by_bounds.setdefault(_bounds(word), []).append(word)
    return "|".join(
        f"{before}(?:{'|'.join(_by_first_letter(found))}){after}"
        for (before, after), found in by_bounds.items()
    )


def _by_first_letter(words: list[str]) -> Iterator[str]:
    first = itemgetter(0)
    for letter, found in groupby(sorted(words, key=first), key=first):
        yield f"{re.escape(letter)}(?:{'|'.join(re.escape(word[1:]) for word in found)})"


def _bounds(word: str) -> tuple[str, str]:
    """Return what has to stand before and behind a word that is no part of another one.

    Digits beside letters are none, and neither are the letters of scripts without case, such as
    Chinese, which are mostly written without spaces. A number may have zeros in front, and a long
    one also letters beside it.
    """
    if not word.isascii() and word.lower() == word.upper():
        return "", ""
    if word.isascii() and word.isdigit():
        beside = "0-9" if len(word) >= LONG_NUMBER else f"{_CASED}0-9"
        return f"(?<![{beside}])0*", f"(?![{beside}])"
    digits = "0-9" if any(map(str.isdigit, word)) else ""
    return rf"(?<![{_CASED}{digits}])", rf"(?![{_CASED}{digits}])"


def parts_of(word: str) -> Iterator[str]:
    """Yield what punctuation and symbols divide a word into."""
    if word.isascii():
        yield from filter(None, _APART.split(word))
    else:
        yield from "".join(letter if _belongs(letter) else " " for letter in word).split()


def _belongs(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter) in _MARKS


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)
