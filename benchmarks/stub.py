"""A stand-in for S3, DynamoDB and SQS that answers at once, so that callers are what is measured.

It knows the operations and conditions that the pipeline uses and no others, keeps everything in
memory and checks no signature. Run it as `python -m benchmarks.stub PORT`. `GET /-traffic` tells
how many bytes have come and gone since it was last asked.
"""

import asyncio
import gc
import json
import sys
from collections.abc import Mapping
from urllib.parse import unquote

from benchmarks.stub_buckets import StubBuckets
from benchmarks.stub_messages import Answer, Request
from benchmarks.stub_tables import StubTables

HEAD_END = b"\r\n\r\n"
TRAFFIC_PATH = "/-traffic"


class Traffic:
    """Bytes on the wire, both ways, headers and all."""

    def __init__(self) -> None:
        self.received = self.sent = 0

    def told(self) -> Answer:
        """What has been counted, which starts again from nothing."""
        counts = {"received": self.received, "sent": self.sent}
        self.received = self.sent = 0
        return Answer(200, {"Content-Type": "application/json"}, json.dumps(counts).encode())


class Connection(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, buckets: StubBuckets, tables: StubTables, traffic: Traffic) -> None:
        self._buckets = buckets
        self._tables = tables
        self._traffic = traffic
        self._received = bytearray()
        self._continued = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport to answer on."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # a TCP server gives no other
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers each request that has come completely."""
        self._received += data
        self._traffic.received += len(data)
        while (request := self._next()) is not None:
            answer = self._answer(request).to_bytes(with_body=request.method != "HEAD")
            self._transport.write(answer)
            self._traffic.sent += len(answer)

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
        if request.path == TRAFFIC_PATH:
            return self._traffic.told()
        target = request.headers.get("x-amz-target")
        if target is None:
            return self._buckets.answer(request)
        status, body = self._tables.answer(target.partition(".")[2], request.body)
        return Answer(status, {"Content-Type": "application/x-amz-json-1.0"}, body)


async def serve(port: int) -> None:
    """Serves on the loopback interface until cancelled."""
    buckets, tables, traffic = StubBuckets(), StubTables(), Traffic()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(buckets, tables, traffic), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    gc.disable()  # its pauses would be taken for the caller's
    asyncio.run(serve(int(sys.argv[1])))
