"""Finding the patient's own names and numbers in text that the profile keeps."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from scanloft.deid.values.spellings import folded, spellings
from scanloft.dicom.charsets import ALL_DELIMITERS, decoded

# Patient's Name, Other Names, Birth Name, Mother's Birth Name; Accession Number, ID, Other IDs.
_NAMES = (0x00100010, 0x00101001, 0x00101005, 0x00101060)
_NUMBERS = (0x00080050, 0x00100020, 0x00101000)
OTHER_IDS = 0x00101002
"""Other Patient IDs Sequence, whose items have a Patient ID each."""
PATIENT_TAGS = frozenset(_NAMES + _NUMBERS)
"""The attributes at the top level that say who the patient is."""
# Shorter ones are too often words of other kinds, and initials identify nobody.
_MIN_NAME, _MIN_NUMBER = 3, 4
# Ideographs say more: a family name may be one or two of them.
_MIN_UTF8_BYTES = 4
_SEPARATORS = re.compile(r"[\^=\\\s,\0]+")
_MOST_WORDS = 64
_LONGEST_REMEMBERED = 1024
_JOINTS = re.compile(r"[-/.'_]")
# Patient ID as it is written in items, explicit and implicit
_ID_IN_ITEM = re.compile(rb"\x10\0\x20\0(?:LO(..)|(..)\0\0)", re.DOTALL)
_BIG_ID_IN_ITEM = re.compile(rb"\0\x10\0\x20LO(..)", re.DOTALL)
_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Finds words in values, whatever their case and character set.

    `texts` are all of them, folded, in each spelling; `words` those that are ASCII, in lower case.
    With more words than anybody has, `names_all` says that every
    text is taken for one that names the patient, as searching would take too long.
    """

    texts: tuple[str, ...]
    words: tuple[bytes, ...]
    names_all: bool
    _any: Callable[[], re.Pattern[str]]

    def near(self, lowered: bytes) -> bool:
        """Whether one of `words` stands in text in lower case, as a whole word.

        Several values have to be parted by something other than letters and digits.
        """
        if self.names_all:
            return bool(lowered)
        for word in self.words:
            at = lowered.find(word)
            while at >= 0:
                if _is_bounded(lowered, at, at + len(word)):
                    return True
                at = lowered.find(word, at + 1)
        return False

    def found_in(self, value: bytes, encodings: tuple[str, ...]) -> bool:
        """Whether a value holds one of the words; `encodings` are Python's names."""
        if self.names_all or (value.isascii() and b"\x1b" not in value):
            return self.near(value.lower())
        pattern = self._any()
        readings = _readings(value, encodings)
        return any(pattern.search(text) for reading in readings for text in spellings(reading))


def ids_in_items(sequence: bytes, *, little: bool = True) -> tuple[bytes, ...]:
    """Return the Patient IDs in the raw items of Other Patient IDs Sequence."""
    pattern = _ID_IN_ITEM if little else _BIG_ID_IN_ITEM
    order: Literal["little", "big"] = "little" if little else "big"
    return tuple(
        sequence[found.end() : found.end() + int.from_bytes(found[found.lastindex or 1], order)]
        for found in pattern.finditer(sequence)
    )


def mentions_of(
    look: Callable[[int], bytes], encodings: tuple[str, ...], *, other_ids: Sequence[bytes] = ()
) -> Mentions | None:
    """Return what finds the patient's own identifiers in text; None without any.

    `look` gives the raw value of an element at the top level, b"" where it is absent; `other_ids`
    are those of Other Patient IDs Sequence.

    Whole words of at least 3 characters of names and 4 of numbers. The table leaves text that it
    does not list alone, but what names the patient of this very object need not stay.
    """
    names = tuple(filter(None, map(look, _NAMES)))
    numbers = tuple(filter(None, (*map(look, _NUMBERS), *other_ids)))
    if sum(map(len, names + numbers)) > _LONGEST_REMEMBERED:
        return _mentions.__wrapped__(names, numbers, encodings)
    return _mentions(names, numbers, encodings)


def words_of(values: tuple[bytes, ...], encodings: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of names and addresses, folded; as many as anybody has."""
    return tuple(sorted(_words(values, encodings, shortest=_MIN_NAME)))[:_MOST_WORDS]


@lru_cache(maxsize=256)
def _mentions(
    names: tuple[bytes, ...], numbers: tuple[bytes, ...], encodings: tuple[str, ...]
) -> Mentions | None:
    words = {
        *_words(names, encodings, shortest=_MIN_NAME),
        *_words(numbers, encodings, shortest=_MIN_NUMBER),
    }
    if not words:
        return None
    texts = tuple(sorted({spelled for word in words for spelled in _spelled(word)}))
    ascii_words = tuple(text.encode() for text in texts if text.isascii())
    pattern: list[re.Pattern[str]] = []

    def compiled() -> re.Pattern[str]:
        # Most objects hold ASCII only and never need it.
        if not pattern:
            pattern.append(re.compile("|".join(map(_bounded, texts))))
        return pattern[0]

    return Mentions(texts, ascii_words, len(words) > _MOST_WORDS, compiled)


def _words(values: tuple[bytes, ...], encodings: tuple[str, ...], *, shortest: int) -> set[str]:
    return {
        word
        for value in values
        for reading in _readings(value, encodings)
        for word in _with_parts(reading, shortest)
        if _is_telling(word, shortest)
    }


def _spelled(word: str) -> Iterator[str]:
    yield word
    if not word.isascii():
        yield from (text for text in spellings(word) if _is_telling(text, _MIN_NAME))


def _is_telling(word: str, shortest: int) -> bool:
    if len(word) >= shortest:
        return True
    return not word.isascii() and len(word.encode("utf-8", "replace")) >= _MIN_UTF8_BYTES


def _with_parts(reading: str, shortest: int) -> Iterator[str]:
    """Yield the words of a value, and the parts of those with hyphens and the like."""
    for word in _SEPARATORS.split(reading):
        yield word
        parts = _JOINTS.split(word)
        if len(parts) > 1:
            is_number = any(letter.isdigit() for letter in word)
            # Parts of numbers without a digit, or with few, are words and years as often as not.
            yield from (
                part
                for part in parts
                if not is_number or (len(part) > shortest and not part.isalpha())
            )


def _readings(value: bytes, encodings: tuple[str, ...]) -> set[str]:
    """Return a value as its character set says and byte by byte, as that is often wrong."""
    if value.isascii() and b"\x1b" not in value:
        return {value.decode("ascii").lower()}
    texts = (decoded(value, encodings, delimiters=ALL_DELIMITERS), value.decode("latin-1"))
    return {folded(text) for text in texts}


def _is_bounded(lowered: bytes, start: int, end: int) -> bool:
    if start and lowered[start - 1] in _WORD_BYTES:
        return False
    return end >= len(lowered) or lowered[end] not in _WORD_BYTES


def _bounded(word: str) -> str:
    # Scripts without case, such as Chinese, are mostly written without spaces as well.
    if not word.isascii() and word.lower() == word.upper():
        return re.escape(word)
    return rf"(?<![^\W_]){re.escape(word)}(?![^\W_])"
