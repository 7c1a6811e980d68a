"""Whom a header names beside the patient, and where they are: what cleaned text must not repeat.

Wherever a header holds it, also in items that go: it is looked for in the bytes, so that both ways
find the same. Only texts that are cleaned pay for it.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from scanloft.deid.values.mentions import words_in
from scanloft.deid.values.name_parts import telling
from scanloft.deid.values.spellings import folded
from scanloft.deid.values.text_words import (
    BLANKS,
    NUMBER_LABELS,
    PHONES,
    PLACES,
    ROLES,
    TITLES,
    is_technique,
    plain,
)
from scanloft.dicom.charsets import ALL_DELIMITERS, decoded
from scanloft.dicom.charsets import encodings as encodings_of
from scanloft.dicom.dictionary import tags_of_vr

MOST_WORDS = 256
_MOST_BYTES, _MOST_CHARSETS = 2**22, 16
_CHARACTER_SET, _CONTACT_NAME = 0x00080005, 0x0074100C
_INSTITUTIONS = frozenset({0x00080080, 0x00080081, 0x00081040})
# Addresses and telephones of the patient and of physicians, where somebody lives or works
_PLACES = _INSTITUTIONS | {
    0x00080092, 0x00080094, 0x00101040, 0x00102154, 0x00102155, 0x00102299, 0x00380400, 0x00401102,
    0x00401103, 0x00401104, 0x0040A027,
}  # fmt: skip
_PERSON_CODES, _CODE_MEANING, _SEQUENCE_END = 0x00401101, 0x00080104, 0xFFFEE0DD
_ENDLESS = 0xFFFFFFFF
# Explicit VRs with long and short lengths, implicit VR
_LENGTHS = rb"(?:(?:UN|UT|UC|OB|OW|UR)\0\0(..)\0\0|[A-Z]{2}(..)|(..)\0\0)"
_BIG_LENGTHS = rb"(?:(?:UN|UT|UC|OB|OW|UR)\0\0\0\0(..)|[A-Z]{2}(..))"
# Bytes that look like an element hold far more zeros than any text.
_ZEROS = 4
_LONGEST_REMEMBERED = 8192
_GENERAL = PLACES | TITLES | ROLES | PHONES | NUMBER_LABELS | BLANKS
_RUNS = re.compile(r"[^\W\d_]+")
_MIN_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Named:
    """Raw values that name persons, those that name places, and the character sets of items."""

    persons: tuple[bytes, ...]
    places: tuple[bytes, ...]
    charsets: tuple[bytes, ...] = ()

    def words(self, encodings: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return their words, folded; None if they are more than can be searched for."""
        if sum(map(len, self.persons + self.places)) > _LONGEST_REMEMBERED:
            return _words.__wrapped__(self, encodings)
        return _words(self, encodings)


def named_in(header: bytes, *, little: bool, institutions: bool) -> Named | None:
    """Return whom and what places an encoded data set names, at any depth; None if too many.

    `institutions` says whether institutions and departments count, as they do unless they are kept.
    """
    persons: set[bytes] = set()
    places: set[bytes] = set()
    charsets: set[bytes] = set()
    read = 0
    for tag, value in _found(header, little=little):
        read += len(value)
        if read > _MOST_BYTES or len(charsets) > _MOST_CHARSETS:
            return None
        if not value or value.count(0) * _ZEROS > len(value):
            continue
        if tag == _CHARACTER_SET:
            charsets.add(value)
        elif tag not in _PLACES:
            persons.add(value)
        elif institutions or tag not in _INSTITUTIONS:
            places.add(value)
    return Named(*(tuple(sorted(values)) for values in (persons, places, charsets)))


def _found(header: bytes, *, little: bool) -> Iterator[tuple[int, bytes]]:
    # Values of unknown VR are little endian everywhere (PS3.5 6.2.2).
    for is_little in {little, True}:
        yield from _values(_wanted(), header, little=is_little)
        for codes in _sequences(_PERSON_CODES, header, little=is_little):
            yield from _values((_CODE_MEANING,), codes, little=is_little)


@cache
def _wanted() -> tuple[int, ...]:
    return tuple(sorted({*tags_of_vr("PN"), *_PLACES, _CONTACT_NAME, _CHARACTER_SET}))


def _values(tags: tuple[int, ...], data: bytes, *, little: bool) -> Iterator[tuple[int, bytes]]:
    order = "<" if little else ">"
    for found in _headers(tags, little=little).finditer(data):
        group, number = struct.unpack_from(order + "HH", found[0])
        (length,) = struct.unpack(order + "H", found[found.lastindex or 0])
        yield group << 16 | number, data[found.end() : found.end() + length].rstrip(b"\0 ")


@cache
def _headers(tags: tuple[int, ...], *, little: bool) -> re.Pattern[bytes]:
    numbers: dict[bytes, list[bytes]] = {}
    order = "<H" if little else ">H"
    for tag in tags:
        group, number = struct.pack(order, tag >> 16), struct.pack(order, tag & 0xFFFF)
        numbers.setdefault(group, []).append(number)
    wanted = b"|".join(
        re.escape(group) + b"(?:" + b"|".join(map(re.escape, found)) + b")"
        for group, found in numbers.items()
    )
    lengths = _LENGTHS if little else _BIG_LENGTHS
    return re.compile(b"(?:" + wanted + b")" + lengths, re.DOTALL)


def _sequences(tag: int, data: bytes, *, little: bool) -> Iterator[bytes]:
    """Yield the raw items of a sequence, wherever it stands."""
    order = "<" if little else ">"
    start = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)
    end = struct.pack(order + "HHL", _SEQUENCE_END >> 16, _SEQUENCE_END & 0xFFFF, 0)
    at = data.find(start)
    while at >= 0:
        at += 8 if data[at + 4 : at + 6] in (b"SQ", b"UN") else 4
        length = struct.unpack(order + "L", data[at : at + 4].ljust(4, b"\0"))[0]
        at += 4
        stop = data.find(end, at) if length == _ENDLESS else at + length
        stop = len(data) if stop < 0 else stop
        yield data[at:stop]
        # What stands within is part of it.
        at = data.find(start, stop)


@lru_cache(maxsize=256)
def _words(named: Named, encodings: tuple[str, ...]) -> tuple[str, ...] | None:
    words: set[str] = set()
    declared = {encodings, *map(encodings_of, named.charsets)}
    told = [(_person_words, value) for value in named.persons]
    told += [(_place_words, value) for value in named.places]
    for words_of, value in told:
        for reading in _readings(value, declared):
            words.update(words_of(reading))
        if len(words) > MOST_WORDS:
            return None
    return tuple(sorted(words))


def _person_words(reading: str) -> Iterator[str]:
    for name in telling(reading):
        yield from (word for word in words_in(name) if not _is_short_number(word))


def _place_words(reading: str) -> Iterator[str]:
    return (word for word in words_in(reading) if not _is_general(word))


def _readings(value: bytes, declared: Iterable[tuple[str, ...]]) -> set[str]:
    """Return a value, folded, as its character set says, and as UTF-8 and Latin-1 if that fails."""
    texts = {decoded(value, names, delimiters=ALL_DELIMITERS) for names in declared}
    if not value.isascii():
        try:
            # Hardly anything else is UTF-8 by chance.
            texts.add(value.decode("utf-8"))
        except UnicodeError:
            texts |= {value.decode("latin-1")} if any("\ufffd" in text for text in texts) else set()
    return set(map(folded, texts))


def _is_short_number(word: str) -> bool:
    return word.isdigit() and len(word) < _MIN_DIGITS


def _is_general(word: str) -> bool:
    """Whether a word of an address says nothing by itself, such as technique or a short number."""
    bare = plain(word)
    if _is_short_number(word) or bare in _GENERAL or is_technique(bare):
        return True
    runs = _RUNS.findall(bare)
    return len(word) < _MIN_DIGITS and not word.isalpha() and all(map(is_technique, runs))
