import base64
import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import NoReturn

import pytest

from functions.api.edge.request import BODY_LIMIT_BYTES
from functions.api.handler import handler
from scanloft.core.errors import Unavailable
from tests.functions.api.front import Front, event

CANARY = "CANARY^PATIENT"


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines as they go to the log."""
    formatter = logging.getLogger("api").handlers[0].formatter
    assert formatter is not None
    return [formatter.format(record) for record in caplog.records]


def test_whoami_names_the_caller(front: Front) -> None:
    assert front.call("GET", "/api/whoami").body == {"user": "olga", "admin": False}
    assert front.call("GET", "/api/whoami", admin=True).body == {"user": "olga", "admin": True}


def test_nothing_is_kept_by_caches(front: Front) -> None:
    assert front.call("GET", "/api/whoami").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        {"lambda": None},
        {"lambda": {"user": ""}},
        {"lambda": {"user": 7}},
        {"jwt": {"user": "olga"}},
    ],
)
def test_a_request_without_a_caller_is_asked_to_sign_in(front: Front, authorizer: object) -> None:
    request = event("GET", "/api/whoami", user=None)
    request["requestContext"]["authorizer"] = authorizer
    answer = handler(request, None)
    assert answer["statusCode"] == 401
    assert answer["headers"]["WWW-Authenticate"] == "Bearer"


def test_errors_are_problem_json(front: Front) -> None:
    reply = front.call("GET", "/api/projects/none")
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.body["type"] == "urn:scanloft:problem:not_found"
    assert (reply.status, reply.body["status"]) == (404, 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/api"), ("GET", "/api/none"), ("GET", "/api/projects/"),
     ("GET", "/api/projects/a/b/c/d/e/f/g")],
)  # fmt: skip
def test_a_path_without_a_route_is_a_problem_too(front: Front, method: str, path: str) -> None:
    reply = front.call(method, path)
    assert reply.status == 404
    assert reply.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "TRACE", "PUT"])
def test_a_method_that_an_address_does_not_know_is_answered_with_those_it_does(
    front: Front, method: str
) -> None:
    reply = front.call(method, "/api/projects")
    assert (reply.status, reply.body["code"]) == (405, "method_not_allowed")
    assert reply.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    "body",
    ["{", "[]", "7", '"x"', "null", "NaN", '{"name": NaN}', "[" * 100_000, '{"a":' * 50_000,
     '{"name": ' + "9" * 5000 + "}", "\ufeff{}"],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(front: Front, body: str) -> None:
    assert front.call("POST", "/api/projects", body=body).status == 400


def test_a_body_above_the_limit_is_refused_before_it_is_parsed(front: Front) -> None:
    reply = front.call("POST", "/api/projects", body="[" * (BODY_LIMIT_BYTES + 1))
    assert reply.status == 413
    assert str(BODY_LIMIT_BYTES) in reply.body["detail"]
    assert front.call("POST", "/api/projects", body="é" * (BODY_LIMIT_BYTES // 2 + 1)).status == 413
    assert front.call("POST", "/api/projects", body="x" * BODY_LIMIT_BYTES * 2).status == 413


def test_a_body_in_base64_is_read(front: Front) -> None:
    request = event("POST", "/api/projects", user="olga")
    request["isBase64Encoded"] = True
    request["body"] = base64.b64encode(b'{"name": "alpha", "title": "Alpha"}').decode()
    assert handler(request, None)["statusCode"] == 201
    request["body"] = "\u20ac"
    assert handler(request, None)["statusCode"] == 400


def test_a_fault_tells_and_logs_its_type_and_no_value(
    front: Front, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr("scanloft.aws.projects.ProjectIndex.memberships", fail)
    reply = front.call("GET", "/api/projects")
    lines = logged(caplog)
    assert (reply.status, reply.body["code"]) == (500, "fault")
    assert CANARY not in str(reply) + str(lines)
    line = json.loads(lines[-1])
    assert line["error"] == "ZeroDivisionError"
    assert any("projects.py" in place for place in line["stack"])


def test_a_service_that_does_not_answer_is_a_503(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise Unavailable("A storage service did not answer as expected: try again.")

    monkeypatch.setattr("scanloft.aws.projects.ProjectIndex.memberships", fail)
    assert front.call("GET", "/api/projects").status == 503


def test_what_a_client_sends_is_not_logged(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    front.project()
    front.call("POST", "/api/projects", body={"name": CANARY, "title": CANARY})
    front.call("POST", "/api/projects", body={CANARY: CANARY})
    front.call("GET", f"/api/projects/{CANARY}")
    front.call("GET", "/api/projects/alpha/search", query={"text": CANARY, CANARY: "x"})
    front.call("PUT", f"/api/projects/alpha/members/{CANARY}", body={"role": CANARY})
    front.call("GET", f"/api/{CANARY}")
    lines = logged(caplog)
    assert sum("request refused" in line for line in lines) == 6
    assert CANARY not in str(lines)


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads that take turns a thousand times as often as usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 1000)
    yield
    sys.setswitchinterval(usual)


def test_requests_in_several_threads_do_not_meet(front: Front, hasty_threads: None) -> None:
    """As those of a local HTTP front; a Lambda function has one at a time."""
    wrong: list[object] = []

    def ask(user: str, path: str, status: int) -> None:
        for _ in range(50):
            answer = handler(event("GET", path, user=user), None)
            if (answer["statusCode"], user in answer["body"]) != (status, status == 200):
                wrong.append(answer)

    asked = [(f"user-{n}", *(("/api/whoami", 200) if n % 2 else ("/api/", 404))) for n in range(8)]
    threads = [threading.Thread(target=ask, args=arguments) for arguments in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
