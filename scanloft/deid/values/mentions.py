"""Finding the patient's own names and numbers in text that the profile keeps."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from scanloft.dicom.charsets import ALL_DELIMITERS, decoded

# Patient's Name, Other Names, Birth Name, Mother's Birth Name; Accession Number, ID, Other IDs.
_NAMES = (0x00100010, 0x00101001, 0x00101005, 0x00101060)
_NUMBERS = (0x00080050, 0x00100020, 0x00101000)
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
_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Finds words in values, whatever their case and character set.

    `texts` are all of them, folded; `words` those that are ASCII, in lower case; `has_foreign`
    says whether there are others. With more words than anybody has, `names_all` says that every
    text is taken for one that names the patient, as searching would take too long.
    """

    texts: tuple[str, ...]
    words: tuple[bytes, ...]
    has_foreign: bool
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
        return any(pattern.search(reading) for reading in _readings(value, encodings))


def mentions_of(look: Callable[[int], bytes], encodings: tuple[str, ...]) -> Mentions | None:
    """Return what finds the patient's own identifiers in text; None without any.

    `look` gives the raw value of an element at the top level, b"" where it is absent.

    Whole words of at least 3 characters of names and 4 of numbers. The table leaves text that it
    does not list alone, but what names the patient of this very object need not stay.
    """
    names = tuple(filter(None, map(look, _NAMES)))
    numbers = tuple(filter(None, map(look, _NUMBERS)))
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
    ascii_words = tuple(sorted(word.encode() for word in words if word.isascii()))
    pattern: list[re.Pattern[str]] = []

    def compiled() -> re.Pattern[str]:
        # Most objects hold ASCII only and never need it.
        if not pattern:
            pattern.append(re.compile("|".join(map(_bounded, sorted(words)))))
        return pattern[0]

    texts = tuple(sorted(words))[:_MOST_WORDS]
    foreign = len(ascii_words) < len(words)
    return Mentions(texts, ascii_words, foreign, len(words) > _MOST_WORDS, compiled)


def _words(values: tuple[bytes, ...], encodings: tuple[str, ...], *, shortest: int) -> set[str]:
    return {
        word
        for value in values
        for reading in _readings(value, encodings)
        for word in _with_parts(reading, shortest)
        if len(word) >= shortest
        or (not word.isascii() and len(word.encode("utf-8", "replace")) >= _MIN_UTF8_BYTES)
    }


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
    return {unicodedata.normalize("NFKC", text).casefold() for text in texts}


def _is_bounded(lowered: bytes, start: int, end: int) -> bool:
    if start and lowered[start - 1] in _WORD_BYTES:
        return False
    return end >= len(lowered) or lowered[end] not in _WORD_BYTES


def _bounded(word: str) -> str:
    # Scripts without case, such as Chinese, are mostly written without spaces as well.
    if not word.isascii() and word.lower() == word.upper():
        return re.escape(word)
    return rf"(?<![^\W_]){re.escape(word)}(?![^\W_])"
