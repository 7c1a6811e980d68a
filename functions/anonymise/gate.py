"""Passing a batch of raw objects through the gate, so that nothing leaks and nothing is lost.

The order of the side effects of an object is: claim of its UID and archive object (or quarantine
copy and item), who became whom, fate, delete of the raw object. A crash after any of them leaves a
raw object whose message comes again, and each step done twice is a no-op.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from functions.anonymise.errands import errands, parsed_key
from functions.anonymise.files.filing import FileShelf
from functions.anonymise.labels import Labels
from functions.anonymise.passage import Passage
from functions.anonymise.rooms import Room, Rooms
from functions.anonymise.router import Directory, Router
from functions.anonymise.tasks import Errand, Passed, Unrouted
from scanloft.aws.batches import Delivery, Outcome
from scanloft.aws.detention import Detention
from scanloft.aws.feed import Feed
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.instructions import InstructionIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.pseudonyms import PseudonymStore
from scanloft.aws.quarantine import QuarantineIndex
from scanloft.aws.resources import ResourceIndex
from scanloft.aws.rows import Rows
from scanloft.aws.secrets import SecretStore
from scanloft.aws.tombstones import TombstoneIndex
from scanloft.aws.trash import Trash
from scanloft.aws.unpacked import UnpackedIndex
from scanloft.aws.uploads import UploadIndex
from scanloft.core.annotations import Change
from scanloft.core.arrivals import Arrival
from scanloft.core.errors import ArchiveError, Unavailable, UnlistedSubject
from scanloft.core.keys import InboxKey, UnassignedKey, is_dicom_upload
from scanloft.core.model import Fate, Upload, UploadSource
from scanloft.core.overlap import overlapped
from scanloft.core.settings import MIB, AnonymiseSettings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


CHUNK_BYTES = 256 * MIB
CHUNK_S = 90
"""What a chunk takes at the most, with S3 slower than it ever is."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a batch: the objects that passed, and an outcome for each delivery."""

    passed: Sequence[Passed]
    outcomes: Sequence[Outcome]


class Gate:
    """The only way from the inbox to the archive."""

    def __init__(
        self, settings: AnonymiseSettings, *, s3: "S3Client", dynamodb: "DynamoDBClient"
    ) -> None:
        self._threads = settings.threads
        self._inbox = ObjectStore(settings.inbox_bucket, s3)
        index = Rows(settings.index_table, dynamodb)
        secrets = Rows(settings.secrets_table, dynamodb)
        pseudonyms = Rows(settings.pseudonyms_table, dynamodb)
        self._uploads = UploadIndex(index)
        self._unpacked = UnpackedIndex(index)
        self._instructions = InstructionIndex(index)
        self._labels = Labels(index, now=lambda: int(time.time()))
        self._rooms = Rooms(ProjectIndex(index), SecretStore(secrets), PseudonymStore(pseudonyms))
        self._detention = Detention(self._inbox, QuarantineIndex(index))
        self._feed = Feed(index)
        archive = ObjectStore(settings.archive_bucket, s3)
        self._passage = Passage(
            inbox=self._inbox,
            archive=archive,
            index=InstanceIndex(index),
            tombstones=TombstoneIndex(index),
            detention=self._detention,
            files=FileShelf(archive, ResourceIndex(index), Trash(index), now=now),
            whole_object_bytes=settings.whole_object_bytes,
            object_limit_bytes=settings.object_limit_bytes,
            ranged_limit_bytes=settings.ranged_limit_bytes,
            memory_budget_bytes=settings.memory_budget_bytes,
            now=now,
        )
        self._router = Router(
            index,
            inbox=self._inbox,
            detention=self._detention,
            whole_object_bytes=settings.whole_object_bytes,
            now=partial(datetime.now, UTC),
        )

    def pass_batch(
        self, deliveries: Sequence[Delivery], *, seconds_left: Callable[[], float]
    ) -> Batch:
        """Passes the objects in chunks, each finished before the next is begun.

        A chunk is not begun without the time for it: a function that is ended in the middle would
        have to do all of it again, and large objects would never come through.

        Raises:
            Unavailable: what is needed to begin could not be read; nothing more was done.
        """
        passed: list[Passed] = []
        outcomes: list[Outcome] = []
        for chunk in _chunks(deliveries):
            if outcomes and seconds_left() < CHUNK_S:
                late = Unavailable("There was no time left for this object: it comes again.")
                outcomes += [late] * len(chunk)
                continue
            batch = self._pass_chunk(chunk)
            passed += batch.passed
            outcomes += batch.outcomes
        return Batch(passed=passed, outcomes=outcomes)

    def _pass_chunk(self, deliveries: Sequence[Delivery]) -> Batch:
        """Passes the objects; one that is announced several times passes once for all of these."""
        latest = {delivery.arrival.key: delivery for delivery in deliveries}
        batch = self._pass_objects(list(latest.values()))
        outcome_by_key = dict(zip(latest, batch.outcomes, strict=True))
        outcomes = [outcome_by_key[delivery.arrival.key] for delivery in deliveries]
        return Batch(passed=batch.passed, outcomes=outcomes)

    def _pass_objects(self, deliveries: Sequence[Delivery]) -> Batch:
        """Passes the objects side by side, then writes their fates, then deletes the raw ones."""
        keys = [parsed_key(delivery.arrival.key) for delivery in deliveries]
        projects = [key.project for key in keys if isinstance(key, InboxKey)]
        tasks = errands(
            self._uploads,
            self._unpacked,
            self._instructions,
            deliveries,
            keys,
            rooms=self._rooms,
            room_by_project=self._rooms.of(projects, threads=self._threads),
        )
        receivers = {key.receiver for key in keys if isinstance(key, UnassignedKey)}
        directory = self._router.directory(receivers) if receivers else None
        results = overlapped(tasks, partial(self._take, directory), threads=self._threads)
        passed = [result for result in results if isinstance(result, Passed)]
        unfinished = self._finish(passed)
        outcomes = [
            result if isinstance(result, Exception) else unfinished if result else None
            for result in results
        ]
        return Batch(passed=passed, outcomes=outcomes)

    def _take(
        self, directory: Directory | None, errand: Errand | Unrouted | Arrival
    ) -> Passed | None:
        if isinstance(errand, Errand):
            return self._passage.take(errand)
        if isinstance(errand, Unrouted):
            assert directory is not None, "There is one for every unassigned key."  # noqa: S101
            self._router.take(errand, directory)
        else:
            self._detention.detain_misplaced(errand, now=now())
        return None

    def _finish(self, passed: Sequence[Passed]) -> ArchiveError | None:
        """Writes pairs and fates, then deletes the raw objects; the error that kept it from all."""
        lacking = {one.key.project for one in passed if one.fate.code == UnlistedSubject.code}
        try:
            rooms = [one.room for one in passed if isinstance(one.room, Room)]
            self._rooms.record(rooms, lacking=lacking)
            self._announce(passed)
            self._labels.give(passed)
            self._uploads.put_fates(fate for one in passed for fate in _fates(one))
            self._tell(passed)
            self._inbox.delete([str(one.key) for one in passed])
        except ArchiveError as error:
            return error
        return None

    def _announce(self, passed: Sequence[Passed]) -> None:
        """Makes an upload of each DICOM association, so that what it brought can be found."""
        associations = {
            (one.key.project, one.key.upload): one
            for one in passed
            if is_dicom_upload(one.key.upload)
        }
        uploads = [
            Upload(
                project=project,
                upload=upload,
                source=UploadSource.DICOM,
                created_at=now(),
                created_by=one.sender,
                site=one.instruction.site if one.instruction else "",
            )
            for (project, upload), one in associations.items()
        ]
        for result in overlapped(uploads, self._uploads.create, threads=self._threads):
            if isinstance(result, Exception):
                raise result

    def _tell(self, passed: Sequence[Passed]) -> None:
        """Tells the feeds which resources have new files; again where a crash came between."""
        changed = {(one.key.project, one.resource) for one in passed if one.resource}
        for project in sorted({project for project, _ in changed}):
            names = sorted(name for of, name in changed if of == project)
            at = now()
            self._feed.append(
                project, [Change("resource", name, "files_added", at) for name in names]
            )


def _fates(passed: Passed) -> Iterator[tuple[str, str, Fate]]:
    """The fate of the object, and of the files that it was before."""
    yield passed.key.project, passed.key.upload, passed.fate
    for upload, number in passed.instruction.was if passed.instruction else ():
        yield passed.key.project, upload, replace(passed.fate, number=number)


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _chunks(deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """The deliveries in order, so many bytes of objects at a time, or one that is larger."""
    chunk: list[Delivery] = []
    size_bytes = 0
    for delivery in deliveries:
        if chunk and size_bytes + delivery.arrival.size_bytes > CHUNK_BYTES:
            yield chunk
            chunk, size_bytes = [], 0
        chunk.append(delivery)
        size_bytes += delivery.arrival.size_bytes
    if chunk:
        yield chunk
