"""The HTTP front: one host for the API, DICOMweb and signed downloads, as CloudFront is on AWS."""

import importlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
from botocore.credentials import Credentials
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from infra.local import gateway_events, logs
from infra.local.context import LocalContext
from infra.local.signatures import check_signature
from scanloft.core.blueprint import AUTHORISE, Function
from scanloft.core.errors import ArchiveError, Forbidden, NotFound
from scanloft.core.problems import PROBLEM_TYPE, problem
from scanloft.core.settings import DicomwebSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

OBJECTS = "/objects/"
BODY_LIMIT_BYTES = 10 * 1024 * 1024
ANSWER_LIMIT_BYTES = 6 * 1024 * 1024
PASSED_ON = ("range", "if-none-match", "if-modified-since", "if-match", "if-range")
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "server", "date"}
CHUNK_BYTES = 256 * 1024

logger = logging.getLogger(__name__)
Handler = Callable[[Mapping[str, Any], object], Mapping[str, Any]]


class Front:
    """The WSGI application."""

    def __init__(self, *, aws_url: str, archive_bucket: str, region: str) -> None:
        self._archive_url = f"{aws_url}/{archive_bucket}/"
        self._region = region
        self._credentials = Credentials(
            os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
        )
        self._s3 = httpx.Client(timeout=60, trust_env=False)
        self._handlers: dict[str, Handler] = {}

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answers one request."""
        request = Request(environ)
        try:
            response = self._answer(request)
        except ArchiveError as error:
            response = _problem(error)
        except Exception as error:  # noqa: BLE001  # the edge, as API Gateway is
            logger.error("function failed: %s", logs.places(error))
            response = _gateway_message(500, "Internal Server Error")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path.startswith(OBJECTS):
            return self._object(request)
        function = gateway_events.function_for(request.path)
        if function is None:
            raise NotFound("Nothing is served here: the API begins at /api/.")
        if (request.content_length or 0) > BODY_LIMIT_BYTES:
            return _gateway_message(413, "Request Entity Too Large")
        return self._invoke(function, request)

    def _invoke(self, function: Function, request: Request) -> Response:
        if request.method == "GET" and gateway_events.is_open(function, request.path):
            return self._answered(function, request, context={})
        if "Authorization" not in request.headers:
            return _gateway_message(401, "Unauthorized")
        verdict = self._handler(AUTHORISE)(
            gateway_events.authorizer_event(request), LocalContext(AUTHORISE.name)
        )
        if not verdict["isAuthorized"]:
            return _gateway_message(403, "Forbidden")
        return self._answered(function, request, context=verdict["context"])

    def _answered(
        self, function: Function, request: Request, *, context: Mapping[str, str]
    ) -> Response:
        event = gateway_events.request_event(request, context=context)
        answer = self._handler(function)(event, LocalContext(function.name))
        if len(answer.get("body") or "") > ANSWER_LIMIT_BYTES:
            logger.error("answer is larger than Lambda allows", extra={"name": function.name})
            return _gateway_message(500, "Internal Server Error")
        return gateway_events.response_of(answer)

    def _handler(self, function: Function) -> Handler:
        if function.name not in self._handlers:
            self._handlers[function.name] = importlib.import_module(function.module).handler
        return self._handlers[function.name]

    def _object(self, request: Request) -> Response:
        """Passes a signed address on to S3, without the caller's Authorization."""
        if request.method not in {"GET", "HEAD"}:
            raise Forbidden("This address only serves GET.")
        path = quote(request.path.removeprefix(OBJECTS), safe="/~")
        url = f"{self._archive_url}{path}?{request.query_string.decode('ascii', 'replace')}"
        check_signature(
            url, credentials=self._credentials, region=self._region, now=datetime.now(UTC)
        )
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        headers["accept-encoding"] = request.headers.get("accept-encoding", "identity")
        upstream = self._s3.send(
            self._s3.build_request(request.method, url, headers=headers), stream=True
        )
        passed = {name: value for name, value in upstream.headers.items() if name not in HOP_BY_HOP}
        response = Response(
            upstream.iter_raw(CHUNK_BYTES), status=upstream.status_code, headers=passed
        )
        response.call_on_close(upstream.close)
        return response


def _problem(error: ArchiveError) -> Response:
    status, body = problem(error)
    return Response(json.dumps(body), status=status, content_type=PROBLEM_TYPE)


def _gateway_message(status: int, message: str) -> Response:
    """What API Gateway itself answers with."""
    return Response(
        json.dumps({"message": message}), status=status, content_type="application/json"
    )


class _KeepAlive(WSGIRequestHandler):
    """Keeps connections open between requests, and logs none: paths hold UIDs, queries names."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Logs nothing."""


def main() -> None:
    """Serves on the port given as the first argument until ended."""
    logs.set_up()
    settings = DicomwebSettings.from_env(os.environ)
    front = Front(
        aws_url=os.environ["AWS_ENDPOINT_URL"],
        archive_bucket=settings.archive_bucket,
        region=os.environ["AWS_DEFAULT_REGION"],
    )
    server = make_server(
        "127.0.0.1", int(sys.argv[1]), front, threaded=True, request_handler=_KeepAlive
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
