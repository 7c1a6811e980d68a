"""The Lambda function behind DICOMweb: finds the route, answers, turns errors to problems."""

import json
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.dicomweb.request import Answer, Request
from functions.dicomweb.routes import ROUTES, Route
from functions.dicomweb.services import services
from scanloft.core.errors import ArchiveError, NotFound, Unavailable
from scanloft.core.problems import PROBLEM_TYPE, problem

SERVICE = "dicomweb"
FAULT = {
    "type": "urn:scanloft:problem:fault",
    "title": "Internal Server Error",
    "status": 500,
    "code": "fault",
    "detail": "The archive failed at this request: try again, and report it if it stays so.",
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request of the HTTP API (payload 2.0).

    In: {"rawPath": "/api/projects/p/dicomweb/studies", "rawQueryString": "limit=10", "headers":
    {...}, "requestContext": {"http": {"method": "GET", ...}, "authorizer": {"lambda": {"user":
    "...", "admin": "false"}}}, ...}.
    Out: {"statusCode": 200, "headers": {...}, "body": "...", "isBase64Encoded": ...}; errors as
    application/problem+json. Reads the index and the archive bucket, signs addresses.
    """
    resolver = _resolver(event)
    # On the object and not on its class, where a second thread of a local front would replace it.
    resolver.current_event = APIGatewayProxyEventV2(event)
    answer = resolver.resolve(event, context)
    with single_metric(
        name="answered" if answer["statusCode"] < 500 else "failed",
        unit=MetricUnit.Count,
        value=1,
        namespace="scanloft",
        default_dimensions={"service": SERVICE},
    ):
        return answer


def _resolver(event: Mapping[str, Any]) -> APIGatewayHttpResolver:
    """A resolver for one request: a resolver keeps the request it is at."""
    resolver = APIGatewayHttpResolver()
    for route in ROUTES:
        resolver.get(route.path)(_act(route, event))
    resolver.exception_handler(NotFoundError)(_no_route)
    resolver.exception_handler(ArchiveError)(_refused)
    resolver.exception_handler(Exception)(_failed)
    return resolver


def _act(route: Route, event: Mapping[str, Any]) -> Callable[..., Response[str | bytes]]:
    def act(**path: str) -> Response[str | bytes]:
        return _response(route.answer(services(), Request.from_event(event, path)))

    return act


def _no_route(_error: NotFoundError) -> Response[str | bytes]:
    return _refused(NotFound("There is no such page: docs/conformance.md lists the addresses."))


def _refused(error: ArchiveError) -> Response[str | bytes]:
    status, body = problem(error)
    log = _logger().warning if isinstance(error, Unavailable) else _logger().info
    log("A request was refused.", extra={"code": error.code, "facts": error.facts})
    return _problem(status, body)


def _failed(error: Exception) -> Response[str | bytes]:
    """Logs the type of the error and the places of its stack: its message may hold values."""
    stack = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    _logger().error("A request failed.", extra={"error": type(error).__name__, "stack": stack})
    return _problem(500, FAULT)


def _problem(status: int, body: Mapping[str, object]) -> Response[str | bytes]:
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _response(Answer(status, json.dumps(body), PROBLEM_TYPE, headers))


def _response(answer: Answer) -> Response[str | bytes]:
    return Response(
        status_code=answer.status,
        content_type=answer.content_type,
        body=answer.body,
        headers={**answer.headers, "X-Content-Type-Options": "nosniff"},
    )


@cache
def _logger() -> Logger:
    return Logger(service=SERVICE)
