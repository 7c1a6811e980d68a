"""The zip of an export while it is made: files in, parts out, a checkpoint whenever it is asked."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain
from types import TracebackType
from typing import Self

from functions.export.checkpoint import Checkpoint, Missing
from functions.export.parts import PartSink
from functions.export.reading import Found, is_whole
from scanloft.aws.multipart import MultipartUpload
from scanloft.core.errors import ArchiveError, DeclarationMismatch, NotFound
from scanloft.core.exports import ExportFile
from scanloft.core.zip_stream import ZipStream

MISSING_NAME = "MISSING.txt"
"""The member that lists what is not in the zip."""
MISSING_HEAD = (
    "These files were selected and are not in this zip: name, then why. What is marked deleted\n"
    "was deleted after the export was asked for. What is marked damaged is not what the index\n"
    "says: tell those who run the archive.\n\n"
)
DELETED, DAMAGED = "deleted", "damaged"


class Zipping:
    """A zip that grows file by file from a checkpoint on."""

    def __init__(
        self,
        upload: MultipartUpload,
        start: Checkpoint,
        *,
        modified: datetime,
        on_progress: Callable[[], None],
    ) -> None:
        self._upload = upload
        self._start = start
        self._sink = PartSink(upload, part_bytes=start.part_bytes, tail=start.tail)
        self._zip = ZipStream(self._sink.write, modified=modified, state=start.zipped)
        self._on_progress = on_progress
        self.next_file = start.next_file
        self.bytes_done = start.bytes_done
        self.missing = list(start.missing)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Waits for the part that is on its way."""
        self._sink.__exit__(kind, error, trace)

    def add(self, file: ExportFile, blocks: Iterator[Found]) -> None:
        """Adds a file, or notes why it is missing: one that is damaged is not in the zip.

        Raises:
            Unavailable: S3 did not answer, or did not take a part.
        """
        fault = self._whole(file, blocks) if is_whole(file) else self._long(file, blocks)
        if fault:
            reason = DELETED if isinstance(fault, NotFound) else DAMAGED
            self.missing.append(Missing(file.name, reason))
        self.next_file += 1
        self.bytes_done += file.length
        self._on_progress()

    def checkpoint(self) -> Checkpoint:
        """What another worker goes on from.

        Raises:
            Unavailable: S3 did not take a part.
        """
        self._sink.settle()
        return dataclasses.replace(
            self._start,
            parts=self._upload.parts,
            tail=self._sink.tail,
            zipped=self._zip.state,
            next_file=self.next_file,
            bytes_done=self.bytes_done,
            missing=tuple(self.missing),
        )

    def finish(self) -> int:
        """Lists what is missing, sends the rest and completes the object; its size in bytes.

        Raises:
            Unavailable: S3 did not take it, or a part is not what was sent.
        """
        if self.missing:
            lines = "".join(f"{each.name}\t{each.reason}\n" for each in self.missing)
            self._zip.add(MISSING_NAME, (MISSING_HEAD + lines).encode())
        size_bytes = self._zip.finish()
        self._sink.close()
        self._upload.complete(size_bytes=size_bytes)
        return size_bytes

    def _whole(self, file: ExportFile, blocks: Iterator[Found]) -> ArchiveError | None:
        body = next(blocks)
        if not isinstance(body, bytes):
            return body
        if file.sha256 and hashlib.sha256(body).hexdigest() != file.sha256:
            return other_checksum()
        self._zip.add(file.name, body)
        return None

    def _long(self, file: ExportFile, blocks: Iterator[Found]) -> ArchiveError | None:
        """Written while it is read; if it proves wrong, its bytes stay, but belong to nothing."""
        first = next(blocks)
        if not isinstance(first, bytes):
            return first
        digest = hashlib.sha256()
        self._zip.begin(file.name, file.length)
        for block in chain((first,), blocks):
            if not isinstance(block, bytes):
                self._zip.drop()
                return block
            if file.sha256:
                digest.update(block)
            self._zip.feed(block)
            self._on_progress()
        if file.sha256 and digest.hexdigest() != file.sha256:
            self._zip.drop()
            return other_checksum()
        self._zip.end()
        return None


def other_checksum() -> DeclarationMismatch:
    """The error for a file whose bytes are not those that the index knows."""
    return DeclarationMismatch("The file has another SHA-256 than the index says.")
