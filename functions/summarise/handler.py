"""The Lambda entry point of summarise."""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.summarise.summarise import Summariser
from scanloft.aws import clients
from scanloft.aws.batches import Message, Outcome, answer_batch
from scanloft.core.settings import SummariseSettings

logger = Logger(service="summarise")
metrics = Metrics(namespace="scanloft", service="summarise")


@cache
def summariser() -> Summariser:
    """The summariser of this process."""
    settings = SummariseSettings.from_env(os.environ)
    return Summariser(settings, s3=clients.s3(), dynamodb=clients.dynamodb(), sqs=clients.sqs())


@metrics.log_metrics
def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Recomputes changed series and their studies.

    In: an SQS batch of "series changed" messages from ingest, api, transfer and sweep.
    Out: `metadata.json.gz` of each series under `derived/` of the archive, its row, the row of its
    study and that of its subject, none of what was deleted; an entry in the feed of its project,
    and a call to each webhook there. Answers `batchItemFailures`.
    """
    del context
    return answer_batch(event, _summarise)


def _summarise(messages: Sequence[Message]) -> Sequence[Outcome]:
    outcomes = summariser().summarise_batch(messages)
    failures = [outcome for outcome in outcomes if outcome is not None]
    metrics.add_metric(
        name="summarised", unit=MetricUnit.Count, value=len(outcomes) - len(failures)
    )
    for failure in failures:
        logger.warning("series will be tried again", error=type(failure).__name__)
    return outcomes
