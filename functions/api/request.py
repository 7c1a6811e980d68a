"""What a request says: the caller, the parts of the path, the query and the body."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from scanloft.core.caller import Caller
from scanloft.core.errors import InvalidRequest, Oversized

BODY_LIMIT_BYTES = 256 * 1024
"""Enough to declare a thousand files in one request."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the nouns of the API take it; `path` holds the parts that a route names."""

    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def from_event(cls, event: Mapping[str, Any], path: Mapping[str, str]) -> Self:
        """The request of an HTTP API event (payload 2.0).

        Raises:
            Unauthenticated: the authoriser named nobody.
            Oversized: a body of more than 256 KiB.
            InvalidRequest: a body that is not what its encoding says.
        """
        authorizer = event.get("requestContext", {}).get("authorizer") or {}
        return cls(
            caller=Caller.from_context(authorizer.get("lambda") or {}),
            path=path,
            query=event.get("queryStringParameters") or {},
            body=_body(event),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with: a JSON object and a status."""

    body: Mapping[str, object]
    status: int = 200


def _body(event: Mapping[str, Any]) -> bytes:
    text: str = event.get("body") or ""
    if len(text) > BODY_LIMIT_BYTES * 4 // 3 + 4:
        raise _too_large()
    try:
        body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, ValueError):
        raise InvalidRequest("The body is not encoded as the request says.") from None
    if len(body) > BODY_LIMIT_BYTES:
        raise _too_large()
    return body


def _too_large() -> Oversized:
    return Oversized(
        f"The body of a request has at most {BODY_LIMIT_BYTES} bytes: send less at a time.",
        limit_bytes=BODY_LIMIT_BYTES,
    )
