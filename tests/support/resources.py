"""Resources in the archive of a test, and files on their way into them."""

import hashlib
from collections.abc import Mapping

from scanloft.aws.feed import Feed
from scanloft.aws.resources import ResourceIndex
from scanloft.aws.trash import Trash
from scanloft.core.annotations import Level, Overwrite, Resource, Target
from scanloft.core.keys import InboxKey, InboxPrefix
from scanloft.core.model import Declaration, FileKind
from tests.support.cloud import Cloud


class Collection:
    """The resource "results" of the project alpha."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.resources = ResourceIndex(cloud.rows)
        self.trash = Trash(cloud.rows)
        self.feed = Feed(cloud.rows)
        self.resource = self.resources.put(
            Resource("alpha", Level.PROJECT, "", "results", created_at="2026-01-01", created_by="o")
        )

    def send(
        self,
        files: Mapping[str, bytes],
        *,
        upload: str = "u1",
        overwrite: Overwrite = Overwrite.NONE,
        unpack: bool = False,
        declared: Mapping[str, bytes] | None = None,
    ) -> list[InboxKey]:
        """Declares files for the resource by their paths, and puts them into the inbox.

        `declared`: what was said of them, where that is something else.
        """
        prefix = InboxPrefix.ARCHIVES if unpack else InboxPrefix.FILES
        keys = [InboxKey(prefix, "alpha", upload, str(n)) for n in range(1, len(files) + 1)]
        said = files if declared is None else declared
        self.cloud.uploads.declare(
            "alpha",
            upload,
            [
                Declaration(
                    key.number,
                    len(content),
                    hashlib.sha256(content).hexdigest(),
                    FileKind.ARCHIVE if unpack else FileKind.FILE,
                    Target(Level.PROJECT, "", "results", path, "text/csv", overwrite, "olga"),
                )
                for key, (path, content) in zip(keys, said.items(), strict=True)
            ],
        )
        for key, content in zip(keys, files.values(), strict=True):
            self.cloud.inbox.put(str(key), content)
        return keys

    def contents(self) -> dict[str, bytes]:
        """The files of the resource by path, as they are stored."""
        files = self.resources.files(self.resource)
        return {file.path: self.cloud.archive.get(file.key).body for file in files}

    def deleted(self) -> dict[str, bytes]:
        """The files in the trash by path, as they are still stored."""
        entries = self.trash.files(self.resource)
        return {one.file.path: self.cloud.archive.get(one.file.key).body for one in entries}
