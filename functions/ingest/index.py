"""Indexing a batch of instances: row first, then the message that its series changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scanloft.aws.batches import Delivery, Outcome
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.objects import ObjectStore, StoredObject
from scanloft.aws.queues import Queue
from scanloft.aws.rows import Rows
from scanloft.core.errors import ArchiveError, MalformedDicom, NotFound, Unavailable
from scanloft.core.keys import REPLACES, ArchiveKey
from scanloft.core.model import Instance, Location
from scanloft.core.overlap import overlapped
from scanloft.core.series_changed import SeriesChanged
from scanloft.core.settings import IngestSettings
from scanloft.dicom.describe import Description, HeaderIncomplete, describe

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

FIRST_READ_BYTES = 128 * 1024
"""Holds the whole header of nearly every object but enhanced multi-frame ones."""
READ_GROWTH = 8
"""How much more is read when the header goes on beyond what was read."""


class Indexer:
    """Makes the rows of instances; the index is a function of the archive bucket alone."""

    def __init__(
        self,
        settings: IngestSettings,
        *,
        s3: "S3Client",
        dynamodb: "DynamoDBClient",
        sqs: "SQSClient",
    ) -> None:
        self._threads = settings.threads
        self._delay_s = settings.summarise_delay_s
        self._archive = ObjectStore(settings.archive_bucket, s3)
        self._index = InstanceIndex(Rows(settings.index_table, dynamodb))
        self._summarise = Queue(settings.summarise_queue_url, sqs)

    def index_batch(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """Indexes the instances side by side, then tells summarise which series changed."""
        results = overlapped(deliveries, self._index_one, threads=self._threads)
        changed = {result for result in results if isinstance(result, SeriesChanged)}
        untold = self._tell(changed)
        return [
            result if isinstance(result, Exception) else untold if result else None
            for result in results
        ]

    def _index_one(self, delivery: Delivery) -> SeriesChanged | None:
        """Indexes one instance; None where its object is gone, for then a delete overtook it."""
        key = ArchiveKey.parse(delivery.arrival.key)
        try:
            stored, description = self._read(str(key))
        except NotFound:
            return None
        replaces = stored.metadata.get(REPLACES, "").split()
        self._index.put_instance(_instance(key, description, stored), replaces=replaces)
        return SeriesChanged(key.project, key.study_uid, key.series_uid)

    def _read(self, key: str) -> tuple[StoredObject, Description]:
        length = FIRST_READ_BYTES
        while True:
            stored = self._archive.get(key, length=length)
            try:
                return stored, describe(stored.body, size_bytes=stored.size_bytes)
            except HeaderIncomplete:
                length *= READ_GROWTH

    def _tell(self, changed: set[SeriesChanged]) -> ArchiveError | None:
        bodies = [message.to_body() for message in sorted(changed)]
        try:
            self._summarise.send_many(bodies, delay_s=self._delay_s)
        except ArchiveError as error:
            return error
        return None


def _instance(key: ArchiveKey, description: Description, stored: StoredObject) -> Instance:
    """The row of an instance.

    Raises:
        MalformedDicom: its UIDs are not those of its key.
        Unavailable: S3 shows the object without the metadata that it was put with.
    """
    uids = (description.study_uid, description.series_uid, description.sop_uid)
    if uids != (key.study_uid, key.series_uid, key.sop_uid):
        raise MalformedDicom("The UIDs of this object are not those of its key in the archive.")
    if "sha256" not in stored.metadata:
        raise Unavailable("The object is there before its metadata: try again.")
    return Instance(
        project=key.project,
        study_uid=key.study_uid,
        series_uid=key.series_uid,
        sop_uid=key.sop_uid,
        sop_class_uid=description.sop_class_uid,
        transfer_syntax_uid=description.transfer_syntax_uid,
        location=Location(key=str(key), offset=0, length=stored.size_bytes),
        sha256=stored.metadata["sha256"],
        header_length=description.header_length,
        attributes=description.attributes,
        site=stored.metadata.get("site", ""),
    )
