"""The move of one session: claims, copies, cards, tombstone, in this order.

Until the tombstone is written the source is whole; a move that fails has changed nothing there.
Each step done twice is a no-op, so the message may come again after an end anywhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Self

from functions.transfer.copying import Copies
from scanloft.aws.cards import CardIndex
from scanloft.aws.feed import Feed
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.labels import LabelIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.queues import Queue
from scanloft.aws.resources import ResourceIndex
from scanloft.aws.rows import Rows
from scanloft.aws.tombstones import TombstoneIndex
from scanloft.aws.transfers import TransferIndex
from scanloft.core.annotations import Card, Change, Level, Tombstone, Transfer, TransferState
from scanloft.core.custom_fields import accepted
from scanloft.core.errors import Conflict, NotFound, Outdated, Rejected
from scanloft.core.hierarchy import scan_name
from scanloft.core.keys import ArchiveKey
from scanloft.core.model import Project, ProjectState
from scanloft.core.series_changed import SeriesChanged
from scanloft.core.settings import TransferSettings
from scanloft.core.transfers import transfer_body

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

KEPT = timedelta(days=30)
ROUNDS = 10
"""How often a session is looked through again because more of it arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """The adapters of one process; `now` is replaced in tests."""

    copies: Copies
    rows: Rows
    summarise: Queue
    transfer: Queue
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @classmethod
    def of(
        cls,
        settings: TransferSettings,
        *,
        s3: "S3Client",
        dynamodb: "DynamoDBClient",
        sqs: "SQSClient",
    ) -> Self:
        """The mover that the settings name."""
        rows = Rows(settings.index_table, dynamodb)
        archive = ObjectStore(settings.archive_bucket, s3)
        return cls(
            copies=Copies(archive, InstanceIndex(rows), threads=settings.threads),
            rows=rows,
            summarise=Queue(settings.summarise_queue_url, sqs),
            transfer=Queue(settings.transfer_queue_url, sqs),
        )

    def move(self, project: str, study_uid: str, *, seconds_left: Callable[[], float]) -> None:
        """Moves a session as far as time allows; the row of the move says how it ended.

        Raises:
            Unavailable, NotFound: what is needed did not answer, or changes just now: try again.
        """
        transfers = TransferIndex(self.rows)
        found = transfers.transfer(project, study_uid)
        if found is None or found.state is not TransferState.WAITING:
            return
        try:
            keys = self._moved(found, seconds_left)
        except (Conflict, Rejected) as error:
            failed = replace(found, state=TransferState.FAILED)
            self._settle(replace(failed, code=error.code, reason=error.message))
            return
        if keys is None:
            self.transfer.send_many([transfer_body(project, study_uid)])
            return
        self._settle(replace(found, state=TransferState.DONE, objects=len(keys)))

    def _moved(self, asked: Transfer, seconds_left: Callable[[], float]) -> list[ArchiveKey] | None:
        """The keys of what was moved; None where time ran out.

        What is not copied after the last look at the source was put after it, so later than the
        time on the tombstone, and is kept there.
        """
        target = self._target(asked)
        tombstone = TombstoneIndex(self.rows).one(asked.project, Level.SESSION, asked.study_uid)
        if tombstone is not None and tombstone.moved_to != asked.target:
            raise Conflict("The session was deleted before it was moved: bring it back first.")
        for _ in range(ROUNDS):
            looked_at = self.now()
            keys = self.copies.keys(asked.project, asked.study_uid)
            self._check_free(asked, keys)
            self._check_may_hold(asked)
            self.copies.prepare(keys, asked.target)
            if not self.copies.copy(keys, asked.target, seconds_left=seconds_left):
                return None
            if set(self.copies.keys(asked.project, asked.study_uid)) <= set(keys):
                self._hand_over(asked, keys, target=target, looked_at=looked_at)
                return keys
        raise Conflict("The session grows faster than it can be moved: wait until it is complete.")

    def _target(self, asked: Transfer) -> Project:
        """Raises Conflict where nothing can be taken in any more."""
        try:
            target = ProjectIndex(self.rows).project(asked.target)
        except NotFound:
            target = None
        if target is None or target.state is not ProjectState.ACTIVE:
            raise Conflict("The other project takes in nothing any more.")
        tombstones = TombstoneIndex(self.rows)
        there = tombstones.one(asked.target, Level.SESSION, asked.study_uid)
        if there is not None and there.moved_to != asked.project:
            raise Conflict("The other project has this session, deleted: bring it back there.")
        return target

    def _check_free(self, asked: Transfer, keys: list[ArchiveKey]) -> None:
        """Raises Conflict where something hangs on the session that would be left behind."""
        card = CardIndex(self.rows).card(asked.project, Level.SESSION, asked.study_uid)
        if card.merged_into or card.merged:
            raise Conflict("This session is merged with another one: undo that first.")
        resources = ResourceIndex(self.rows)
        for level, name in _places(asked.study_uid, keys):
            if next(resources.resources(asked.project, level, name), None) is not None:
                raise Conflict("This session has resources, which do not move: remove them first.")
        if not keys:
            raise Conflict("This session has no images to move.")

    def _check_may_hold(self, asked: Transfer) -> None:
        """Raises Conflict where patients may be recognisable in the source, and not in the target.

        Both are read after the keys: what a profile let through that is newer than the request
        is among them only where the source is marked already.
        """
        found = ProjectIndex(self.rows).projects([asked.project, asked.target])
        if _is_identifiable(found, asked.project) and not _is_identifiable(found, asked.target):
            raise Conflict(
                "A profile of this project, now or earlier, may have left patients recognisable: "
                "ask a site administrator to move the session."
            )

    def _hand_over(
        self, asked: Transfer, keys: list[ArchiveKey], *, target: Project, looked_at: datetime
    ) -> None:
        """Cards, tombstone, and what follows from them."""
        tombstones = TombstoneIndex(self.rows)
        self._copy_cards(asked, keys, target=target)
        there = tombstones.one(asked.target, Level.SESSION, asked.study_uid)
        if there is not None:
            tombstones.remove(there)
        tombstones.put(
            Tombstone(
                project=asked.project,
                level=Level.SESSION,
                name=asked.study_uid,
                deleted_at=_timestamp(looked_at),
                deleted_by=asked.asked_by,
                until=_timestamp(looked_at + KEPT),
                moved_to=asked.target,
            )
        )
        series = sorted({key.series_uid for key in keys})
        messages = [
            SeriesChanged(asked.project, asked.study_uid, ""),
            *(SeriesChanged(asked.target, asked.study_uid, uid) for uid in series),
        ]
        self.summarise.send_many([message.to_body() for message in messages])
        feed, at = Feed(self.rows), _timestamp(self.now())
        study = InstanceIndex(self.rows).study(asked.project, asked.study_uid)
        sites = study.sites if study else ()
        feed.append(asked.project, [Change("session", asked.study_uid, "moved", at, sites=sites)])
        feed.append(asked.target, [Change("session", asked.study_uid, "received", at)])

    def _copy_cards(self, asked: Transfer, keys: list[ArchiveKey], *, target: Project) -> None:
        """What people say goes along, as far as the other project can hold it.

        A card that is there already is of an earlier delivery, or of people there: it stays.
        """
        cards, places = CardIndex(self.rows), _places(asked.study_uid, keys)
        ours, theirs = cards.many(asked.project, places), cards.many(asked.target, places)
        for place in places:
            if ours[place].revision and not theirs[place].revision:
                self._put_card(ours[place], theirs[place], target=target)

    def _put_card(self, ours: Card, theirs: Card, *, target: Project) -> None:
        card = replace(
            theirs,
            notes=ours.notes,
            quality=ours.quality,
            fields=accepted(target.fields, ours.level, ours.fields),
        )
        cards = CardIndex(self.rows)
        try:
            if ours.level is Level.SCAN or not ours.label:
                cards.put(replace(card, label=ours.label))
                return
            labels = LabelIndex(self.rows, cards)
            now = int(self.now().timestamp())
            labelled = replace(card, label=ours.label)
            try:
                labels.put(labelled, before="", now=now, mark=lambda: token_hex(8))
            except Conflict:  # the label is in use there: the session keeps its own identifiers
                cards.put(card)
        except Outdated:  # somebody there was faster: theirs stays
            return

    def _settle(self, transfer: Transfer) -> None:
        try:
            TransferIndex(self.rows).put(transfer)
        except Outdated:  # another delivery of the same message was faster
            return


def _places(study_uid: str, keys: list[ArchiveKey]) -> list[tuple[Level, str]]:
    series = sorted({key.series_uid for key in keys})
    scans = [(Level.SCAN, scan_name(study_uid, uid)) for uid in series]
    return [(Level.SESSION, study_uid), *scans]


def _is_identifiable(projects: Mapping[str, Project], name: str) -> bool:
    return name in projects and projects[name].identifiable


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
