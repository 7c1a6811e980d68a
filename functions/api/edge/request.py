"""What a request says: the caller, the parts of the path, the query, headers and the body."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from pydantic import BaseModel

from scanloft.aws.access import Presence
from scanloft.core.caller import NOBODY, Caller
from scanloft.core.errors import InvalidRequest, Outdated, Oversized

BODY_LIMIT_BYTES = 256 * 1024
"""Enough to declare a thousand files in one request."""

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the nouns of the API take it; `path` holds the parts that a route names.

    Behind the gate of a route, `content` and `query` are of the shapes that the route names, and
    `presence` is what the caller is in the project of the path.
    """

    caller: Caller
    path: Mapping[str, str]
    raw_query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw_body: bytes = b""
    content: BaseModel | None = None
    query: BaseModel | None = None
    in_project: Presence | None = None

    @classmethod
    def from_event(
        cls, event: Mapping[str, Any], path: Mapping[str, str], *, is_open: bool = False
    ) -> Self:
        """The request of an HTTP API event (payload 2.0); an open route asks for no caller.

        Raises:
            Unauthenticated: the authoriser named nobody.
            Oversized: a body of more than 256 KiB.
            InvalidRequest: a body that is not what its encoding says.
        """
        authorizer = event.get("requestContext", {}).get("authorizer") or {}
        headers = event.get("headers") or {}
        return cls(
            caller=NOBODY if is_open else Caller.from_context(authorizer.get("lambda") or {}),
            path=path,
            raw_query=event.get("queryStringParameters") or {},
            headers={name.lower(): value for name, value in headers.items()},
            raw_body=_body(event),
        )

    @property
    def project(self) -> str:
        """The name of the project of the path."""
        return self.path["project"]

    @property
    def presence(self) -> Presence:
        """What the caller is in the project of the path.

        Raises:
            AssertionError: a route without a project asks, a defect.
        """
        assert self.in_project is not None, "The route names no right in a project."  # noqa: S101
        return self.in_project

    def body(self, shape: type[Shape]) -> Shape:
        """The body, of the shape that the route names."""
        assert isinstance(self.content, shape), "The route names another body."  # noqa: S101
        return self.content

    def asked(self, shape: type[Shape]) -> Shape:
        """The query, of the shape that the route names."""
        assert isinstance(self.query, shape), "The route names another query."  # noqa: S101
        return self.query

    def check_match(self, etag: str) -> None:
        """Lets pass who edits what they have read, where they say what that is (If-Match).

        Raises:
            Outdated: it was changed since.
        """
        wanted = self.headers.get("if-match")
        if wanted is not None and not _names(wanted, etag):
            raise Outdated("This was changed since you read it: read it again, then edit that.")

    def knows(self, etag: str) -> bool:
        """Whether the caller has what bears this entity tag already (RFC 9110 13.1.2)."""
        return _names(self.headers.get("if-none-match", ""), etag)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with; `etag` without its quotation marks, "" for none.

    `html` is a page for people, `text` of a `media_type` something for other programs; each is in
    place of a body.
    """

    body: BaseModel | None
    etag: str = ""
    html: str = ""
    text: str = ""
    media_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def _names(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or f'"{etag}"' in tags


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
