"""What a request says, and the answers that all pages share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote

from scanloft.aws.gateway import Reply
from scanloft.core.accept import accepts_gzip
from scanloft.core.caller import Caller
from scanloft.core.errors import InvalidRequest
from scanloft.core.identifiers import is_uid

PRIVATE = {"Vary": "Accept, Accept-Encoding, Authorization"}
"""What answers differ by; two users of one browser share its cache, but not what is in it."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request; `path` holds the parts that its route names, header names are in small letters."""

    caller: Caller
    path: Mapping[str, str]
    query: str
    headers: Mapping[str, str]

    @classmethod
    def from_event(cls, event: Mapping[str, Any], path: Mapping[str, str]) -> Self:
        """The request of an HTTP API event (payload 2.0).

        Raises:
            Unauthenticated: the authoriser named nobody.
        """
        authorizer = event.get("requestContext", {}).get("authorizer") or {}
        return cls(
            caller=Caller.from_context(authorizer.get("lambda") or {}),
            path=path,
            query=event.get("rawQueryString") or "",
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        )

    @property
    def project(self) -> str:
        """The project it is about."""
        return self.path["project"]

    @property
    def accept(self) -> str:
        """What is accepted: the query parameter, or else the header (PS3.18 8.3.3.1)."""
        for pair in self.query.split("&"):
            name, _, value = pair.partition("=")
            if name == "accept":
                return unquote(value)
        return self.headers.get("accept", "")

    @property
    def takes_gzip(self) -> bool:
        """Whether the body may be sent gzipped."""
        return accepts_gzip(self.headers.get("accept-encoding", ""))

    def uid(self, part: str) -> str:
        """A UID of the path: "study", "series" or "instance".

        Raises:
            InvalidRequest: it is none.
        """
        if not is_uid(self.path[part]):
            raise InvalidRequest(f"The {part} of this address is not a UID.")
        return self.path[part]

    def knows(self, etag: str) -> bool:
        """Whether the client has what bears this entity tag (RFC 9110 13.1.2)."""
        tags = [tag.strip().removeprefix("W/") for tag in self._known.split(",")]
        return "*" in tags or etag.removeprefix("W/") in tags

    @property
    def _known(self) -> str:
        return self.headers.get("if-none-match", "")


def not_modified(etag: str, *, max_age_s: int) -> Reply:
    """The client has it already."""
    return Reply(304, headers=cache_headers(etag, max_age_s=max_age_s))


def cache_headers(etag: str, *, max_age_s: int) -> dict[str, str]:
    """The headers of what a client, and no one between, may keep for so many seconds."""
    return {"ETag": etag, "Cache-Control": f"private, max-age={max_age_s}", **PRIVATE}
