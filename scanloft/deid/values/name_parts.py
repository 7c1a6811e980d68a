"""What of a written person name is a name (PS3.5 6.2.1): titles and degrees name nobody."""

import re
from collections.abc import Iterator

from scanloft.deid.values.text_words import (
    BLANKS,
    DEGREES,
    FILLERS,
    FUNCTIONS,
    PARTICLES,
    ROLES,
    TITLES,
    is_technique,
    plain,
)

_NAMES = 3
"""Family, given and middle name come first, then prefix and suffix."""
_PARTING = re.compile(r"[\^\s,\0]+")
_COMPONENTS = re.compile(r"[\^,\0]")
_FINE_PARTING = re.compile(r"[\^\s,/;&+()\0]+")
# xxx, ---
_FILLING = re.compile(r"([a-z])\1+|[\W\d_]*")
_HONORIFICS = TITLES | DEGREES
# Ben is a name of its own.
_PARTICLES = PARTICLES - {"ben", "bin", "ibn"} | {"vom", "zum", "und", "las", "los"}
_NOBODY = FUNCTIONS | BLANKS


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
    Where the family name is told apart, anatomy may be one: HEAD^JAMES, but not HEAD^TECH.
    """
    for name in names.split("\\"):
        for form in name.split("="):
            if not (_is_blank(form) or _is_function_alone(form)):
                told = without_titles(form) if "^" in form else _unparted(form)
                yield from filter(None, [told])


def particles_in(name: str) -> set[str]:
    """Return the words such as "van" and "der" that are names only beside others.

    In VAN^DELLA MARIE both are names.
    """
    found: dict[str, bool] = {}
    for place, part in enumerate(_COMPONENTS.split(name)):
        words = part.split()
        for at, word in enumerate(words):
            if plain(word) in _PARTICLES:
                found[word] = found.get(word, True) and _is_particle(words, at, place)
    return {word for word, is_particle in found.items() if is_particle}


def _is_particle(words: list[str], at: int, place: int) -> bool:
    if len(words) == 1:
        return place >= _NAMES
    if any(plain(word) in _PARTICLES for word in (*words[:at][-1:], *words[at + 1 :][:1])):
        return True
    return at != len(words) - 1 and (at > 0 or place == 0)


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


def _is_function_alone(form: str) -> bool:
    """Whether all that stands for a person is a kind of device, a function or a blank."""
    family, _, rest = form.replace(",", "^").strip("^ \0").partition("^")
    families, others = (
        [plain(word) for word in _FINE_PARTING.split(part) if word] for part in (family, rest)
    )
    if all(map(_is_nobody, families + others)):
        return True
    if others:
        # A title behind anatomy tells that it is a name.
        functions = FUNCTIONS - _HONORIFICS
        return functions.issuperset(others) and all(map(is_technique, families))
    is_filled = (_NOBODY | FILLERS).issuperset(families) and TITLES.isdisjoint(families)
    return is_filled and not _NOBODY.isdisjoint(families)


def _is_nobody(word: str) -> bool:
    bare = word.strip("0123456789.-_#")
    return bare in _NOBODY or _FILLING.fullmatch(bare) is not None


def _is_function(word: str) -> bool:
    bare = plain(word)
    if len(bare.rstrip(".")) == 1 and bare[0].isalpha():
        return False  # initials: D. Head
    return (
        bare in ROLES or bare in _HONORIFICS or is_technique(bare) or not bare.strip("0123456789")
    )
