"""Where the work on a zip begins: at the last checkpoint, anew, or not at all any more."""

from contextlib import suppress

from functions.export.checkpoint import Checkpoint, CheckpointStore
from functions.export.zipping import MISSING_HEAD, MISSING_NAME
from scanloft.aws.exports import ExportFiles
from scanloft.aws.multipart import MultipartUpload
from scanloft.aws.objects import ObjectStore
from scanloft.core.errors import ArchiveError, NotFound, Oversized
from scanloft.core.exports import ZIP_LIMIT_BYTES, Export, ExportOrder, Totals, part_size_bytes
from scanloft.core.keys import (
    export_files_key,
    export_state_key,
    export_wish_key,
    export_zip_key,
)
from scanloft.core.zip_stream import zip_size_limit

SETBACKS_BEFORE_ANEW = 3
"""After so many, a zip is begun anew: what was put down may be what is wrong."""
MISSING_LINE_BYTES = 32
"""The most that a line of the list of missing files has beside the name."""
NOTES = (export_wish_key, export_files_key, export_state_key)
"""What is kept beside the zip while it is made."""


class Beginnings:
    """The zips of the archive bucket that are there, begun, or to be begun."""

    def __init__(
        self, archive: ObjectStore, files: ExportFiles, checkpoints: CheckpointStore
    ) -> None:
        self._archive = archive
        self._files = files
        self._checkpoints = checkpoints

    def finished_size(self, order: ExportOrder) -> int | None:
        """The size of the zip where it is there: it appears at once as a whole or not at all."""
        try:
            return self._archive.facts(export_zip_key(*order)).size_bytes
        except NotFound:
            return None

    def started(self, export: Export, order: ExportOrder) -> tuple[MultipartUpload, Checkpoint]:
        """What was put down last, or a new beginning."""
        key = export_zip_key(*order)
        found = self._checkpoints.get(*order)
        if found and export.setbacks - found.setbacks < SETBACKS_BEFORE_ANEW:
            upload = self._archive.resumed(key, upload_id=found.upload_id, parts=found.parts)
            return upload, found
        if found:
            self._forget(order, found)
        part_bytes = part_size_bytes(self._zip_limit_bytes(order))
        upload = self._archive.begun(key, metadata={}, content_type="application/zip")
        start = Checkpoint(upload.upload_id, part_bytes, setbacks=export.setbacks)
        # At once, so that whoever comes after a crash knows what to throw away.
        self._checkpoints.put(*order, start)
        return upload, start

    def clear_away(self, order: ExportOrder) -> None:
        """Throws away all that there is of an export that nobody wants or that failed."""
        found = self._checkpoints.get(*order)
        if found:
            self._forget(order, found)
        self._archive.delete([key(*order) for key in (export_zip_key, *NOTES)])

    def clear_notes(self, order: ExportOrder) -> None:
        """Throws away what is not needed any more when the zip is there."""
        self._archive.delete([key(*order) for key in NOTES])

    def _zip_limit_bytes(self, order: ExportOrder) -> int:
        """A size that the zip cannot exceed, found by reading the list once.

        Raises:
            Oversized: S3 might not take it.
        """
        totals = Totals.of(self._files.read(*order))
        missing_bytes = len(MISSING_HEAD) + totals.names_bytes + totals.count * MISSING_LINE_BYTES
        limit = zip_size_limit(
            count=totals.count + 1,
            sizes_bytes=totals.sizes_bytes + missing_bytes,
            names_bytes=totals.names_bytes + len(MISSING_NAME),
        )
        if limit > ZIP_LIMIT_BYTES:
            raise Oversized(f"A zip has at most {ZIP_LIMIT_BYTES} bytes: export less at a time.")
        return limit

    def anew(self, order: ExportOrder) -> None:
        """Throws away what there is of a zip, so that it is begun anew."""
        found = self._checkpoints.get(*order)
        if found:
            self._archive.delete([export_state_key(*order)])
            self._forget(order, found)

    def _forget(self, order: ExportOrder, found: Checkpoint) -> None:
        upload = self._archive.resumed(
            export_zip_key(*order), upload_id=found.upload_id, parts=found.parts
        )
        # Gone already, or cleared away by the lifecycle of the bucket within a day.
        with suppress(ArchiveError):
            upload.abort()
