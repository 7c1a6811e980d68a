"""Finding the patient's own names and numbers in text that the profile keeps."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from scanloft.deid.values.name_parts import without_titles
from scanloft.deid.values.spellings import (
    LONG_NUMBER,
    any_bounded,
    folded,
    parts_of,
    spellings,
)
from scanloft.dicom.charsets import ALL_DELIMITERS, decoded

# Patient's Name, Other Names, Birth Name, Mother's Birth Name; Accession Number, ID, Other IDs.
_NAMES = (0x00100010, 0x00101001, 0x00101005, 0x00101060)
_NUMBERS = (0x00080050, 0x00100020, 0x00101000)
PATIENT_TAGS = frozenset(_NAMES + _NUMBERS)
"""The attributes that say who the patient is."""
# Shorter ones are too often words of other kinds, and initials identify nobody.
_MIN_NAME, _MIN_NUMBER = 3, 4
# Ideographs say more: a family name may be one or two of them.
_MIN_UTF8_BYTES = 4
_COMPONENTS = re.compile(r"[\^=\\\0]+")
_SEPARATORS = re.compile(r"[\^=\\\s,\0]+")
_MOST_WORDS = 256
_LONGEST_REMEMBERED = 1024
LONGEST_TEXT = 2**20
"""Bytes of the longest value that is searched; others are taken to name the patient."""
# Hits within other words are looked at one by one; where they are so many, a pattern is faster.
_MOST_HITS = 256
_DIGITS_IN = re.compile(r"\d+")
_JOINTS = frozenset("-_/.")
_ESCAPES = re.compile(rb"\x1b[ -/]*[0-~]")
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyz")
_DIGITS = frozenset(b"0123456789")
_ZERO = ord("0")
_WORD_BYTES = _LETTERS | _DIGITS


@dataclass(frozen=True, slots=True)
class Mentions:
    """Finds words in values, whatever their case and character set.

    `texts` are all of them, folded, in each spelling; `words` those that are ASCII, in lower case.
    With more words than anybody has, `names_all` says that every text is taken for one that names
    the patient, as searching would take too long. Searching takes time in proportion to the text.
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
        hits = 0
        for word in self.words:
            at = lowered.find(word)
            while at >= 0:
                if _is_bounded(lowered, at, at + len(word)):
                    return True
                hits += 1
                if hits > _MOST_HITS:
                    return self._any().search(lowered.decode("latin-1")) is not None
                at = lowered.find(word, at + 1)
        return False

    def may_be_in(self, texts: bytes) -> bool:
        """Whether one of several values, parted by zeros, has to be looked at by `found_in`."""
        if len(texts) > LONGEST_TEXT or not texts.isascii() or b"\x1b" in texts:
            return True
        return self.near(texts.lower())

    def found_in(self, value: bytes, encodings: tuple[str, ...]) -> bool:
        """Whether a value holds one of the words; `encodings` are Python's names."""
        if len(value) > LONGEST_TEXT:
            return True
        if self.names_all or (value.isascii() and b"\x1b" not in value):
            return self.near(value.lower())
        pattern = self._any()
        readings = _readings(value, encodings)
        return any(pattern.search(text) for reading in readings for text in spellings(reading))


@lru_cache(maxsize=256)
def finder_of(words: tuple[str, ...]) -> Mentions | None:
    """Return what finds folded words in all their spellings; None without any."""
    return _finder(set(words), names_all=False)


def mentions_of(
    look: Callable[[int], bytes],
    encodings: tuple[str, ...],
    *,
    more: Sequence[tuple[int, bytes]] = (),
) -> Mentions | None:
    """Return what finds the patient's own identifiers in text; None without any.

    `look` gives the raw value of an element at the top level, b"" where it is absent; `more`
    are those of PATIENT_TAGS that stand in items.

    Whole words of at least 3 characters of names and 4 of numbers. The table leaves text that it
    does not list alone, but what names the patient of this very object need not stay.
    """
    names = tuple(filter(None, map(look, _NAMES)))
    numbers = tuple(filter(None, map(look, _NUMBERS)))
    if more:
        names += tuple(value for tag, value in more if tag in _NAMES and value)
        numbers += tuple(value for tag, value in more if tag in _NUMBERS and value)
    if sum(map(len, names + numbers)) > _LONGEST_REMEMBERED:
        return _mentions.__wrapped__(names, numbers, encodings)
    return _mentions(names, numbers, encodings)


def words_of(values: tuple[bytes, ...], encodings: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of names, folded."""
    return tuple(sorted(set(_words(values, encodings, shortest=_MIN_NAME))))


def words_in(names: str) -> Iterator[str]:
    """Yield the words of folded names or addresses that are long enough to tell somebody."""
    return (word for word in _with_parts(names, _MIN_NAME) if is_telling(word, _MIN_NAME))


@lru_cache(maxsize=256)
def _mentions(
    names: tuple[bytes, ...], numbers: tuple[bytes, ...], encodings: tuple[str, ...]
) -> Mentions | None:
    words: set[str] = set()
    for values, shortest in ((names, _MIN_NAME), (numbers, _MIN_NUMBER)):
        for word in _words(values, encodings, shortest=shortest):
            words.add(word)
            if len(words) > _MOST_WORDS:
                return _finder(words, names_all=True)
    return _finder(words, names_all=False)


def _finder(words: set[str], *, names_all: bool) -> Mentions | None:
    if not words:
        return None
    texts = tuple(sorted({spelled for word in words for spelled in _spelled(word)}))
    ascii_words = tuple(text.encode() for text in texts if text.isascii())
    pattern: list[re.Pattern[str]] = []

    def compiled() -> re.Pattern[str]:
        # Most objects hold ASCII only and never need it.
        if not pattern:
            pattern.append(re.compile(any_bounded(texts)))
        return pattern[0]

    return Mentions(texts, ascii_words, names_all, compiled)


def _words(
    values: tuple[bytes, ...], encodings: tuple[str, ...], *, shortest: int
) -> Iterator[str]:
    return (
        word
        for value in values
        for number, reading in enumerate(_names(_readings(value, encodings), shortest))
        # What is read in a wrong character set falls to pieces that are no words.
        for word in (_SEPARATORS.split(reading) if number else _with_parts(reading, shortest))
        if is_telling(word, shortest)
    )


def _names(readings: Iterator[str], shortest: int) -> Iterator[str]:
    return map(without_titles, readings) if shortest == _MIN_NAME else readings


def _spelled(word: str) -> Iterator[str]:
    yield word
    bare = word.lstrip("0")
    if word.isdigit() and len(bare) > _MIN_NUMBER:
        yield bare
    if not word.isascii():
        yield from (text for text in spellings(word) if is_telling(text, _MIN_NAME))


def is_telling(word: str, shortest: int) -> bool:
    """Whether a word has enough characters to tell somebody; of ideographs, two are enough."""
    if len(word) >= shortest:
        return True
    return not word.isascii() and len(word.encode("utf-8", "replace")) >= _MIN_UTF8_BYTES


def _with_parts(reading: str, shortest: int) -> Iterator[str]:
    """Yield the words of a value, and the parts of those with hyphens and the like.

    What is written apart is often written as one elsewhere: O'BRIEN, VAN DYKE, 1234-5678.
    """
    for component in _COMPONENTS.split(reading):
        as_one = "".join(parts_of(component))
        if len(as_one) > shortest or not as_one.isascii():
            yield as_one
    for word in _SEPARATORS.split(reading):
        yield word
        # Study codes such as TRIAL-HEAD-0003 are also used for names.
        is_code = shortest == _MIN_NUMBER or not _JOINTS.isdisjoint(word)
        is_number = is_code and any(map(str.isdigit, word))
        for part in parts_of(word):
            # Parts of numbers without a digit, or with few, are words and years as often as not.
            if part.isdigit() or is_number:
                if len(part) > _MIN_NUMBER and not part.isalpha():
                    yield part
            else:
                yield part
                yield from _DIGITS_IN.split(part)


def _readings(value: bytes, encodings: tuple[str, ...]) -> Iterator[str]:
    """Yield a value, folded, as its character set says and as others do, as it is often wrong."""
    if value.isascii() and b"\x1b" not in value:
        yield value.decode("ascii").lower()
        return
    reading = folded(decoded(value, encodings, delimiters=ALL_DELIMITERS))
    seen = {reading}
    yield reading
    # Escape sequences that nothing announced would hide the letter behind them.
    bare = _ESCAPES.sub(b" ", value)
    for codec in dict.fromkeys(("latin-1", "utf-8", *encodings)):
        with suppress(UnicodeError, LookupError):
            reading = folded(bare.decode(codec))
            if reading not in seen:
                seen.add(reading)
                yield reading


def _is_bounded(lowered: bytes, start: int, end: int) -> bool:
    word = lowered[start:end]
    is_number = word.isdigit()
    if is_number and len(word) >= LONG_NUMBER:
        inner = _DIGITS
    else:
        inner = _LETTERS if _DIGITS.isdisjoint(word) else _WORD_BYTES
    if end < len(lowered) and lowered[end] in inner:
        return False
    while is_number and start and lowered[start - 1] == _ZERO:
        start -= 1
    return not start or lowered[start - 1] not in inner
