"""Working on an export: from the last checkpoint on, until it is done or time is up."""

import os
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.export.beginnings import Beginnings
from functions.export.checkpoint import Checkpoint, CheckpointStore
from functions.export.kept import LATER, Kept
from functions.export.lease import Lease
from functions.export.listing import Lister
from functions.export.reading import FileReader
from functions.export.zipping import Zipping
from scanloft.aws.exports import ExportFiles, ExportIndex, ExportWishes
from scanloft.aws.multipart import MultipartUpload
from scanloft.aws.objects import ObjectStore
from scanloft.aws.queues import Queue
from scanloft.aws.rows import Rows
from scanloft.contents.shelves import Shelves
from scanloft.core.blueprint import EXPORT_QUEUE
from scanloft.core.errors import (
    ArchiveError,
    Conflict,
    FaultyArchive,
    NotFound,
    Rejected,
    Unavailable,
)
from scanloft.core.exports import (
    ENDED,
    Export,
    ExportFile,
    ExportOrder,
    ExportStatus,
)
from scanloft.core.settings import ExportSettings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

RESERVE_S = 60
"""What putting a checkpoint down and handing the work over may take."""
SLOWEST_BYTES_PER_S = 8 * 1024 * 1024
"""A file is begun only if it would be done in time at this rate: it cannot be left half way."""
CHECKPOINT_S = 120
"""So much work is done again after a crash, at most."""
SETBACK_LIMIT = 8
"""After so many failures and crashes an export is given up."""
RETRY_DELAYS_S = (10, 60, 300, 900)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Exporter:
    """Makes zips; each call is one step of the way of an export, and any step may be repeated."""

    def __init__(
        self,
        settings: ExportSettings,
        *,
        s3: "S3Client",
        dynamodb: "DynamoDBClient",
        sqs: "SQSClient",
        now: Clock = utc_now,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        archive = ObjectStore(settings.archive_bucket, s3)
        rows = Rows(settings.index_table, dynamodb)
        self._index = ExportIndex(rows)
        self._files = files = ExportFiles(archive)
        self._shelves = Shelves.of(rows)
        self._lister = Lister(
            self._shelves,
            ExportWishes(archive),
            files,
            limit=settings.export_file_limit,
        )
        self._checkpoints = CheckpointStore(archive)
        self._beginnings = Beginnings(archive, files, self._checkpoints)
        self._reader = FileReader(archive)
        self._queue = Queue(settings.export_queue_url, sqs)
        self._now = now
        self._random = random

    def work_on(
        self, order: ExportOrder, *, attempt: int, remaining_s: Callable[[], float]
    ) -> ExportStatus | None:
        """Goes on with an export; how far it is then, None where it was deleted.

        `attempt` counts the deliveries of this order: the last one, before the queue would put it
        aside, is there to say that the export failed, if those before were setbacks. The order
        for what is not finished has been sent again when this returns.

        Raises:
            Unavailable: another worker is at it, or not even that could be said: the message
                must be delivered again.
        """
        seen = self._index.export(*order)
        if seen is None:
            self._beginnings.clear_away(order)
            return None
        if seen.status in ENDED:
            return seen.status
        worker = self._random(8).hex()
        lease = Lease.taken(self._index, seen, worker=worker, now=self._now)
        try:
            self._try(lease, order, attempt=attempt, remaining_s=remaining_s)
        except Conflict:
            if self._index.export(*order) is not None:
                raise
            self._beginnings.clear_away(order)
            return None
        return lease.export.status

    def _try(
        self, lease: Lease, order: ExportOrder, *, attempt: int, remaining_s: Callable[[], float]
    ) -> None:
        try:
            _check_hope(lease.export, attempt)
            self._go_on(lease, order, remaining_s)
        except Conflict:
            raise
        except Exception as error:  # noqa: BLE001  # the edge: whatever it is, it is counted
            self._set_back(lease, order, error)

    def _go_on(self, lease: Lease, order: ExportOrder, remaining_s: Callable[[], float]) -> None:
        size_bytes = self._beginnings.finished_size(order)
        if size_bytes is None:
            lease.renew(status=ExportStatus.RUNNING)
            if not lease.export.file_count:
                totals = self._lister.ensure(order, on_progress=lease.renew_if_due)
                lease.renew(file_count=totals.count, size_bytes=totals.sizes_bytes)
            upload, start = self._beginnings.started(lease.export, order)
            size_bytes = self._zip(lease, upload, start, remaining_s=remaining_s)
        if size_bytes is None:
            lease.release()
            self._queue.send_many([order.to_body()])
            return
        self._end(lease, status=ExportStatus.READY, zip_bytes=size_bytes)
        # What is left here goes with the zip, by the lifecycle of the bucket.
        with suppress(ArchiveError):
            self._beginnings.clear_notes(order)

    def _zip(
        self,
        lease: Lease,
        upload: MultipartUpload,
        start: Checkpoint,
        *,
        remaining_s: Callable[[], float],
    ) -> int | None:
        """The size of the zip, None where time was up before it was finished."""
        export = lease.export

        def tell() -> None:
            lease.renew_if_due(**_progress(zipping))

        modified = datetime.fromisoformat(export.created_at)
        with Zipping(upload, start, modified=modified, on_progress=tell) as zipping:
            put_down_at = self._now()
            files = self._files.read(export.project, export.export, start=start.next_file)
            kept = Kept(self._shelves, export.project)
            with closing(self._reader.read(kept.marked(files))) as found:
                for file, blocks in found:
                    is_first = zipping.next_file == start.next_file
                    if not is_first and not _is_time_for(file, remaining_s()):
                        self._put_down(lease, zipping)
                        return None
                    zipping.add(file, blocks)
                    if (self._now() - put_down_at).total_seconds() >= CHECKPOINT_S:
                        self._put_down(lease, zipping)
                        put_down_at = self._now()
            lease.renew(**_progress(zipping))
            self._check_kept(lease, zipping)
            return zipping.finish()

    def _check_kept(self, lease: Lease, zipping: Zipping) -> None:
        """Makes sure that nothing is in the zip that was deleted while it was made.

        Raises:
            Unavailable: something is; the zip is to be begun anew.
        """
        order = ExportOrder(lease.export.project, lease.export.export)
        missing = {each.name for each in zipping.missing}
        kept = Kept(self._shelves, order.project)
        for file in kept.marked(self._files.read(*order), at_once=LATER):
            lease.renew_if_due()
            if file.is_deleted and file.name not in missing:
                self._beginnings.anew(order)
                raise Unavailable("Something was deleted meanwhile: the zip is begun anew.")

    def _put_down(self, lease: Lease, zipping: Zipping) -> None:
        self._checkpoints.put(lease.export.project, lease.export.export, zipping.checkpoint())
        lease.renew(**_progress(zipping))

    def _set_back(self, lease: Lease, order: ExportOrder, error: Exception) -> None:
        """Counts a failure; tries again later, or gives up where that cannot help.

        Raises:
            Unavailable, Conflict: this could not be written down: the message comes again.
        """
        setbacks = lease.export.setbacks + 1
        # The selection and the list of files are the only objects whose lack comes up to here.
        if setbacks > SETBACK_LIMIT or isinstance(error, Rejected | NotFound):
            known = error if isinstance(error, ArchiveError) else _faulty(error)
            self._end(lease, status=ExportStatus.FAILED, code=known.code, reason=known.message)
            with suppress(ArchiveError):
                self._beginnings.clear_away(order)
            return
        lease.release(setbacks=setbacks)
        delay_s = RETRY_DELAYS_S[min(setbacks, len(RETRY_DELAYS_S)) - 1]
        self._queue.send_many([order.to_body()], delay_s=delay_s)

    def _end(self, lease: Lease, **changes: object) -> None:
        lease.release(finished_at=self._now().isoformat(timespec="seconds"), **changes)


def _check_hope(export: Export, attempt: int) -> None:
    """A delivery may have failed only because another worker was at it: that is no setback."""
    is_last = attempt >= EXPORT_QUEUE.receive_limit and export.setbacks >= attempt - 1
    if is_last or export.setbacks > SETBACK_LIMIT:
        raise Rejected("The export failed too often: ask for it again, or for less at a time.")


def _is_time_for(file: ExportFile, remaining_s: float) -> bool:
    return remaining_s >= RESERVE_S + file.length / SLOWEST_BYTES_PER_S


def _progress(zipping: Zipping) -> dict[str, int]:
    return {
        "files_done": zipping.next_file,
        "bytes_done": zipping.bytes_done,
        "files_missing": len(zipping.missing),
    }


def _faulty(error: Exception) -> FaultyArchive:
    return FaultyArchive(
        "The archive failed at this export, though it should not: please report it with the code "
        "of the error.",
        error=type(error).__name__,
    )
