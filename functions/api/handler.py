"""The Lambda entry point of api."""

from functools import cache
from typing import Any

from functions.api.edge.endpoints import edge_of
from functions.api.services import services
from scanloft.aws.gateway import Edge


@cache
def edge() -> Edge:
    """The HTTP edge of this process."""
    return edge_of("api", services)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request of the HTTP API (payload 2.0).

    In: {"rawPath": "/api/projects", "requestContext": {"http": {"method": "GET", ...},
    "authorizer": {"lambda": {"user": "...", "admin": "false"}}}, "body": ..., ...}.
    Out: {"statusCode": 200, "headers": {...}, "body": "{...}", "isBase64Encoded": false}; errors
    as application/problem+json. Reads and writes the index and the audit log, writes secrets,
    signs addresses.
    """
    return edge().handle(event, context)
