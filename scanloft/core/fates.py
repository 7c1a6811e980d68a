"""The pipeline's error table: what each error means for the object that it happened to."""

from enum import Enum

from scanloft.core.errors import (
    ArchiveError,
    AwaitsArchiving,
    BadArchiveFile,
    Conflict,
    CtpQuarantine,
    DeclarationMismatch,
    FaultyArchive,
    Forbidden,
    Gone,
    HiddenDicom,
    IdentifyingSidecar,
    InvalidProfile,
    InvalidRequest,
    KeyUsed,
    MalformedDicom,
    NotAcceptable,
    NotAllowed,
    NotAnInstance,
    NotDicom,
    NotFound,
    Outdated,
    Oversized,
    PixelReview,
    Rejected,
    SenderNotListed,
    Unassigned,
    Unauthenticated,
    Unavailable,
    UnknownProject,
    UnlistedSubject,
)


class Disposition(Enum):
    """What the pipeline does with an object."""

    QUARANTINE = "a person has to look at it"
    IGNORE = "nothing for an image archive: reported, and not kept"
    RETRY = "not the object's fault: the queue delivers it again"


DISPOSITION_BY_ERROR: dict[type[ArchiveError], Disposition] = {
    Rejected: Disposition.QUARANTINE,
    InvalidRequest: Disposition.QUARANTINE,
    InvalidProfile: Disposition.QUARANTINE,
    Unauthenticated: Disposition.RETRY,
    Forbidden: Disposition.RETRY,
    NotAllowed: Disposition.QUARANTINE,
    NotAcceptable: Disposition.QUARANTINE,
    Oversized: Disposition.QUARANTINE,
    NotDicom: Disposition.IGNORE,
    NotAnInstance: Disposition.QUARANTINE,
    MalformedDicom: Disposition.QUARANTINE,
    PixelReview: Disposition.QUARANTINE,
    CtpQuarantine: Disposition.QUARANTINE,
    UnlistedSubject: Disposition.QUARANTINE,
    DeclarationMismatch: Disposition.QUARANTINE,
    UnknownProject: Disposition.QUARANTINE,
    Unassigned: Disposition.QUARANTINE,
    SenderNotListed: Disposition.QUARANTINE,
    AwaitsArchiving: Disposition.QUARANTINE,
    FaultyArchive: Disposition.QUARANTINE,
    BadArchiveFile: Disposition.QUARANTINE,
    HiddenDicom: Disposition.QUARANTINE,
    IdentifyingSidecar: Disposition.QUARANTINE,
    NotFound: Disposition.RETRY,
    Gone: Disposition.QUARANTINE,
    Conflict: Disposition.QUARANTINE,
    KeyUsed: Disposition.QUARANTINE,
    Outdated: Disposition.RETRY,
    Unavailable: Disposition.RETRY,
}


ATTEMPTS_BEFORE_QUARANTINE = 3
"""Deliveries after which an object at which the code fails goes to quarantine.

It is below the receive limit of the queues, so that the object ends where a person sees it.
"""


def judged(error: Exception, *, attempt: int) -> tuple[Disposition, ArchiveError]:
    """What to do with an object that met this error on its n-th delivery (from 1), and why."""
    if isinstance(error, ArchiveError):
        return DISPOSITION_BY_ERROR[type(error)], error
    faulty = FaultyArchive(
        "The archive failed at this object, though it should not: please report it with the code "
        "of the error, and retry it after an update.",
        error=type(error).__name__,
    )
    if attempt < ATTEMPTS_BEFORE_QUARANTINE:
        return Disposition.RETRY, faulty
    return Disposition.QUARANTINE, faulty
