"""The Lambda entry point of export."""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.export.export import Exporter
from scanloft.aws import clients
from scanloft.aws.batches import Message, Outcome, answer_batch
from scanloft.core.errors import ArchiveError
from scanloft.core.exports import ExportOrder
from scanloft.core.settings import ExportSettings

logger = Logger(service="export")
metrics = Metrics(namespace="scanloft", service="export")


@cache
def exporter() -> Exporter:
    """The exporter of this process."""
    settings = ExportSettings.from_env(os.environ)
    return Exporter(settings, s3=clients.s3(), dynamodb=clients.dynamodb(), sqs=clients.sqs())


@metrics.log_metrics
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Makes the zip of an export, or goes on making it.

    In: an SQS message {"project", "export"}. Out: `exports/{project}/{export}.zip` in the archive
    bucket, and how far it is in the row of the export; what is not done in time is put down
    beside it, and the message sent again. Answers `batchItemFailures`.
    """

    def remaining_s() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    def export(messages: Sequence[Message]) -> Sequence[Outcome]:
        return [_export(message, remaining_s) for message in messages]

    return answer_batch(event, export)


def _export(message: Message, remaining_s: Any) -> Outcome:
    try:
        order = ExportOrder.from_body(message.body)
        status = exporter().work_on(order, attempt=message.attempt, remaining_s=remaining_s)
    except (ArchiveError, ValueError) as error:
        logger.warning("export will be tried again", error=type(error).__name__)
        return error
    metrics.add_metric(name=status or "deleted", unit=MetricUnit.Count, value=1)
    logger.info("export worked on", project=order.project, export=order.export, status=status)
    return None
