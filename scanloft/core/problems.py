"""The HTTP edge's error table: errors of the archive as problem+json (RFC 9457)."""

from http import HTTPStatus

from scanloft.core.errors import (
    ArchiveError,
    BadArchiveFile,
    Conflict,
    CtpQuarantine,
    DeclarationMismatch,
    FaultyArchive,
    Forbidden,
    InvalidProfile,
    InvalidRequest,
    MalformedDicom,
    NotAcceptable,
    NotAnInstance,
    NotDicom,
    NotFound,
    Oversized,
    PixelReview,
    Rejected,
    Unauthenticated,
    Unavailable,
    UnknownProject,
    UnlistedSubject,
)

PROBLEM_TYPE = "application/problem+json"

STATUS_BY_ERROR: dict[type[ArchiveError], HTTPStatus] = {
    Rejected: HTTPStatus.BAD_REQUEST,
    InvalidRequest: HTTPStatus.BAD_REQUEST,
    InvalidProfile: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
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
    BadArchiveFile: HTTPStatus.BAD_REQUEST,
    FaultyArchive: HTTPStatus.INTERNAL_SERVER_ERROR,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
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
