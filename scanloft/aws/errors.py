"""The one table from the error codes of AWS to the errors of the archive."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from scanloft.core.errors import ArchiveError, Conflict, NotFound, Unavailable

ERROR_BY_CODE: dict[str, type[ArchiveError]] = {
    "404": NotFound,
    "NoSuchKey": NotFound,
    "NotFound": NotFound,
    "412": Conflict,
    "PreconditionFailed": Conflict,
    "ConditionalRequestConflict": Unavailable,
    "ConditionalCheckFailedException": Conflict,
}
"""What is not listed is taken for a passing fault: retried, and seen in the dead-letter queue."""

MESSAGE_BY_ERROR: dict[type[ArchiveError], str] = {
    NotFound: "There is no such object in the archive.",
    Conflict: "Something else is already stored there.",
    Unavailable: "A storage service did not answer as expected: try again.",
}


@contextmanager
def translated(operation: str) -> Iterator[None]:
    """Turns the errors of boto3 into those of the archive; `operation` is named in the facts.

    Raises:
        NotFound, Conflict, Unavailable: by `ERROR_BY_CODE`.
    """
    try:
        yield
    except ClientError as error:
        aws_code = error.response.get("Error", {}).get("Code", "unknown")
        kind = ERROR_BY_CODE.get(aws_code, Unavailable)
        raise kind(MESSAGE_BY_ERROR[kind], operation=operation, aws_code=aws_code) from error
    except BotoCoreError as error:
        raise Unavailable(
            MESSAGE_BY_ERROR[Unavailable], operation=operation, aws_code=type(error).__name__
        ) from error
