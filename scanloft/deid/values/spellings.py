"""How else a name may be spelled: with and without accents, umlauts as two letters."""

import unicodedata

_AS_TWO = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Letters that have no accent which Unicode takes off them
_AS_ONE = str.maketrans(
    {"ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t"}
)


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


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)
