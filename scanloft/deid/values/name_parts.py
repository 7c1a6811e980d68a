"""What of a written person name is a name (PS3.5 6.2.1): titles and degrees name nobody."""

import re
from collections.abc import Iterator

from scanloft.deid.values.text_words import BLANKS, DEGREES, ROLES, TITLES, is_technique, plain

_NAMES = 3
"""Family, given and middle name come first, then prefix and suffix."""
_PARTING = re.compile(r"[\^\s,\0]+")
_HONORIFICS = TITLES | DEGREES


def without_titles(names: str) -> str:
    """Return person names without prefixes and suffixes that are titles, as in SMITH^JANE^^MRS."""
    if names.count("^") < _NAMES:
        return names
    return "\\".join(
        "=".join(map(_untitled, name.split("="))) for name in names.split("\\")
    )  # fmt: skip


def telling(names: str) -> Iterator[str]:
    """Yield what names somebody, also where nobody parted the names, as in PROF JANE SMITH.

    Roles and technique alone, as in MR TECH 3, are nobody; beside other words they are names.
    """
    for name in names.split("\\"):
        for form in name.split("="):
            if not _is_blank(form):
                yield without_titles(form) if "^" in form else _unparted(form)


def _untitled(form: str) -> str:
    *parts, last = form.split("^", _NAMES)
    if len(parts) < _NAMES:
        return form
    kept = (word for word in last.replace("^", " ").split() if not _is_one_of(_HONORIFICS, word))
    return "^".join((*parts, " ".join(kept)))


def _unparted(name: str) -> str:
    words = name.replace("\0", " ").split()
    if words and _is_one_of(TITLES, words[0]):
        while words and _is_one_of(_HONORIFICS, words[0]):
            words.pop(0)
    if len(words) == 1 and plain(words[0]) not in ROLES:
        return words[0]
    return "" if all(map(_is_function, words)) else " ".join(words)


def _is_one_of(words: frozenset[str], word: str) -> bool:
    bare = plain(word).rstrip(".,")
    return bare in words or bare.replace(".", "") in words


def _is_blank(form: str) -> bool:
    return BLANKS.issuperset(_PARTING.split(form.strip("^ \0")))


def _is_function(word: str) -> bool:
    bare = plain(word)
    return (
        bare in ROLES or bare in _HONORIFICS or is_technique(bare) or not bare.strip("0123456789")
    )
