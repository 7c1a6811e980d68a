"""Recomputing a batch of changed series, then the studies that they belong to."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from functions.summarise.metadata import SeriesMetadata
from functions.summarise.news import News
from scanloft.aws.batches import Message, Outcome
from scanloft.aws.cards import CardIndex
from scanloft.aws.feed import Feed
from scanloft.aws.hooks import HookCaller, HookIndex
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.queues import Queue
from scanloft.aws.rows import Rows
from scanloft.aws.subjects import SubjectIndex
from scanloft.aws.tombstones import TombstoneIndex
from scanloft.core.annotations import Level
from scanloft.core.errors import Outdated, Unavailable
from scanloft.core.hierarchy import scan_name, subject_of
from scanloft.core.model import Series, Study
from scanloft.core.overlap import overlapped
from scanloft.core.series_changed import SeriesChanged
from scanloft.core.settings import SummariseSettings
from scanloft.core.summary import series_of, study_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

ROUNDS = 10
"""How often a row is computed anew because another one was faster, before the message waits."""

BATCH_THREADS = 4
"""How many series are summed up side by side; each reads its instances side by side again."""

Item = TypeVar("Item", bound=Hashable)
Deleted = frozenset[tuple[str, Level, str]]
"""Sessions and scans that have a tombstone, each with its project."""
Row = TypeVar("Row")


class Summariser:
    """Recomputes rows from the rows below them, each written only over the revision it read."""

    def __init__(
        self,
        settings: SummariseSettings,
        *,
        s3: "S3Client",
        dynamodb: "DynamoDBClient",
        sqs: "SQSClient",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        rows = Rows(settings.index_table, dynamodb)
        caller = HookCaller(HookIndex(rows), Queue(settings.deliver_queue_url, sqs))
        self._index = InstanceIndex(rows)
        self._tombstones = TombstoneIndex(rows)
        self._cards = CardIndex(rows)
        self._subjects = SubjectIndex(rows)
        self._news = News(Feed(rows, tell=caller.tell), now=now)
        self._metadata = SeriesMetadata(
            ObjectStore(settings.archive_bucket, s3),
            public_base_url=settings.public_base_url,
            threads=settings.threads,
        )

    def summarise_batch(self, messages: Sequence[Message]) -> list[Outcome]:
        """Recomputes each series and each study that the messages name once, then tells of them.

        What was written and not told of is done again, so that nobody misses a change.
        """
        changes = [_parsed(message) for message in messages]
        known = sorted({change for change in changes if isinstance(change, SeriesChanged)})
        studies = sorted({(change.project, change.study_uid) for change in known})
        deleted = self._deleted(known)
        done_by_series = self._results(known, partial(self._summarise_series, deleted))
        done_by_study = self._results(studies, partial(self._summarise_study, deleted))
        done = [*done_by_study.values(), *done_by_series.values()]
        untold = self._news.tell(row for row in done if isinstance(row, Study | Series))

        def outcome(change: SeriesChanged | ValueError) -> Outcome:
            if isinstance(change, ValueError):
                return change
            results = (done_by_series[change], done_by_study[change.project, change.study_uid])
            failures = [result for result in results if isinstance(result, Exception)]
            return failures[0] if failures else untold.get(change.project)

        return [outcome(change) for change in changes]

    def _deleted(self, changes: Sequence[SeriesChanged]) -> Deleted:
        """Which of the sessions and scans have a tombstone.

        One that is written later is followed by a message of its own.
        """
        found: set[tuple[str, Level, str]] = set()
        for project in {change.project for change in changes}:
            own = [change for change in changes if change.project == project]
            places = {place for change in own for place in _places(change)}
            found |= {(project, *place) for place in self._tombstones.among(project, places)}
        return frozenset(found)

    def _results(
        self, items: Sequence[Item], work: Callable[[Item], Row]
    ) -> Mapping[Item, Row | Exception]:
        results = overlapped(items, work, threads=BATCH_THREADS)
        return dict(zip(items, results, strict=True))

    def _summarise_series(self, deleted: Deleted, series: SeriesChanged) -> Series | None:
        """Metadata first, row second: a row never promises metadata that is not there.

        A series that was deleted, or that has no instances any more, has no row.

        When another one wrote the row meanwhile, it may have seen fewer instances and written
        older metadata over ours or ours over newer: both is mended by doing all of it again.
        """
        if not series.series_uid:
            return None
        for _ in range(ROUNDS):
            current = self._index.series(series.project, series.study_uid, series.series_uid)
            if _series_place(series) in deleted:
                instances = []
            else:
                instances = list(self._index.instances(*series))
            if not instances:
                if current is None or self._index.remove_series(current):
                    return None
                continue
            self._metadata.write(instances)
            made = series_of(instances, revision=current.revision if current else 0)
            if self._index.put_series(made):
                return made
        raise Unavailable("The series changes faster than it can be summed up: try again.")

    def _summarise_study(self, deleted: Deleted, study: tuple[str, str]) -> Study | None:
        """Row first, then what leads from its subject to it: that is a hint, and never too late."""
        project, study_uid = study
        for _ in range(ROUNDS):
            current = self._index.study(project, study_uid)
            series = list(self._index.series_of_study(project, study_uid))
            if not series or (project, Level.SESSION, study_uid) in deleted:
                if current is None or self._index.remove_study(current):
                    return None
                continue
            made = study_of(series, revision=current.revision if current else 0)
            if self._index.put_study(made):
                self._note_subject(made)
                return made
        raise Unavailable("The study changes faster than it can be summed up: try again.")

    def _note_subject(self, study: Study) -> None:
        card = self._cards.card(study.project, Level.SESSION, study.study_uid)
        subject = subject_of(study.attributes, card)
        for _ in range(ROUNDS):
            try:
                self._subjects.note(
                    study.project, subject, study_uid=study.study_uid, sites=study.sites
                )
            except Outdated:
                continue
            return
        raise Unavailable("The subject changes faster than it can be written: try again.")


def _places(change: SeriesChanged) -> list[tuple[Level, str]]:
    scan = [_series_place(change)[1:]] if change.series_uid else []
    return [(Level.SESSION, change.study_uid), *scan]


def _series_place(series: SeriesChanged) -> tuple[str, Level, str]:
    return series.project, Level.SCAN, scan_name(series.study_uid, series.series_uid)


def _parsed(message: Message) -> SeriesChanged | ValueError:
    try:
        return SeriesChanged.from_body(message.body)
    except ValueError as error:
        return error
