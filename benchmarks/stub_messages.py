"""What goes over the wire to the stand-in for AWS and back: requests and answers (RFC 9112)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

REASONS = {
    200: "OK",
    204: "No Content",
    206: "Partial Content",
    400: "Bad Request",
    404: "Not Found",
    412: "Precondition Failed",
    416: "Range Not Satisfiable",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came; names of headers are in small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def parameters(self) -> Mapping[str, str]:
        """The parameters of the query; those without a value are empty."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def to_bytes(self, *, with_body: bool) -> bytes:
        """The answer on the wire."""
        length = str(len(self.body))
        fields = {**self.headers, "Content-Length": length, "x-amz-request-id": "benchmark"}
        lines = [f"HTTP/1.1 {self.status} {REASONS[self.status]}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        return head + self.body if with_body else head


def xml(status: int, body: str) -> Answer:
    """An answer as S3 writes it."""
    return Answer(status, {"Content-Type": "application/xml"}, body.encode())


def error(status: int, code: str) -> Answer:
    """An error as S3 writes it."""
    return xml(status, f"<Error><Code>{code}</Code><Message>stub</Message></Error>")
