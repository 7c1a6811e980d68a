"""HTTP requests as events of an API Gateway HTTP API (payload 2.0), and answers back."""

import base64
import uuid
from collections.abc import Mapping
from typing import Any

from werkzeug import Request, Response

from scanloft.core.blueprint import FUNCTIONS, Function

STAGE = "$default"


def function_for(path: str) -> Function | None:
    """The function whose route matches the path: the longest pattern wins, as in API Gateway."""
    matching = [
        (len(route.split("/")), function)
        for function in FUNCTIONS
        for route in function.routes
        if _matches(route, path)
    ]
    return max(matching, key=lambda match: match[0])[1] if matching else None


def is_open(function: Function, path: str) -> bool:
    """Whether the function answers the path without asking for a sign-in."""
    return any(_matches(route, path) for route in function.open_routes)


def _matches(route: str, path: str) -> bool:
    pattern, parts = route.split("/"), path.split("/")
    if pattern[-1] == "{proxy+}":
        pattern, rest = pattern[:-1], parts[len(pattern) - 1 :]
        parts = parts[: len(pattern)]
        if not any(rest):
            return False
    if len(pattern) != len(parts):
        return False
    return all(
        part if wanted.startswith("{") else part == wanted
        for wanted, part in zip(pattern, parts, strict=True)
    )


def authorizer_event(request: Request) -> dict[str, Any]:
    """The event of a Lambda authorizer (payload 2.0)."""
    event = _common(request)
    return event | {
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:local:000000000000:local/$default",
        "identitySource": [event["headers"].get("authorization", "")],
    }


def request_event(request: Request, *, context: Mapping[str, str]) -> dict[str, Any]:
    """The event of a proxy integration, with the context that the authorizer gave."""
    event = _common(request)
    event["requestContext"]["authorizer"] = {"lambda": dict(context)}
    body = request.get_data()
    if body:
        event |= _body(body, request.mimetype)
    return event


def response_of(answer: Mapping[str, Any]) -> Response:
    """The HTTP answer for what a handler gave."""
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    response = Response(content, status=int(answer["statusCode"]))
    response.headers.remove("Content-Type")
    for name, value in (answer.get("headers") or {}).items():
        response.headers[name] = value
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        response.headers.setlist(name, values)
    for cookie in answer.get("cookies") or ():
        response.headers.add("Set-Cookie", cookie)
    return response


def _common(request: Request) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = {name: ",".join(values) for name, values in request.args.lists()}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": STAGE,
        "rawPath": request.path,
        "rawQueryString": request.query_string.decode("ascii", "replace"),
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "127.0.0.1",
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.remote_addr or "127.0.0.1",
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": STAGE,
            "stage": STAGE,
            "timeEpoch": 0,
        },
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = query
    return event


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if content_type.startswith("text/") or content_type.endswith("json"):
        try:
            return {"body": body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
