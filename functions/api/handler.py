"""The Lambda function behind /api: finds the route, answers in JSON, turns errors to problems."""

import json
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.api.request import Request
from functions.api.routes import ROUTES, Route
from functions.api.services import services
from scanloft.core.errors import ArchiveError, NotFound, Unavailable
from scanloft.core.problems import PROBLEM_TYPE, problem

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
FAULT = {
    "type": "urn:scanloft:problem:fault",
    "title": "Internal Server Error",
    "status": 500,
    "code": "fault",
    "detail": "The archive failed at this request: try again, and report it if it stays so.",
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request of the HTTP API (payload 2.0).

    In: {"rawPath": "/api/projects", "requestContext": {"http": {"method": "GET", ...},
    "authorizer": {"lambda": {"user": "...", "admin": "false"}}}, "body": ..., ...}.
    Out: {"statusCode": 200, "headers": {...}, "body": "{...}", "isBase64Encoded": false}; errors
    as application/problem+json. Reads and writes the index, writes secrets, signs addresses.
    """
    resolver = _resolver(event)
    # On the object and not on its class, where a second thread of a local front would replace it.
    resolver.current_event = APIGatewayProxyEventV2(event)
    return resolver.resolve(event, context)


def _resolver(event: Mapping[str, Any]) -> APIGatewayHttpResolver:
    """A resolver for one request: a resolver keeps the request it is at."""
    resolver = APIGatewayHttpResolver()
    for route in ROUTES:
        resolver.route(route.path, route.method)(_act(route, event))
    resolver.exception_handler(NotFoundError)(_no_route)
    resolver.exception_handler(ArchiveError)(_refused)
    resolver.exception_handler(Exception)(_failed)
    return resolver


def _act(route: Route, event: Mapping[str, Any]) -> Callable[..., Response[str]]:
    def act(**path: str) -> Response[str]:
        answer = route.answer(services(), Request.from_event(event, path))
        return _response(answer.status, answer.body, content_type="application/json")

    return act


def _no_route(_error: NotFoundError) -> Response[str]:
    return _refused(NotFound("There is no such page: docs/api.md lists the routes."))


def _refused(error: ArchiveError) -> Response[str]:
    status, body = problem(error)
    log = _logger().warning if isinstance(error, Unavailable) else _logger().info
    log("A request was refused.", extra={"code": error.code, "facts": error.facts})
    response = _response(status, body, content_type=PROBLEM_TYPE)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _failed(error: Exception) -> Response[str]:
    """Logs the type of the error and the places of its stack: its message may hold values."""
    stack = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    _logger().error("A request failed.", extra={"error": type(error).__name__, "stack": stack})
    return _response(500, FAULT, content_type=PROBLEM_TYPE)


def _response(status: int, body: Mapping[str, object], *, content_type: str) -> Response[str]:
    return Response(
        status_code=status,
        content_type=content_type,
        body=json.dumps(body, separators=(",", ":")),
        headers=dict(HEADERS),
    )


@cache
def _logger() -> Logger:
    return Logger(service="api")
