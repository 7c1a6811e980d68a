"""The Lambda entry point of api."""

import json
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from functions.api.request import Request
from functions.api.routes import ROUTES, Route
from functions.api.services import services
from scanloft.aws.gateway import Edge, Endpoint, Reply


@cache
def edge() -> Edge:
    """The HTTP edge of this process."""
    endpoints = [Endpoint(route.method, route.path, partial(_act, route)) for route in ROUTES]
    return Edge("api", endpoints, help_page="docs/api.md")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request of the HTTP API (payload 2.0).

    In: {"rawPath": "/api/projects", "requestContext": {"http": {"method": "GET", ...},
    "authorizer": {"lambda": {"user": "...", "admin": "false"}}}, "body": ..., ...}.
    Out: {"statusCode": 200, "headers": {...}, "body": "{...}", "isBase64Encoded": false}; errors
    as application/problem+json. Reads and writes the index, writes secrets, signs addresses.
    """
    return edge().handle(event, context)


def _act(route: Route, event: Mapping[str, Any], path: Mapping[str, str]) -> Reply:
    answer = route.answer(services(), Request.from_event(event, path))
    return Reply(
        answer.status,
        json.dumps(answer.body, separators=(",", ":")),
        "application/json",
        {"Cache-Control": "no-store"},
    )
