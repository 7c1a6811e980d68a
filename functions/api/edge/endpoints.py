"""The endpoints of one function: its routes, each from the event to the reply."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from functions.api.edge.request import Answer, Request
from functions.api.edge.route import Route
from functions.api.edge.services import EdgeServices
from functions.api.routes import ROUTES
from scanloft.aws.gateway import Edge, Endpoint, Reply


def edge_of(function: str, services: Callable[[], EdgeServices]) -> Edge:
    """The HTTP edge of the function, with those of the routes that are its own."""
    endpoints = [
        Endpoint(route.method, route.path, partial(_act, route, services))
        for route in ROUTES
        if route.function == function
    ]
    return Edge(function, endpoints, help_page="/api/docs")


def _act(
    route: Route,
    services: Callable[[], EdgeServices],
    event: Mapping[str, Any],
    path: Mapping[str, str],
) -> Reply:
    request = Request.from_event(event, path, is_open=route.is_open)
    status, answer = route.answered(services(), request)
    headers = {"Cache-Control": "no-store", **answer.headers}
    if answer.etag:
        headers |= {"ETag": f'"{answer.etag}"', "Cache-Control": "private, no-cache"}
        if not route.changes and request.knows(answer.etag):
            return Reply(304, headers=headers)
    if answer.html:
        return Reply(status, answer.html, "text/html; charset=utf-8", headers)
    if answer.media_type:
        return Reply(status, answer.text, answer.media_type, headers)
    return Reply(status, _json(answer), "application/json", headers)


def _json(answer: Answer) -> str:
    return answer.body.model_dump_json() if answer.body is not None else ""
