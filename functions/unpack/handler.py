"""The Lambda entry point of unpack."""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.unpack.unpack import Unpacker
from scanloft.aws import clients
from scanloft.aws.batches import Delivery, Outcome, answer_arrivals
from scanloft.core.settings import UnpackSettings

logger = Logger(service="unpack")
metrics = Metrics(namespace="scanloft", service="unpack")


@cache
def unpacker() -> Unpacker:
    """The unpacker of this process."""
    settings = UnpackSettings.from_env(os.environ)
    return Unpacker(settings, s3=clients.s3(), dynamodb=clients.dynamodb())


@metrics.log_metrics
def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Unpacks zip and tar files.

    In: an SQS batch of S3 event notifications for the prefix `archives/` of the inbox.
    Out: an object under `dicom/` of the inbox for each member, which anonymise takes from there;
    a fate for the file itself, and for members that are not unpacked; the file gone, or under
    `quarantine/` with an item in the index. Answers `batchItemFailures`.
    """
    del context
    return answer_arrivals(event, _unpack)


def _unpack(deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
    metrics.add_metric(name="files", unit=MetricUnit.Count, value=len(deliveries))
    return [_unpack_one(delivery) for delivery in deliveries]


def _unpack_one(delivery: Delivery) -> Outcome:
    try:
        fate = unpacker().unpack(delivery)
    except Exception as error:  # noqa: BLE001  # the edge: the queue delivers it again
        logger.warning("file will be tried again", error=type(error).__name__)
        return error
    if fate:
        metrics.add_metric(name=fate.kind, unit=MetricUnit.Count, value=1)
        logger.info("file done", key=delivery.arrival.key, fate=fate.kind, code=fate.code)
    return None
