"""The fixed rules, for objects in which nobody's expressions find anything.

`Project:X`, `Subject:X`, `Session:X` and `AA:true` stand in comments, apart from other words by
blanks, commas or semicolons; upper and lower case are the same to the keywords.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from scanloft.core.routing.expressions import Attributes, usable


class Level(StrEnum):
    """What is looked for in an object."""

    PROJECT = "project"
    SUBJECT = "subject"
    SESSION = "session"


class Reading(NamedTuple):
    """A value and the attribute that it stood in."""

    tag: int
    keyword: str
    value: str


PATIENT_NAME, PATIENT_ID = 0x00100010, 0x00100020

COMMENTS: Mapping[int, str] = MappingProxyType(
    {
        0x00104000: "PatientComments",
        0x00324000: "StudyComments",
        0x001021B0: "AdditionalPatientHistory",
    }
)
FALLBACKS: Mapping[Level, Mapping[int, str]] = MappingProxyType(
    {
        Level.PROJECT: {0x00081030: "StudyDescription", 0x00080050: "AccessionNumber"},
        Level.SUBJECT: {PATIENT_NAME: "PatientName"},
        Level.SESSION: {PATIENT_ID: "PatientID"},
    }
)
TAGS = frozenset(COMMENTS).union(*FALLBACKS.values())
"""The attributes that the fixed rules read."""

_ASSIGNMENT = re.compile(
    r"(?:^|(?<=[\s,;]))(project|subject|session|aa)\s*:\s*([^\s,;:]+)(?=[\s,;]|$)", re.IGNORECASE
)
_ARCHIVE_AT_ONCE = "aa"


def readings(level: Level, attributes: Attributes) -> Iterator[Reading]:
    """What the fixed rules find for a level: what comments assign, then all of an attribute."""
    yield from _assigned(level, attributes)
    for tag, keyword in FALLBACKS[level].items():
        value = usable(attributes.get(tag))
        if value is not None:
            yield Reading(tag, keyword, value)


def demands_archiving(attributes: Attributes) -> bool:
    """Whether a comment says `AA:true`: to be archived at once, whatever the project does."""
    return any(found.value.lower() == "true" for found in _assigned(_ARCHIVE_AT_ONCE, attributes))


def _assigned(word: str, attributes: Attributes) -> Iterator[Reading]:
    for tag, keyword in COMMENTS.items():
        for found in _ASSIGNMENT.finditer(attributes.get(tag, "")):
            value = usable(found[2])
            if found[1].lower() == word and value is not None:
                yield Reading(tag, keyword, value)
