"""The Lambda entry point of custody: the one part of the API that may open the pseudonyms table."""

import os
from functools import cache
from typing import Any

from functions.api.custody.services import CustodyServices
from functions.api.edge.endpoints import edge_of
from scanloft.aws import clients
from scanloft.aws.access import Access
from scanloft.aws.audit import AuditLog
from scanloft.aws.gateway import Edge
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.pseudonyms import PseudonymStore
from scanloft.aws.rows import Rows
from scanloft.core.settings import CustodySettings


@cache
def services() -> CustodyServices:
    """The services that the environment names."""
    settings = CustodySettings.from_env(os.environ)
    rows = Rows(settings.index_table, clients.dynamodb())
    return CustodyServices(
        rows=rows,
        access=Access(ProjectIndex(rows)),
        audit=AuditLog(Rows(settings.audit_table, clients.dynamodb())),
        pseudonyms=PseudonymStore(Rows(settings.pseudonyms_table, clients.dynamodb())),
    )


@cache
def edge() -> Edge:
    """The HTTP edge of this process."""
    return edge_of("custody", services)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request below `/api/projects/{project}/pseudonyms/` (payload 2.0).

    In and out as `functions.api.handler`. Writes to the audit log before it opens the table.
    """
    return edge().handle(event, context)
