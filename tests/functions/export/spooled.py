"""S3 for one large export: sources are made when they are read, parts and objects lie on the disk.

Run it as `python -m tests.functions.export.spooled PORT FOLDER`. The tables are those of the
benchmarks' stand-in. A source is `generated/{seed}/{size}`, without anything else to store.
"""

import asyncio
import hashlib
import sys
from pathlib import Path

from benchmarks.stub import Connection, Traffic
from benchmarks.stub_messages import Answer, Request, error, xml
from benchmarks.stub_tables import StubTables

PERIOD = 1_000_003
PATTERN = (
    b"".join(hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(40_000))[
        :PERIOD
    ]
    * 10
)
"""Bytes that repeat after a prime number of them, nine times over: a block lies anywhere in it."""


def generated(seed: int, offset: int, length: int) -> bytes:
    """Bytes of a source; its blocks have at most nine periods."""
    start = (seed * 7919 + offset) % PERIOD
    return PATTERN[start : start + length]


class SpooledBuckets:
    """The operations that an export uses, objects by the path of their requests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: dict[int, tuple[str, int]] = {}

    def answer(self, request: Request) -> Answer:
        """What S3 would answer."""
        parameters = request.parameters
        if "uploads" in parameters:
            return xml(200, "<R><UploadId>upload</UploadId></R>")
        if "uploadId" in parameters:
            if request.method == "GET":
                return self._listed()
            if request.method == "PUT":
                return self._put_part(int(parameters["partNumber"]), request.body)
            return self._completed(request)
        if "delete" in parameters:
            return xml(200, "<DeleteResult></DeleteResult>")
        if request.method == "PUT":
            self._path(request.path).write_bytes(request.body)
            return Answer(200, {"ETag": '"put"'})
        return self._read(request)

    def _read(self, request: Request) -> Answer:
        parts = request.path.split("/")
        if "generated" in parts:
            seed, size = map(int, parts[-2:])
            return _ranged(request, size, lambda at, length: generated(seed, at, length))
        path = self._path(request.path)
        if not path.exists():
            return error(404, "NoSuchKey")
        body = path.read_bytes()
        return _ranged(request, len(body), lambda at, length: body[at : at + length])

    def _put_part(self, number: int, body: bytes) -> Answer:
        etag = f'"{number}-{len(body)}"'
        self._parts[number] = (etag, len(body))
        (self._folder / f"part-{number}").write_bytes(body)
        return Answer(200, {"ETag": etag})

    def _listed(self) -> Answer:
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag><Size>{size}</Size></Part>"
            for number, (etag, size) in sorted(self._parts.items())
        )
        return xml(
            200, f"<ListPartsResult><IsTruncated>false</IsTruncated>{parts}</ListPartsResult>"
        )

    def _completed(self, request: Request) -> Answer:
        with self._path(request.path).open("wb") as whole:
            for number in sorted(self._parts):
                part = self._folder / f"part-{number}"
                whole.write(part.read_bytes())
                part.unlink()
        return xml(200, "<R><ETag>done</ETag></R>")

    def _path(self, path: str) -> Path:
        return self._folder / path.rpartition("/")[2]


def _ranged(request: Request, size: int, read: object) -> Answer:
    headers = {"ETag": '"it"'}
    asked = request.headers.get("range", "").removeprefix("bytes=")
    if request.method == "HEAD":
        return _Head(200, {**headers, "Content-Length": str(size)})
    first, _, last = asked.partition("-")
    start, end = int(first or 0), min(int(last or size - 1), size - 1)
    body = read(start, end - start + 1)  # type: ignore[operator]  # one of the two above
    if not asked:
        return Answer(200, headers, body)
    return Answer(206, {**headers, "Content-Range": f"bytes {start}-{end}/{size}"}, body)


class _Head(Answer):
    """An answer that says the size of a body and has none."""

    def to_bytes(self, *, with_body: bool) -> bytes:
        lines = [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


async def serve(port: int, folder: Path) -> None:
    """Serves on the loopback interface until cancelled."""
    buckets, tables, traffic = SpooledBuckets(folder), StubTables(), Traffic()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(buckets, tables, traffic),  # type: ignore[arg-type]  # same way to ask
        "127.0.0.1",
        port,
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
