"""A door before a local archive and its S3 that counts what comes through, for killed senders."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from infra.local.archive import LocalArchive

S3 = "/s3"
KEY = re.compile(rb'name="key"\r\n\r\n([^\r]+)')
PASSED_ON = ("authorization", "content-type", "idempotency-key", "x-amz-checksum-sha256")
WAIT_S = 0.2
"""How often a waiting test looks whether the sender still runs."""


class Door:
    """What came through; an object is `acknowledged` when S3 said that it has it."""

    def __init__(self, archive: LocalArchive) -> None:
        self._base_url = archive.announcement.base_url
        self._aws_url = archive.announcement.aws_url
        self._changed = threading.Condition()
        self._http = httpx.Client(timeout=60, trust_env=False)
        self._inside = 0
        self.url = ""
        self.requests = 0
        self.sent: Counter[str] = Counter()
        self.acknowledged: Counter[str] = Counter()

    @property
    def arrived(self) -> dict[str, int]:
        """The raw objects that S3 has or had, and how often each was acknowledged."""
        return {key: n for key, n in self.acknowledged.items() if key.startswith("dicom/")}

    @property
    def parts(self) -> dict[str, int]:
        """The same for the parts of large files."""
        return {key: n for key, n in self.acknowledged.items() if " part " in key}

    def wait_for_parts(self, count: int, *, alive: Callable[[], bool]) -> None:
        """Waits until so many parts have arrived, or the sender has ended."""
        with self._changed:
            while len(self.parts) < count and alive():
                self._changed.wait(WAIT_S)

    def wait_for(self, objects: int, *, requests: int, alive: Callable[[], bool]) -> None:
        """Waits until so many objects have arrived and requests come, or the sender has ended."""
        with self._changed:
            while (len(self.arrived) < objects or self.requests < requests) and alive():
                self._changed.wait(WAIT_S)

    def wait_until_empty(self) -> None:
        """Waits until what came in has been answered: S3 takes in what a killed sender sent."""
        with self._changed:
            self._changed.wait_for(lambda: self._inside == 0)

    def pass_through(self, request: Request) -> Response:
        """Passes a request on; one that broke off is not."""
        with self._changed:
            self.requests += 1
            self._inside += 1
            self._changed.notify_all()
        try:
            return self._passed(request)
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def _passed(self, request: Request) -> Response:
        body = request.stream.read()
        if len(body) < (request.content_length or 0):
            return Response(status=400)  # the sender was killed while it sent
        is_s3 = request.path.startswith(S3)
        path = request.full_path.removeprefix(S3).removesuffix("?")
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        key = self._key(request, body) if is_s3 else ""
        with self._changed:
            self.sent[key] += 1
        base = self._aws_url if is_s3 else self._base_url
        answer = self._http.request(request.method, base + path, content=body, headers=headers)
        if answer.is_success:
            with self._changed:
                self.acknowledged[key] += 1
                self._changed.notify_all()
        # Forms and signed addresses lead through this door too.
        content = answer.content.replace(self._aws_url.encode(), f"{self.url}{S3}".encode())
        return Response(
            content, status=answer.status_code, content_type=answer.headers.get("content-type")
        )

    @staticmethod
    def _key(request: Request, body: bytes) -> str:
        if request.method == "PUT":
            return f"{request.path} part {request.args['partNumber']}"
        found = KEY.search(body)
        return found[1].decode() if found else ""


class _KeepAlive(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass

    def log(self, *_: object) -> None:
        pass


@contextmanager
def door(archive: LocalArchive) -> Iterator[Door]:
    """The door on a free port, until the end of the block."""
    opened = Door(archive)
    application = Request.application(opened.pass_through)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_KeepAlive)
    server.daemon_threads = True  # type: ignore[attr-defined]  # a threading server has it
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    opened.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield opened
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
