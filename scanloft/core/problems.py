"""The HTTP edge's error table: errors of the archive as problem+json (RFC 9457)."""

from http import HTTPStatus

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

PROBLEM_TYPE = "application/problem+json"

STATUS_BY_ERROR: dict[type[ArchiveError], HTTPStatus] = {
    Rejected: HTTPStatus.BAD_REQUEST,
    InvalidRequest: HTTPStatus.BAD_REQUEST,
    InvalidProfile: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    Oversized: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotDicom: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    NotAnInstance: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    MalformedDicom: HTTPStatus.BAD_REQUEST,
    PixelReview: HTTPStatus.CONFLICT,
    CtpQuarantine: HTTPStatus.CONFLICT,
    UnlistedSubject: HTTPStatus.CONFLICT,
    DeclarationMismatch: HTTPStatus.BAD_REQUEST,
    UnknownProject: HTTPStatus.NOT_FOUND,
    Unassigned: HTTPStatus.CONFLICT,
    SenderNotListed: HTTPStatus.CONFLICT,
    AwaitsArchiving: HTTPStatus.CONFLICT,
    BadArchiveFile: HTTPStatus.BAD_REQUEST,
    HiddenDicom: HTTPStatus.CONFLICT,
    IdentifyingSidecar: HTTPStatus.CONFLICT,
    FaultyArchive: HTTPStatus.INTERNAL_SERVER_ERROR,
    NotFound: HTTPStatus.NOT_FOUND,
    Gone: HTTPStatus.GONE,
    Conflict: HTTPStatus.CONFLICT,
    KeyUsed: HTTPStatus.CONFLICT,
    Outdated: HTTPStatus.PRECONDITION_FAILED,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


def problem(error: ArchiveError) -> tuple[int, dict[str, object]]:
    """The status and the problem+json object of an error."""
    status = STATUS_BY_ERROR[type(error)]
    body: dict[str, object] = {
        "type": f"urn:scanloft:problem:{error.code}",
        "title": status.phrase,
        "status": status.value,
        "code": error.code,
        "detail": error.message,
    }
    return status.value, body
