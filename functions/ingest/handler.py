"""The Lambda entry point of ingest."""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.ingest.index import Indexer
from scanloft.aws import clients
from scanloft.aws.batches import Delivery, Outcome, answer_arrivals
from scanloft.core.settings import IngestSettings

logger = Logger(service="ingest")
metrics = Metrics(namespace="scanloft", service="ingest")


@cache
def indexer() -> Indexer:
    """The indexer of this process."""
    settings = IngestSettings.from_env(os.environ)
    return Indexer(settings, s3=clients.s3(), dynamodb=clients.dynamodb(), sqs=clients.sqs())


@metrics.log_metrics
def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Indexes new instances.

    In: an SQS batch of S3 event notifications for the prefix `dicom/` of the archive.
    Out: a row for each instance; a "series changed" message, delayed, for each series touched.
    Answers `batchItemFailures`.
    """
    del context
    return answer_arrivals(event, _index)


def _index(deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
    outcomes = indexer().index_batch(deliveries)
    failures = [outcome for outcome in outcomes if outcome is not None]
    metrics.add_metric(name="indexed", unit=MetricUnit.Count, value=len(outcomes) - len(failures))
    for failure in failures:
        logger.warning("instance will be tried again", error=type(failure).__name__)
    return outcomes
