"""What the sweep works with, over the cloud of a test."""

from collections.abc import Callable
from datetime import datetime

from functions.sweep.broom import Broom
from infra.local.place import queue_url
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.queues import Queue
from scanloft.aws.versions import VersionStore
from scanloft.core.blueprint import SUMMARISE_QUEUE
from tests.support.cloud import SERVICES, Cloud


def broom_of(cloud: Cloud, *, now: Callable[[], datetime]) -> Broom:
    """A broom whose time is that of the test."""
    return Broom(
        rows=cloud.rows,
        projects=ProjectIndex(cloud.rows),
        inbox=cloud.inbox,
        archive=cloud.archive,
        archive_versions=VersionStore(cloud.archive.bucket, cloud.s3),
        summarise=Queue(queue_url(SERVICES, SUMMARISE_QUEUE), cloud.sqs),
        now=now,
    )
