"""The versions of the objects in an S3 bucket: listed, and removed for good."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanloft.aws.deletion import delete_objects
from scanloft.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """A version of an object, or the mark that it was deleted; `put_at` in seconds since 1970."""

    key: str
    version: str
    put_at: int


class VersionStore:
    """The versions of the objects of one bucket."""

    def __init__(self, bucket: str, client: "S3Client") -> None:
        self._bucket = bucket
        self._client = client

    def below(self, prefix: str) -> Iterator[ObjectVersion]:
        """All versions of the objects below a prefix, in the order of their keys.

        S3 lists versions and marks side by side, and may begin a page amid those of one key.
        """
        pages = self._client.get_paginator("list_object_versions")
        waiting: list[ObjectVersion] = []
        with translated("ListObjectVersions"):
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                for one in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
                    put_at = int(one["LastModified"].timestamp())
                    waiting.append(ObjectVersion(one["Key"], one["VersionId"], put_at))
                waiting.sort(key=lambda one: one.key)
                last = waiting[-1].key if waiting else ""
                yield from (one for one in waiting if one.key != last)
                waiting = [one for one in waiting if one.key == last]
        yield from waiting

    def remove(self, versions: Sequence[ObjectVersion]) -> None:
        """Removes versions for good, a thousand a call.

        Raises:
            Unavailable: one of them is still there.
        """
        objects = [{"Key": one.key, "VersionId": one.version} for one in versions]
        delete_objects(self._client, self._bucket, objects)
