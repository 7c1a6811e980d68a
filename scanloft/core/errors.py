"""The errors of the archive: facts and a stable code, never a status of one of its edges.

ArchiveError
├── Rejected                 the input is at fault: trying again cannot help
│   ├── InvalidRequest       a request that breaks the rules of the API
│   ├── InvalidProfile       a de-identification profile that cannot be used
│   ├── Unauthenticated      no credentials, or credentials that are not valid
│   ├── Forbidden            a member of the project without the right
│   ├── NotAllowed           a method that the address does not know
│   ├── NotAcceptable        no representation that the client accepts
│   ├── Oversized            larger than a limit
│   ├── NotDicom             not DICOM by content
│   ├── NotAnInstance        DICOM, but no instance that an archive holds
│   ├── MalformedDicom       DICOM that cannot be read safely or completely
│   ├── PixelReview          pixels that may show patient data
│   ├── UnlistedSubject      a Patient ID that the project's lookup table does not have
│   ├── CtpQuarantine        a CTP script that sends this object to quarantine
│   ├── DeclarationMismatch  size or checksum other than declared
│   ├── UnknownProject       addressed to a project that does not exist
│   ├── Unassigned           addressed to no project, and no rule found one
│   ├── SenderNotListed      sent by a node that its receiver does not list
│   ├── AwaitsArchiving      held in the prearchive until an owner archives it
│   ├── BadArchiveFile       a zip or tar that cannot be unpacked safely
│   ├── HiddenDicom          a file of a resource with DICOM somewhere within
│   ├── IdentifyingSidecar   a file of a resource that says who the patient is
│   └── FaultyArchive        the archive's own code failed at this input, more than once
├── NotFound                 nothing there, or nothing the caller may see
├── Gone                     deleted, and for some days to be brought back
├── Conflict                 contradicts what is already there
│   └── KeyUsed              an idempotency key that was used up
├── Outdated                 was changed since the caller read it
└── Unavailable              a service did not answer: try again

Messages say what is wrong and what to do; they never hold a value of a data set or a name of a
file, because they end up in logs, index rows and answers.
"""

from typing import ClassVar


class ArchiveError(Exception):
    """The base of all errors of the archive; `facts` are safe to show and to log."""

    code: ClassVar[str] = "archive_error"

    def __init__(self, message: str, **facts: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class Rejected(ArchiveError):
    """The input is at fault: trying the same again cannot help."""

    code = "rejected"


class InvalidRequest(Rejected):
    """A request that breaks the rules of the API."""

    code = "invalid_request"


class InvalidProfile(Rejected):
    """A de-identification profile that cannot be used."""

    code = "invalid_profile"


class Unauthenticated(Rejected):
    """No credentials, or credentials that are not valid (any more)."""

    code = "unauthenticated"


class Forbidden(Rejected):
    """A member of the project who lacks the right for this act."""

    code = "forbidden"


class NotAllowed(Rejected):
    """A method that the address does not know; `allowed` of the facts names those it does."""

    code = "method_not_allowed"


class NotAcceptable(Rejected):
    """None of the representations that the client accepts can be made."""

    code = "not_acceptable"


class Oversized(Rejected):
    """Larger than a limit of the archive."""

    code = "oversized"


class NotDicom(Rejected):
    """Not DICOM by content (PS3.10 7.1): no `DICM` prefix and no data set without one."""

    code = "not_dicom"


class NotAnInstance(Rejected):
    """DICOM, but no instance that an archive holds, such as a DICOMDIR (PS3.3 F)."""

    code = "not_an_instance"


class MalformedDicom(Rejected):
    """DICOM that cannot be read safely or completely: truncated, nested too deep, no UIDs."""

    code = "malformed_dicom"


class PixelReview(Rejected):
    """Pixels that may show patient data and that no rule clears (PS3.15 E.3.1)."""

    code = "pixel_review"


class UnlistedSubject(Rejected):
    """A Patient ID that the project's lookup table does not have."""

    code = "unlisted_subject"


class CtpQuarantine(Rejected):
    """A CTP script that sends this object to quarantine, by `@quarantine()` or by an error."""

    code = "ctp_quarantine"


class DeclarationMismatch(Rejected):
    """What arrived has another size or checksum than what was declared."""

    code = "declaration_mismatch"


class UnknownProject(Rejected):
    """Addressed to a project that does not exist."""

    code = "unknown_project"


class Unassigned(Rejected):
    """Addressed to no project, and no rule of routing found one."""

    code = "unassigned"


class SenderNotListed(Rejected):
    """Sent by a node that its receiver does not list."""

    code = "sender_not_listed"


class AwaitsArchiving(Rejected):
    """Nothing is wrong with it: the project's prearchive holds it until an owner archives it."""

    code = "prearchive"


class BadArchiveFile(Rejected):
    """A zip or tar file that cannot be unpacked safely."""

    code = "bad_archive_file"


class HiddenDicom(Rejected):
    """A file for a resource that has DICOM within, which the gate would not see there."""

    code = "hidden_dicom"


class IdentifyingSidecar(Rejected):
    """A file for a resource whose known fields say who the patient is."""

    code = "identifying_sidecar"


class FaultyArchive(Rejected):
    """The archive's own code failed at this input, more than once: a defect to report."""

    code = "internal_error"


class NotFound(ArchiveError):
    """Nothing there, or nothing that the caller may see: the two are not told apart."""

    code = "not_found"


class Conflict(ArchiveError):
    """Contradicts what is already there, as another object with the same SOP Instance UID."""

    code = "conflict"


class KeyUsed(Conflict):
    """An idempotency key of another request, or of one whose answer is not shown again."""

    code = "idempotency_key_used"


class Gone(ArchiveError):
    """Deleted, and for some days to be brought back."""

    code = "gone"


class Outdated(ArchiveError):
    """Was changed since the caller read it (RFC 9110 13.1.1)."""

    code = "outdated"


class Unavailable(ArchiveError):
    """A service did not answer or asked to slow down: the same again may work."""

    code = "unavailable"
