"""A stand-in for S3, DynamoDB and SQS that answers at once, so that callers are what is measured.

It knows the operations and conditions that the pipeline uses and no others, keeps everything in
memory and checks no signature. Run it as `python -m benchmarks.stub PORT`.
"""

import asyncio
import gc
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from benchmarks.stub_tables import StubTables

HEAD_END = b"\r\n\r\n"
KEPT_HEADERS = ("content-type", "content-encoding", "x-amz-checksum-sha256")
REASONS = {
    200: "OK",
    204: "No Content",
    206: "Partial Content",
    400: "Bad Request",
    404: "Not Found",
    412: "Precondition Failed",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came; names of headers are in small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def to_bytes(self, *, with_body: bool) -> bytes:
        """The answer on the wire (RFC 9112)."""
        length = str(len(self.body))
        fields = {**self.headers, "Content-Length": length, "x-amz-request-id": "benchmark"}
        lines = [f"HTTP/1.1 {self.status} {REASONS[self.status]}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        return head + self.body if with_body else head


@dataclass(frozen=True, slots=True)
class StubObject:
    """An object and the headers that come back with it."""

    body: bytes
    headers: Mapping[str, str]


class StubBuckets:
    """The objects of all buckets, by the path of their request."""

    def __init__(self) -> None:
        self._objects: dict[str, StubObject] = {}

    def answer(self, request: Request) -> Answer:
        """What S3 would answer."""
        if request.method == "POST" and request.query == "delete":
            return self._delete(request)
        if request.method == "PUT":
            return self._put(request)
        stored = self._objects.get(request.path)
        if stored is None:
            return _xml(404, "<Error><Code>NoSuchKey</Code><Message>absent</Message></Error>")
        return _ranged(stored, request)

    def _put(self, request: Request) -> Answer:
        if request.headers.get("if-none-match") == "*" and request.path in self._objects:
            return _xml(412, "<Error><Code>PreconditionFailed</Code><Message>x</Message></Error>")
        if source := request.headers.get("x-amz-copy-source"):
            self._objects[request.path] = self._objects["/" + unquote(source).lstrip("/")]
            return _xml(200, "<CopyObjectResult><ETag>copied</ETag></CopyObjectResult>")
        etag = hashlib.md5(request.body, usedforsecurity=False).hexdigest()
        kept = {
            name: value
            for name, value in request.headers.items()
            if name in KEPT_HEADERS or name.startswith("x-amz-meta-")
        }
        self._objects[request.path] = StubObject(request.body, {**kept, "ETag": f'"{etag}"'})
        return Answer(200, {"ETag": f'"{etag}"'})

    def _delete(self, request: Request) -> Answer:
        for piece in request.body.decode().split("<Key>")[1:]:
            key = piece.partition("</Key>")[0]
            self._objects.pop(f"{request.path.rstrip('/')}/{key}", None)
        return _xml(200, "<DeleteResult></DeleteResult>")


def _ranged(stored: StubObject, request: Request) -> Answer:
    asked = request.headers.get("range", "")
    if not asked:
        return Answer(200, stored.headers, stored.body)
    first, _, last = asked.removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last or len(stored.body)), len(stored.body) - 1)
    # S3 sends no checksum with a part of an object.
    headers = {n: v for n, v in stored.headers.items() if n != "x-amz-checksum-sha256"}
    headers["Content-Range"] = f"bytes {start}-{end}/{len(stored.body)}"
    return Answer(206, headers, stored.body[start : end + 1])


def _xml(status: int, body: str) -> Answer:
    return Answer(status, {"Content-Type": "application/xml"}, body.encode())


class Connection(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, buckets: StubBuckets, tables: StubTables) -> None:
        self._buckets = buckets
        self._tables = tables
        self._received = bytearray()
        self._continued = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport to answer on."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # a TCP server gives no other
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers each request that has come completely."""
        self._received += data
        while (request := self._next()) is not None:
            answer = self._answer(request)
            self._transport.write(answer.to_bytes(with_body=request.method != "HEAD"))

    def _next(self) -> Request | None:
        end = self._received.find(HEAD_END)
        if end < 0:
            return None
        lines = self._received[:end].decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in lines[1:])
        headers = {name.lower(): value.strip() for name, _, value in fields}
        start = end + len(HEAD_END)
        length = int(headers.get("content-length", 0))
        if len(self._received) < start + length:
            self._let_continue(headers)
            return None
        body = bytes(self._received[start : start + length])
        del self._received[: start + length]
        self._continued = False
        method, target, _ = lines[0].split(" ")
        path, _, query = target.partition("?")
        return Request(method, unquote(path), query, headers, body)

    def _let_continue(self, headers: Mapping[str, str]) -> None:
        if headers.get("expect", "").lower() == "100-continue" and not self._continued:
            self._continued = True
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _answer(self, request: Request) -> Answer:
        target = request.headers.get("x-amz-target")
        if target is None:
            return self._buckets.answer(request)
        status, body = self._tables.answer(target.partition(".")[2], request.body)
        return Answer(status, {"Content-Type": "application/x-amz-json-1.0"}, body)


async def serve(port: int) -> None:
    """Serves on the loopback interface until cancelled."""
    buckets, tables = StubBuckets(), StubTables()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(buckets, tables), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    gc.disable()  # its pauses would be taken for the caller's
    asyncio.run(serve(int(sys.argv[1])))
