"""Finding the patient's own names and numbers in text that the profile keeps."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pydicom.charset import decode_bytes
from pydicom.dataset import Dataset

from scanloft.dicom.raw import raw_value

# Patient's Name, Other Names, Birth Name, Mother's Birth Name; Accession Number, ID, Other IDs.
_NAMES = (0x00100010, 0x00101001, 0x00101005, 0x00101060)
_NUMBERS = (0x00080050, 0x00100020, 0x00101000)
# Shorter ones are too often words of other kinds, and initials identify nobody.
_MIN_NAME, _MIN_NUMBER = 3, 4
# Ideographs say more: a family name may be one or two of them.
_MIN_UTF8_BYTES = 4
_SEPARATORS = re.compile(r"[\^=\\\s,\0]+")
_DELIMITERS = {0x09, 0x0A, 0x0C, 0x0D, 0x3D, 0x5C, 0x5E}


@dataclass(frozen=True, slots=True)
class Mentions:
    """Finds words in values, whatever their case and character set."""

    _ascii: re.Pattern[bytes] | None
    _any: re.Pattern[str]

    def found_in(self, value: bytes, encodings: list[str]) -> bool:
        """Whether a value holds one of the words; `encodings` are Python's names."""
        if value.isascii() and b"\x1b" not in value:
            return self._ascii is not None and self._ascii.search(value.lower()) is not None
        return any(self._any.search(reading) for reading in _readings(value, encodings))


def mentions_of(header: Dataset, encodings: list[str]) -> Mentions | None:
    """Return what finds the patient's own identifiers in text; None without any.

    Whole words of at least 3 characters of names and 4 of numbers. The table leaves text that it
    does not list alone, but what names the patient of this very object need not stay.
    """
    words = _words(header, _NAMES, encodings, shortest=_MIN_NAME) | _words(
        header, _NUMBERS, encodings, shortest=_MIN_NUMBER
    )
    return _compile(frozenset(words)) if words else None


def _words(
    header: Dataset, tags: tuple[int, ...], encodings: list[str], *, shortest: int
) -> set[str]:
    return {
        word
        for tag in tags
        for reading in _readings(raw_value(header, tag), encodings)
        for word in _SEPARATORS.split(reading)
        if len(word) >= shortest
        or (not word.isascii() and len(word.encode("utf-8", "replace")) >= _MIN_UTF8_BYTES)
    }


def _readings(value: bytes, encodings: list[str]) -> set[str]:
    """Return a value as its character set says and byte by byte, as that is often wrong."""
    if value.isascii() and b"\x1b" not in value:
        return {value.decode("ascii").lower()}
    texts = (decode_bytes(value, encodings, _DELIMITERS), value.decode("latin-1"))
    return {unicodedata.normalize("NFKC", text).casefold() for text in texts}


@lru_cache(maxsize=256)
def _compile(words: frozenset[str]) -> Mentions:
    ascii_words = sorted(word.encode() for word in words if word.isascii())
    alternatives = b"|".join(map(re.escape, ascii_words))
    return Mentions(
        re.compile(rb"(?<![a-z0-9])(?:%b)(?![a-z0-9])" % alternatives) if ascii_words else None,
        re.compile("|".join(_bounded(word) for word in sorted(words))),
    )


def _bounded(word: str) -> str:
    # Scripts without case, such as Chinese, are mostly written without spaces as well.
    if not word.isascii() and word.lower() == word.upper():
        return re.escape(word)
    return rf"(?<![^\W_]){re.escape(word)}(?![^\W_])"
