"""Deleting objects of S3 buckets, and versions of them, many a call."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scanloft.aws.errors import MESSAGE_BY_ERROR, translated
from scanloft.core.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DELETE_LIMIT = 1000
"""How many keys one DeleteObjects call takes."""


def delete_objects(client: "S3Client", bucket: str, objects: Sequence[Any]) -> None:
    """Deletes objects, or versions of them, a thousand a call.

    Raises:
        Unavailable: one of them is still there.
    """
    for start in range(0, len(objects), DELETE_LIMIT):
        with translated("DeleteObjects"):
            answer = client.delete_objects(
                Bucket=bucket,
                Delete={"Objects": objects[start : start + DELETE_LIMIT], "Quiet": True},
            )
        if answer.get("Errors"):
            raise Unavailable(MESSAGE_BY_ERROR[Unavailable], operation="DeleteObjects")
