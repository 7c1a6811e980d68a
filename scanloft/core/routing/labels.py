"""Which of the values that routing finds may be shown as labels: those that people chose to be.

Most of what routing reads is patient data, and PatientName and PatientID are what its last rules
fall back on. A label leaves the inbox unread by the gate, so it is let through by default deny.
"""

import re
import unicodedata

from scanloft.core.identifiers import LABEL
from scanloft.core.routing.expressions import Attributes
from scanloft.core.routing.fixed import COMMENTS, PATIENT_ID, PATIENT_NAME
from scanloft.core.routing.route import Found

SPOKEN_FOR = frozenset(COMMENTS) | {
    0x00080060,  # Modality
    0x00080080,  # InstitutionName
    0x00081010,  # StationName
    0x00081030,  # StudyDescription
    0x0008103E,  # SeriesDescription
    0x00081040,  # InstitutionalDepartmentName
    0x00180015,  # BodyPartExamined
    0x00181030,  # ProtocolName
    0x00321060,  # RequestedProcedureDescription
    0x00400254,  # PerformedProcedureStepDescription
    0x00400280,  # CommentsOnThePerformedProcedureStep
}
"""The attributes, besides those of clinical trials, into which people write where an object goes.

None of them identifies the patient by its purpose.
"""
_CLINICAL_TRIAL = 0x0012
_WORD = re.compile(r"[^\W_]+")
_TELLING = 2
"""Letters from which on a word of a name tells something; what is shorter is an initial."""
_FOUND_INSIDE = 4
"""Letters from which on such a word is looked for inside of other words."""


def label_of(found: Found | None, attributes: Attributes) -> str | None:
    """The label that a finding may become; None for all that may say who the patient is."""
    if found is None or LABEL.fullmatch(found.value) is None:
        return None
    if found.tag not in SPOKEN_FOR and found.tag >> 16 != _CLINICAL_TRIAL:
        return None
    return None if names_patient(found.value, attributes) else found.value


def names_patient(text: str, attributes: Attributes) -> bool:
    """Whether a word of the object's PatientName or PatientID stands in a text."""
    text = _folded(text)
    words = set(_WORD.findall(text))
    named = _WORD.findall(_folded(attributes.get(PATIENT_NAME, "")))
    numbered = _folded(attributes.get(PATIENT_ID, "")).strip()
    telling = {word for word in (*named, *_WORD.findall(numbered)) if len(word) >= _TELLING}
    return (
        not words.isdisjoint(telling)
        or any(word in text for word in telling if len(word) >= _FOUND_INSIDE)
        or (len(numbered) >= _FOUND_INSIDE and numbered in text)
    )


def _folded(text: str) -> str:
    """The text in small letters without accents, as names are written here so and there so."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
