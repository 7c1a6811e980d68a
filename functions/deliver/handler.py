"""The Lambda entry point of deliver."""

import os
import ssl
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.deliver.deliver import Deliverer
from functions.deliver.post import Poster
from scanloft.aws import clients
from scanloft.aws.batches import Message, Outcome, answer_batch
from scanloft.aws.feed import Feed
from scanloft.aws.hooks import HookIndex
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.queues import Queue
from scanloft.aws.rows import Rows
from scanloft.core.settings import DeliverSettings
from scanloft.core.targets import Targets

logger = Logger(service="deliver")
metrics = Metrics(namespace="scanloft", service="deliver")


@cache
def deliverer() -> Deliverer:
    """The deliverer of this process."""
    settings = DeliverSettings.from_env(os.environ)
    rows = Rows(settings.index_table, clients.dynamodb())
    return Deliverer(
        hooks=HookIndex(rows),
        feed=Feed(rows),
        projects=ProjectIndex(rows),
        queue=Queue(settings.deliver_queue_url, clients.sqs()),
        poster=Poster(Targets(settings.webhook_targets), ssl.create_default_context()),
    )


@metrics.log_metrics
def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Delivers what changed to webhooks.

    In: an SQS batch of calls, each of one webhook of a project.
    Out: POST requests to the addresses of the webhooks; how far each has got, and what was tried.
    A webhook that does not take its delivery is called again later. Answers `batchItemFailures`.
    """
    del context
    return answer_batch(event, _deliver)


def _deliver(messages: Sequence[Message]) -> Sequence[Outcome]:
    outcomes = deliverer().deliver_batch(messages)
    failures = [outcome for outcome in outcomes if outcome is not None]
    metrics.add_metric(name="called", unit=MetricUnit.Count, value=len(outcomes) - len(failures))
    for failure in failures:
        logger.warning("webhook will be called again", error=type(failure).__name__)
    return outcomes
