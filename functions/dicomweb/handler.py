"""The Lambda entry point of dicomweb."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from functions.dicomweb.request import Request
from functions.dicomweb.routes import ROUTES, Route
from functions.dicomweb.services import services
from scanloft.aws.gateway import Edge, Endpoint, Reply


@cache
def edge() -> Edge:
    """The HTTP edge of this process."""
    endpoints = [Endpoint("GET", route.path, partial(_act, route)) for route in ROUTES]
    return Edge("dicomweb", endpoints, help_page="docs/conformance.md")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request of the HTTP API (payload 2.0).

    In: {"rawPath": "/api/projects/p/dicomweb/studies", "rawQueryString": "limit=10", "headers":
    {...}, "requestContext": {"http": {"method": "GET", ...}, "authorizer": {"lambda": {"user":
    "...", "admin": "false"}}}, ...}.
    Out: {"statusCode": 200, "headers": {...}, "body": "...", "isBase64Encoded": ...}; errors as
    application/problem+json. Reads the index and the archive bucket, signs addresses.
    """
    return edge().handle(event, context)


def _act(route: Route, event: Mapping[str, Any], path: Mapping[str, str]) -> Reply:
    return route.answer(services(), Request.from_event(event, path))
