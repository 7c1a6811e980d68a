"""The error table of the DIMSE edge: each error of the archive as the status of a C-STORE."""

from typing import NamedTuple

from pydicom.dataset import Dataset

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

SUCCESS = 0x0000
NOT_AUTHORISED = 0x0124
"""Refused: not authorised (PS3.7 9.1.1.1.9 and annex C)."""
OUT_OF_RESOURCES = 0xA700
"""Refused: out of resources (PS3.4 table B.2-1); the sender may try again."""
OVER_THE_LIMIT = 0xA701
"""The same refusal with a low byte of our own, as A7xx allows: trying again cannot help."""
DOES_NOT_MATCH = 0xA900
"""Error: data set does not match SOP class (PS3.4 table B.2-1)."""
CANNOT_UNDERSTAND = 0xC000
"""Error: cannot understand (PS3.4 table B.2-1)."""


class Failure(NamedTuple):
    """A status (0000,0900) and its error comment (0000,0902), a LO of at most 64 characters."""

    status: int
    comment: str


FAILURE_BY_ERROR: dict[type[ArchiveError], Failure] = {
    ArchiveError: Failure(CANNOT_UNDERSTAND, "The archive cannot take this object."),
    Rejected: Failure(CANNOT_UNDERSTAND, "The archive cannot take this object."),
    InvalidRequest: Failure(CANNOT_UNDERSTAND, "The request breaks a rule of the archive."),
    InvalidProfile: Failure(OUT_OF_RESOURCES, "The project is not ready: tell its owner."),
    Unauthenticated: Failure(NOT_AUTHORISED, "Not allowed to send here."),
    Forbidden: Failure(NOT_AUTHORISED, "Not allowed to send here."),
    NotAllowed: Failure(CANNOT_UNDERSTAND, "The request breaks a rule of the archive."),
    NotAcceptable: Failure(CANNOT_UNDERSTAND, "The archive cannot take this form of object."),
    Oversized: Failure(OVER_THE_LIMIT, "The object is larger than the archive takes."),
    NotDicom: Failure(CANNOT_UNDERSTAND, "The object is not DICOM."),
    NotAnInstance: Failure(DOES_NOT_MATCH, "No instance for an archive, such as a DICOMDIR."),
    MalformedDicom: Failure(CANNOT_UNDERSTAND, "No data set, or no usable SOP UID in the request."),
    PixelReview: Failure(CANNOT_UNDERSTAND, "The object needs a review of its pixels."),
    CtpQuarantine: Failure(CANNOT_UNDERSTAND, "The rules of the study hold this object back."),
    UnlistedSubject: Failure(CANNOT_UNDERSTAND, "The patient is not on the list of the study."),
    DeclarationMismatch: Failure(DOES_NOT_MATCH, "The object is not what was declared."),
    # As Forbidden, in the same words: a sender does not learn which projects there are.
    UnknownProject: Failure(NOT_AUTHORISED, "Not allowed to send here."),
    Unassigned: Failure(NOT_AUTHORISED, "Not allowed to send here."),
    SenderNotListed: Failure(NOT_AUTHORISED, "Not allowed to send here."),
    AwaitsArchiving: Failure(CANNOT_UNDERSTAND, "The study holds this object for its owner."),
    BadArchiveFile: Failure(CANNOT_UNDERSTAND, "The object cannot be unpacked."),
    FaultyArchive: Failure(CANNOT_UNDERSTAND, "The archive failed at this object: report it."),
    NotFound: Failure(NOT_AUTHORISED, "Not allowed to send here."),
    HiddenDicom: Failure(CANNOT_UNDERSTAND, "The object has another one within."),
    IdentifyingSidecar: Failure(CANNOT_UNDERSTAND, "The file names a patient."),
    Gone: Failure(CANNOT_UNDERSTAND, "What it belongs to was deleted: tell the archive."),
    Outdated: Failure(OUT_OF_RESOURCES, "No room or no service at the moment: try again."),
    Conflict: Failure(CANNOT_UNDERSTAND, "Another object with this UID is stored already."),
    KeyUsed: Failure(CANNOT_UNDERSTAND, "The request breaks a rule of the archive."),
    Unavailable: Failure(OUT_OF_RESOURCES, "No room or no service at the moment: try again."),
}


def failure(error: ArchiveError) -> Failure:
    """The failure that the sender is told, by the class of the error or its nearest base."""
    return next(FAILURE_BY_ERROR[kind] for kind in type(error).__mro__ if kind in FAILURE_BY_ERROR)


def failed_status(error: ArchiveError) -> Dataset:
    """The status elements of the C-STORE response for this error (PS3.7 9.3.1.2)."""
    status, comment = failure(error)
    elements = Dataset()
    elements.Status = status
    elements.ErrorComment = comment
    return elements
