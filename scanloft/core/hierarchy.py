"""Subjects, sessions and scans: what they are called, and what belongs to what.

A session is a study and named by its UID, a scan is a series. A subject has a key of its own,
made of the Patient ID: an identifier may hold what no address and no key should.
"""

import hashlib
import re
from collections.abc import Iterable
from enum import StrEnum

from scanloft.core.annotations import Card
from scanloft.core.identifiers import PROJECT, is_uid
from scanloft.core.model import Attributes, Study

PATIENT_ID = "00100020"
SUBJECT = re.compile(r"[A-Za-z0-9._-]{1,64}")
UNKNOWN_SUBJECT = "unknown"
"""The subject of images without a Patient ID."""
DIGEST_DIGITS = 20
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._ -]{0,62}[A-Za-z0-9._-])?")
SHARED_MARK = "@"
"""Between the key of a shared subject and the project that it is of, where it is shared into."""
MERGED_LIMIT = 50
"""How many sessions can be merged into one."""


class Quality(StrEnum):
    """What a person found a session or scan to be good for."""

    USABLE = "usable"
    QUESTIONABLE = "questionable"
    UNUSABLE = "unusable"
    NONE = "none"


def subject_key(patient_id: str) -> str:
    """The key of the subject with this Patient ID: itself where it can be one, else a digest."""
    if not patient_id:
        return UNKNOWN_SUBJECT
    if SUBJECT.fullmatch(patient_id) and not set(patient_id) <= {"."}:
        return patient_id
    digest = hashlib.sha256(patient_id.encode()).hexdigest()
    return f"x-{digest[:DIGEST_DIGITS]}"


def subject_of(attributes: Attributes, card: Card | None = None) -> str:
    """The subject of a session: the one that it was moved to, else the one its images name."""
    if card and card.subject:
        return card.subject
    values = attributes.get(PATIENT_ID, ())
    return subject_key(str(values[0]).strip() if values else "")


def is_subject(text: str) -> bool:
    """Whether the text may be the key of a subject of a project."""
    return SUBJECT.fullmatch(text) is not None


def shared_subject(source: str, subject: str) -> str:
    """How a subject of another project is called in one that it is shared with."""
    return f"{subject}{SHARED_MARK}{source}"


def parse_shared_subject(name: str) -> tuple[str, str] | None:
    """The project and the key of a shared subject, None for what is none."""
    subject, mark, source = name.partition(SHARED_MARK)
    if mark and is_subject(subject) and PROJECT.fullmatch(source):
        return source, subject
    return None


def scan_name(study_uid: str, series_uid: str) -> str:
    """The name of a scan on cards, tombstones and resources."""
    return f"{study_uid}/{series_uid}"


def parse_scan(name: str) -> tuple[str, str]:
    """The study and the series of a scan.

    Raises:
        ValueError: this names no scan.
    """
    study_uid, _, series_uid = name.partition("/")
    if not is_uid(study_uid) or not is_uid(series_uid):
        raise ValueError("This names no scan.")
    return study_uid, series_uid


def merged(studies: Iterable[Study]) -> tuple[int, int, int, tuple[str, ...]]:
    """Series, instances, bytes and modalities of sessions that are one."""
    found = list(studies)
    modalities = {modality for study in found for modality in study.modalities}
    return (
        sum(study.series_count for study in found),
        sum(study.instance_count for study in found),
        sum(study.size_bytes for study in found),
        tuple(sorted(modalities)),
    )
