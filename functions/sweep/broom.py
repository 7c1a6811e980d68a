"""What the steps of a sweep work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.queues import Queue
from scanloft.aws.rows import Rows
from scanloft.aws.versions import VersionStore
from scanloft.core.settings import SweepSettings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Broom:
    """The adapters of one process; `now` is replaced in tests."""

    rows: Rows
    projects: ProjectIndex
    inbox: ObjectStore
    archive: ObjectStore
    archive_versions: VersionStore
    summarise: Queue
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @classmethod
    def of(
        cls,
        settings: SweepSettings,
        *,
        s3: "S3Client",
        dynamodb: "DynamoDBClient",
        sqs: "SQSClient",
    ) -> Self:
        """The broom that the settings name."""
        rows = Rows(settings.index_table, dynamodb)
        return cls(
            rows=rows,
            projects=ProjectIndex(rows),
            inbox=ObjectStore(settings.inbox_bucket, s3),
            archive=ObjectStore(settings.archive_bucket, s3),
            archive_versions=VersionStore(settings.archive_bucket, s3),
            summarise=Queue(settings.summarise_queue_url, sqs),
        )
