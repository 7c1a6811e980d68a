"""Finding the patient's own names and numbers in free text that the profile keeps."""

import re
from functools import lru_cache

from pydicom.dataset import Dataset

from scanloft.dicom.raw import raw_value

# Accession Number; Patient's Name, ID, Other IDs, Other Names, Birth Name, Mother's Birth Name.
_SOURCES = (0x00080050, 0x00100010, 0x00100020, 0x00101000, 0x00101001, 0x00101005, 0x00101060)
# Shorter ones are too often words of other kinds, and initials identify nobody.
_MIN_LENGTH = 4
_SEPARATORS = re.compile(rb"[\^=\\\s,\0]+")


def mentions_of(header: Dataset) -> re.Pattern[bytes] | None:
    """Return what finds the patient's own identifiers in upper-case text; None without any.

    Whole words of at least 4 bytes. The table leaves free text that it does not list alone
    (as Content Description), but what names the patient of this very object need not stay.
    """
    words = {
        word
        for tag in _SOURCES
        for word in _SEPARATORS.split(raw_value(header, tag).upper())
        if len(word) >= _MIN_LENGTH
    }
    return _compile(frozenset(words)) if words else None


@lru_cache(maxsize=256)
def _compile(words: frozenset[bytes]) -> re.Pattern[bytes]:
    alternatives = b"|".join(re.escape(word) for word in sorted(words))
    return re.compile(rb"(?<![A-Z0-9])(?:%b)(?![A-Z0-9])" % alternatives)
