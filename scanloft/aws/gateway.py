"""The HTTP edge of a Lambda function: finds the route, answers, turns errors to problems."""

import json
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from scanloft.core.errors import ArchiveError, NotAllowed, NotFound, Unavailable
from scanloft.core.problems import PROBLEM_TYPE, problem

FAULT = {
    "type": "urn:scanloft:problem:fault",
    "title": "Internal Server Error",
    "status": 500,
    "code": "fault",
    "detail": "The archive failed at this request: try again, and report it if it stays so.",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request is answered with; a body in bytes is sent in base64."""

    status: int
    body: str | bytes = ""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and a path, as "/api/projects/<project>", and what answers it.

    `act` gets the event of the HTTP API (payload 2.0) and the parts of the path by name.
    """

    method: str
    path: str
    act: Callable[[Mapping[str, Any], Mapping[str, str]], Reply]


class Edge:
    """The HTTP edge of one function; `help_page` lists its addresses."""

    def __init__(self, service: str, endpoints: Iterable[Endpoint], *, help_page: str) -> None:
        self._service = service
        self._endpoints = tuple(endpoints)
        self._help_page = help_page
        self._logger = Logger(service=service)

    def handle(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The answer to one event; errors become problem+json, and each request is counted."""
        resolver = self._resolver(event)
        # On the object and not on its class, where a second thread of a local front replaces it.
        resolver.current_event = APIGatewayProxyEventV2(event)
        answer = resolver.resolve(event, context)
        with single_metric(
            name="answered" if answer["statusCode"] < 500 else "failed",
            unit=MetricUnit.Count,
            value=1,
            namespace="scanloft",
            default_dimensions={"service": self._service},
        ):
            return answer

    def _resolver(self, event: Mapping[str, Any]) -> APIGatewayHttpResolver:
        """A resolver for one request: a resolver keeps the request it is at."""
        resolver = APIGatewayHttpResolver()
        for endpoint in self._here(event):
            resolver.route(endpoint.path, endpoint.method)(_acting(endpoint, event))
        resolver.exception_handler(NotFoundError)(partial(self._no_route, event))
        resolver.exception_handler(ArchiveError)(self._refused)
        resolver.exception_handler(Exception)(self._failed)
        return resolver

    def _here(self, event: Mapping[str, Any]) -> list[Endpoint]:
        """The endpoints at the path: a path that is named stands before one with a part for any."""
        path = str(event.get("rawPath", ""))
        fitting = [each for each in self._endpoints if _fits(each.path, path)]
        closest = max((_names(each.path) for each in fitting), default=())
        return [each for each in fitting if _names(each.path) == closest]

    def _no_route(self, event: Mapping[str, Any], _error: NotFoundError) -> Response[str | bytes]:
        known = {each.method for each in self._here(event)}
        if known:
            allowed = ", ".join(sorted(known))
            return self._refused(
                NotAllowed(f"This address takes {allowed} and nothing else.", allowed=allowed)
            )
        return self._refused(
            NotFound(f"There is no such page: {self._help_page} lists the addresses.")
        )

    def _refused(self, error: ArchiveError) -> Response[str | bytes]:
        status, body = problem(error)
        log = self._logger.warning if isinstance(error, Unavailable) else self._logger.info
        log("request refused", extra={"code": error.code, "facts": error.facts})
        return _problem(status, body, allowed=str(error.facts.get("allowed", "")))

    def _failed(self, error: Exception) -> Response[str | bytes]:
        """Logs the type of the error and the places of its stack: its message may hold values."""
        stack = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        self._logger.error("request failed", extra={"error": type(error).__name__, "stack": stack})
        return _problem(500, FAULT)


def _acting(endpoint: Endpoint, event: Mapping[str, Any]) -> Callable[..., Response[str | bytes]]:
    def act(**path: str) -> Response[str | bytes]:
        return _response(endpoint.act(event, path))

    return act


def _fits(pattern: str, path: str) -> bool:
    """Whether a path is one of the pattern, whose parts in angle brackets stand for any."""
    wanted, parts = pattern.split("/"), path.split("/")
    return len(wanted) == len(parts) and all(
        part == each or (each.startswith("<") and bool(part))
        for each, part in zip(wanted, parts, strict=True)
    )


def _names(pattern: str) -> tuple[bool, ...]:
    """Which parts of a pattern are named, from the left."""
    return tuple(not part.startswith("<") for part in pattern.split("/"))


def _problem(
    status: int, body: Mapping[str, object], *, allowed: str = ""
) -> Response[str | bytes]:
    headers = {"Cache-Control": "no-store"}
    if status == 405:
        headers["Allow"] = allowed
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _response(Reply(status, json.dumps(body), PROBLEM_TYPE, headers))


def _response(reply: Reply) -> Response[str | bytes]:
    return Response(
        status_code=reply.status,
        content_type=reply.content_type,
        body=reply.body,
        headers={**reply.headers, "X-Content-Type-Options": "nosniff"},
    )
