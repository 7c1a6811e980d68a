"""Whom a header names beside the patient, and where they are: what cleaned text must not repeat.

Wherever a header holds it, also in items that go: it is looked for in the bytes, so that both ways
find the same. Only texts that are cleaned pay for it.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache

from scanloft.core.errors import MalformedDicom
from scanloft.deid.values.mentions import words_in
from scanloft.deid.values.name_parts import particles_in, telling
from scanloft.deid.values.spellings import folded
from scanloft.deid.values.text_words import (
    ANATOMY,
    BLANKS,
    CARE,
    LINKS,
    NUMBER_LABELS,
    PHONES,
    PLACES,
    ROLES,
    SIDES,
    TITLES,
    is_medical,
    is_technique,
    plain,
)
from scanloft.dicom.charsets import ALL_DELIMITERS, decoded
from scanloft.dicom.charsets import encodings as encodings_of
from scanloft.dicom.dictionary import tags_of_vr
from scanloft.dicom.elements import ITEM, ITEM_END, SEQUENCE_END, UNDEFINED
from scanloft.dicom.structure import element_at, has_known_vr

MOST_WORDS = 256
_MOST_BYTES, _MOST_CHARSETS = 2**22, 16
_CHARACTER_SET, _CONTACT_NAME = 0x00080005, 0x0074100C
_INSTITUTIONS = frozenset({0x00080080, 0x00080081, 0x00081040})
# Addresses and telephones of the patient and of physicians, where somebody lives or works
_PLACES = _INSTITUTIONS | {
    0x00080092, 0x00080094, 0x00101040, 0x00102154, 0x00102155, 0x00102299, 0x00380400, 0x00401102,
    0x00401103, 0x00401104, 0x0040A027,
}  # fmt: skip
_PERSON_CODES, _CODE_MEANING = 0x00401101, 0x00080104
_DELIMITERS = ITEM >> 16
# Explicit VRs with long and short lengths, implicit VR
_LENGTHS = rb"(?:(?:UN|UT|UC|OB|OW|UR)\0\0(..)\0\0|[A-Z]{2}(..)|(..)\0\0)"
_BIG_LENGTHS = rb"(?:(?:UN|UT|UC|OB|OW|UR)\0\0\0\0(..)|[A-Z]{2}(..))"
# Bytes that look like an element hold far more zeros than any text, and control characters.
_ZEROS = 4
_NO_TEXT = re.compile(rb"[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_ANY_PERSON = re.compile(rb"PN(?<=(....)PN)(..)", re.DOTALL)
# In text, what follows the letters is larger, read as a length.
_LONGEST_NAMES = 0x08FF
# What a match costs beside its bytes
_MATCH_BYTES, _SHORTEST_PIECE = 8, 3
_LONGEST_REMEMBERED = 8192
_GENERAL = PLACES | TITLES | ROLES | PHONES | NUMBER_LABELS | BLANKS | LINKS | SIDES
_GENERAL |= ANATOMY | CARE
_RUNS = re.compile(r"[^\W\d_]+")
_PARTS = re.compile(r"[^\W_]+")
_MIN_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Words:
    """Folded words of persons, and those only of places."""

    persons: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Raw values that name persons, those that name places, and the character sets of items."""

    persons: tuple[bytes, ...]
    places: tuple[bytes, ...]
    charsets: tuple[bytes, ...] = ()

    def words(self, encodings: tuple[str, ...]) -> Words | None:
        """Return their words; None if they are more than can be searched for."""
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
        read += len(value) + _MATCH_BYTES
        if read > _MOST_BYTES or len(charsets) > _MOST_CHARSETS:
            return None
        if tag == _CHARACTER_SET:
            charsets.update(_texts(value))
        elif tag not in _PLACES:
            persons.update(_texts(value))
        elif institutions or tag not in _INSTITUTIONS:
            places.update(_texts(value))
    return Named(*(tuple(sorted(values)) for values in (persons, places, charsets)))


def _texts(value: bytes) -> Iterable[bytes]:
    """Return a value, or what is text in a fixed buffer of zeros."""
    if not value:
        return ()
    if value.count(0) * _ZEROS <= len(value):
        return (value,)
    pieces = (piece.strip() for piece in _NO_TEXT.split(value))
    return (piece for piece in pieces if len(piece) >= _SHORTEST_PIECE)


def _found(header: bytes, *, little: bool) -> Iterator[tuple[int, bytes]]:
    # Values of unknown VR are little endian everywhere (PS3.5 6.2.2).
    for is_little in {little, True}:
        yield from _values(_wanted(), header, little=is_little)
        for codes in _sequences(_PERSON_CODES, header, little=is_little):
            yield from _values((_CODE_MEANING,), codes, little=is_little)
    yield from _persons(header, little=little)


def _persons(header: bytes, *, little: bool) -> Iterator[tuple[int, bytes]]:
    """Yield what any element of VR PN holds, also private ones, which no list has."""
    order = "<" if little else ">"
    for found in _ANY_PERSON.finditer(header):
        group, number = struct.unpack(order + "HH", found[1])
        (length,) = struct.unpack(order + "H", found[2])
        end = found.end() + length
        value = header[found.end() : end].rstrip(b"\0 ") if length <= _LONGEST_NAMES else b""
        # The letters stand in texts as well.
        if not _NO_TEXT.search(value) or _is_element(header, end, order):
            yield group << 16 | number, value


def _is_element(data: bytes, at: int, order: str) -> bool:
    return at == len(data) or has_known_vr(data, at) or _is_delimiter(data, at, order)


def _is_delimiter(data: bytes, at: int, order: str) -> bool:
    return data[at : at + 2] == struct.pack(order + "H", _DELIMITERS)


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
    at = data.find(start)
    while at >= 0:
        at += 8 if data[at + 4 : at + 6] in (b"SQ", b"UN") else 4
        length = struct.unpack(order + "L", data[at : at + 4].ljust(4, b"\0"))[0]
        at += 4
        stop = _end_of_items(data, at, order) if length == UNDEFINED else at + length
        yield data[at:stop]
        # What stands within is part of it.
        at = data.find(start, stop)


def _end_of_items(data: bytes, at: int, order: str) -> int:
    """Return where a sequence of undefined length ends; that of the data where it is broken."""
    depth = 1
    with suppress(MalformedDicom):
        while True:
            implicit = _is_delimiter(data, at, order) or not has_known_vr(data, at)
            tag, _, at, length = element_at(data, at, implicit=implicit, order=order)
            if tag == SEQUENCE_END:
                depth -= 1
                if not depth:
                    return at
            elif length != UNDEFINED:
                at += length
            elif tag not in (ITEM, ITEM_END):
                depth += 1
    return len(data)


@lru_cache(maxsize=256)
def _words(named: Named, encodings: tuple[str, ...]) -> Words | None:
    persons: set[str] = set()
    places: set[str] = set()
    declared = {encodings, *map(encodings_of, named.charsets)}
    told = [(persons, _person_words, value) for value in named.persons]
    told += [(places, _place_words, value) for value in named.places]
    for words, words_of, value in told:
        for reading in _readings(value, declared):
            words.update(words_of(reading))
        if len(persons | places) > MOST_WORDS:
            return None
    return Words(tuple(sorted(persons)), tuple(sorted(places - persons)))


def _person_words(reading: str) -> Iterator[str]:
    for name in telling(reading):
        particles = particles_in(name)
        for word in words_in(name):
            if word not in particles and not _is_short_number(word):
                yield word


def _place_words(reading: str) -> Iterator[str]:
    # Of a department of which all is general, also what is made of its words is.
    if not all(map(_is_general, reading.split())):
        yield from (word for word in words_in(reading) if not _is_general(word))


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
    if _is_short_number(word) or bare in _GENERAL or is_medical(bare):
        return True
    parts = _PARTS.findall(bare)
    if parts != [bare]:
        return all(map(_is_general, parts))
    runs = _RUNS.findall(bare)
    return len(word) < _MIN_DIGITS and not word.isalpha() and all(map(is_technique, runs))
