"""The Lambda entry point of transfer."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from aws_lambda_powertools import Logger

from functions.transfer.mover import Mover
from scanloft.aws import clients
from scanloft.aws.batches import Message, Outcome, answer_batch
from scanloft.core.errors import ArchiveError
from scanloft.core.settings import TransferSettings
from scanloft.core.transfers import parse_transfer

logger = Logger(service="transfer")


@cache
def mover() -> Mover:
    """The mover of this process."""
    settings = TransferSettings.from_env(os.environ)
    return Mover.of(settings, s3=clients.s3(), dynamodb=clients.dynamodb(), sqs=clients.sqs())


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Moves sessions to other projects.

    In: an SQS batch of messages, each {"project": "...", "study_uid": "..."}; where to stands in
    the row of the move.
    Out: the session's objects under `dicom/{target}/` of the archive, its cards in the index, a
    tombstone in the source, messages to summarise; a message to itself where time ran out. The
    row of the move says how it ended. Answers `batchItemFailures`.
    """

    def seconds_left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    return answer_batch(event, partial(_move, seconds_left))


def _move(seconds_left: Callable[[], float], messages: Sequence[Message]) -> Sequence[Outcome]:
    return [_move_one(message, seconds_left) for message in messages]


def _move_one(message: Message, seconds_left: Callable[[], float]) -> Outcome:
    try:
        project, study_uid = parse_transfer(message.body)
        mover().move(project, study_uid, seconds_left=seconds_left)
    except (ValueError, ArchiveError) as error:
        logger.warning("session will be tried again", error=type(error).__name__)
        return error
    return None
