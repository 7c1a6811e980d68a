"""Uploads that nobody finished: closed, and what never came is told as expired."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from functions.sweep.broom import Broom
from scanloft.aws.uploads import UploadIndex
from scanloft.core.keys import InboxPrefix, upload_prefix
from scanloft.core.model import Fate, FateKind, Upload, UploadSource

SILENT_DAYS = 30
"""As long as the inbox keeps what arrived: later there is nothing to go on with."""
ENOUGH_S = 60
"""What is left for the other steps when this one stops."""
EXPIRED = "expired"
REASON = f"It was declared and did not arrive within {SILENT_DAYS} days: upload it again."
SENT_TO = (InboxPrefix.DICOM, InboxPrefix.ARCHIVES, InboxPrefix.FILES)


def sweep_uploads(broom: Broom, seconds_left: Callable[[], float]) -> int:
    """Ends the uploads of which nothing was heard for 30 days; the number of them.

    Closed first, so that nothing is declared behind its back; then each missing file gets its
    fate, unless it has one by then; marked as swept last. Nothing that arrived is touched.
    """
    uploads = UploadIndex(broom.rows)
    count = 0
    for upload in _silent(broom, uploads):
        if seconds_left() < ENOUGH_S:
            break
        _end(broom, uploads, upload)
        count += 1
    return count


def _silent(broom: Broom, uploads: UploadIndex) -> Iterator[Upload]:
    now = broom.now()
    since = f"{now - timedelta(days=SILENT_DAYS):%Y-%m-%dT%H:%M:%SZ}"
    for project in broom.projects.names():
        for upload in uploads.uploads(project):
            if upload.source is not UploadSource.PRESIGNED or upload.swept_at:
                continue
            if upload.created_at >= since:
                break  # names sort by the time of the beginning: the others are younger
            if upload.active_at < since:
                yield upload


def _end(broom: Broom, uploads: UploadIndex, upload: Upload) -> None:
    now = f"{broom.now():%Y-%m-%dT%H:%M:%SZ}"
    if not upload.closed_at:
        uploads.close(upload, at=now)
    closed = uploads.upload(upload.project, upload.upload) or upload
    # The inbox is looked at before the fates: what is taken out of it has its fate by then.
    arrived = set(_arrived(broom, upload))
    settled = {number for number, _ in uploads.fate_kinds(upload.project, upload.upload)}
    for number in uploads.numbers(upload.project, upload.upload):
        if number not in arrived and number not in settled:
            fate = Fate(number=number, kind=FateKind.EXPIRED, code=EXPIRED, reason=REASON)
            uploads.put_fate_if_none(upload.project, upload.upload, fate)
    for number, name in list(uploads.in_parts(upload.project, upload.upload)):
        uploads.remove_parts(upload.project, upload.upload, number, name=name)
    if not arrived:
        uploads.sweep(closed, at=now)


def _arrived(broom: Broom, upload: Upload) -> Iterator[str]:
    for prefix in SENT_TO:
        below = upload_prefix(prefix, project=upload.project, upload=upload.upload)
        for key in broom.inbox.keys(below):
            yield key.rpartition("/")[2]
