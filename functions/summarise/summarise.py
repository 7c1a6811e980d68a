"""Recomputing a batch of changed series, then the studies that they belong to."""

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, TypeVar

from functions.summarise.metadata import SeriesMetadata
from scanloft.aws.batches import Message, Outcome
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.rows import Rows
from scanloft.core.errors import Unavailable
from scanloft.core.overlap import overlapped
from scanloft.core.series_changed import SeriesChanged
from scanloft.core.settings import SummariseSettings
from scanloft.core.summary import series_of, study_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

ROUNDS = 10
"""How often a row is computed anew because another one was faster, before the message waits."""

BATCH_THREADS = 4
"""How many series are summed up side by side; each reads its instances side by side again."""

Item = TypeVar("Item", bound=Hashable)


class Summariser:
    """Recomputes rows from the rows below them, each written only over the revision it read."""

    def __init__(
        self, settings: SummariseSettings, *, s3: "S3Client", dynamodb: "DynamoDBClient"
    ) -> None:
        self._index = InstanceIndex(Rows(settings.index_table, dynamodb))
        self._metadata = SeriesMetadata(
            ObjectStore(settings.archive_bucket, s3),
            public_base_url=settings.public_base_url,
            threads=settings.threads,
        )

    def summarise_batch(self, messages: Sequence[Message]) -> list[Outcome]:
        """Recomputes each series and each study that the messages name once."""
        changes = [_parsed(message) for message in messages]
        series = sorted({change for change in changes if isinstance(change, SeriesChanged)})
        studies = sorted({(change.project, change.study_uid) for change in series})
        failure_by_series = self._failures(series, self._summarise_series)
        failure_by_study = self._failures(studies, self._summarise_study)

        def outcome(change: SeriesChanged | ValueError) -> Outcome:
            if isinstance(change, ValueError):
                return change
            study = (change.project, change.study_uid)
            return failure_by_series.get(change) or failure_by_study.get(study)

        return [outcome(change) for change in changes]

    def _failures(
        self, items: Sequence[Item], work: Callable[[Item], None]
    ) -> dict[Item, Exception]:
        results = overlapped(items, work, threads=BATCH_THREADS)
        return {
            item: result
            for item, result in zip(items, results, strict=True)
            if isinstance(result, Exception)
        }

    def _summarise_series(self, series: SeriesChanged) -> None:
        """Metadata first, row second: a row never promises metadata that is not there.

        When another one wrote the row meanwhile, it may have seen fewer instances and written
        older metadata over ours or ours over newer: both is mended by doing all of it again.
        """
        for _ in range(ROUNDS):
            current = self._index.series(series.project, series.study_uid, series.series_uid)
            instances = list(self._index.instances(*series))
            if not instances:
                return
            self._metadata.write(instances)
            revision = current.revision if current else 0
            if self._index.put_series(series_of(instances, revision=revision)):
                return
        raise Unavailable("The series changes faster than it can be summed up: try again.")

    def _summarise_study(self, study: tuple[str, str]) -> None:
        project, study_uid = study
        for _ in range(ROUNDS):
            current = self._index.study(project, study_uid)
            series = list(self._index.series_of_study(project, study_uid))
            if not series:
                return
            revision = current.revision if current else 0
            if self._index.put_study(study_of(series, revision=revision)):
                return
        raise Unavailable("The study changes faster than it can be summed up: try again.")


def _parsed(message: Message) -> SeriesChanged | ValueError:
    try:
        return SeriesChanged.from_body(message.body)
    except ValueError as error:
        return error
