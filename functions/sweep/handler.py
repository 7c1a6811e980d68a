"""The Lambda entry point of sweep."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from functions.sweep.broom import Broom
from functions.sweep.steps import STEPS
from scanloft.aws import clients
from scanloft.core.settings import SweepSettings

logger = Logger(service="sweep")


@cache
def broom() -> Broom:
    """What the steps work with, in this process."""
    settings = SweepSettings.from_env(os.environ)
    return Broom.of(settings, s3=clients.s3(), dynamodb=clients.dynamodb(), sqs=clients.sqs())


def handler(_event: Mapping[str, Any], context: Any) -> dict[str, int]:
    """Takes each step for each project; whatever is left is found again the next time.

    In: the event of a schedule. Out: how much each step did, by its name. Ends before its time is
    up. A step that fails does not keep the others from being taken.

    Raises:
        Exception: the last failure, after all steps were taken, so that the alarm sees it.
    """

    def seconds_left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    done: dict[str, int] = {}
    failure: Exception | None = None
    for name, step in STEPS.items():
        try:
            done[name] = step(broom(), seconds_left)
        except Exception as error:  # noqa: BLE001  # one step must not keep the others waiting
            logger.warning("step failed", step=name, error=type(error).__name__)
            failure = error
    logger.info("swept", extra=dict(done))
    if failure is not None:
        raise failure
    return done
