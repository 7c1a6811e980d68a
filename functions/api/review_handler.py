"""The Lambda entry point of review: the one part of the API that may open quarantined objects."""

import os
from functools import cache
from typing import Any

from functions.api.edge.endpoints import edge_of
from functions.api.quarantine.services import ReviewServices
from scanloft.aws import clients
from scanloft.aws.access import Access
from scanloft.aws.audit import AuditLog
from scanloft.aws.feed import Feed
from scanloft.aws.gateway import Edge
from scanloft.aws.hooks import HookCaller, HookIndex
from scanloft.aws.instructions import InstructionIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.quarantine import QuarantineIndex
from scanloft.aws.queues import Queue
from scanloft.aws.rows import Rows
from scanloft.aws.uploads import UploadIndex
from scanloft.core.settings import ReviewSettings


@cache
def services() -> ReviewServices:
    """The services that the environment names."""
    settings = ReviewSettings.from_env(os.environ)
    rows = Rows(settings.index_table, clients.dynamodb())
    projects = ProjectIndex(rows)
    caller = HookCaller(HookIndex(rows), Queue(settings.deliver_queue_url, clients.sqs()))
    return ReviewServices(
        rows=rows,
        access=Access(projects),
        audit=AuditLog(Rows(settings.audit_table, clients.dynamodb())),
        inbox=ObjectStore(settings.inbox_bucket, clients.s3()),
        quarantine=QuarantineIndex(rows),
        instructions=InstructionIndex(rows),
        uploads=UploadIndex(rows),
        projects=projects,
        feed=Feed(rows, tell=caller.tell),
    )


@cache
def edge() -> Edge:
    """The HTTP edge of this process."""
    return edge_of("review", services)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request below `/api/projects/{project}/quarantine/` or `/api/quarantine/`.

    In and out as `functions.api.handler`. Reads and deletes what lies in quarantine, and copies it
    to where the gate takes it; it writes to the audit log before.
    """
    return edge().handle(event, context)
