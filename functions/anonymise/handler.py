"""The Lambda entry point of anonymise."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.anonymise.gate import Gate
from scanloft.aws import clients
from scanloft.aws.batches import Delivery, Outcome, answer_arrivals
from scanloft.core.model import FateKind
from scanloft.core.settings import AnonymiseSettings

KEPT = (FateKind.ARCHIVED, FateKind.DUPLICATE)

logger = Logger(service="anonymise")
metrics = Metrics(namespace="scanloft", service="anonymise")


@cache
def gate() -> Gate:
    """The gate of this process."""
    settings = AnonymiseSettings.from_env(os.environ)
    return Gate(settings, s3=clients.s3(), dynamodb=clients.dynamodb())


@metrics.log_metrics
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Passes raw objects through the gate.

    In: an SQS batch of S3 event notifications for the prefixes `dicom/` and `files/` of the inbox.
    Out: objects under `dicom/` and `files/` of the archive, or under `quarantine/` of the inbox
    with an item in the index; a fate for each; the raw object gone. Answers `batchItemFailures`.
    """
    return answer_arrivals(event, partial(_pass, context))


def _pass(context: Any, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
    def seconds_left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    batch = gate().pass_batch(deliveries, seconds_left=seconds_left)
    metrics.add_metric(name="passed", unit=MetricUnit.Count, value=len(batch.passed))
    for kind, count in Counter(passed.fate.kind for passed in batch.passed).items():
        metrics.add_metric(name=kind, unit=MetricUnit.Count, value=count)
    for passed in batch.passed:
        if passed.fate.code and passed.fate.kind not in KEPT:
            logger.info("object refused", key=str(passed.key), code=passed.fate.code)
    for outcome in batch.outcomes:
        if outcome is not None:
            logger.warning("object will be tried again", error=type(outcome).__name__)
    return batch.outcomes
