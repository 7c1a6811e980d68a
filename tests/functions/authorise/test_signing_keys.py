from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from functions.authorise.signing_keys import (
    BODY_LIMIT_BYTES,
    KEYS_TTL_S,
    REFETCH_AFTER_S,
    SigningKeys,
    fetch_over_http,
)
from scanloft.core.errors import Unavailable
from tests.functions.authorise.pool import jwks, private_key


class Provider:
    """An identity provider and a clock, both in hand."""

    def __init__(self) -> None:
        self.body = jwks(a=private_key())
        self.is_up = True
        self.fetches = 0
        self.now_s = 1000.0
        self.keys = SigningKeys("url", fetch=self.fetch, clock=lambda: self.now_s)

    def fetch(self, url: str) -> bytes:
        assert url == "url"
        self.fetches += 1
        if not self.is_up:
            raise Unavailable("The identity provider did not answer: try again.")
        return self.body


def test_keys_are_fetched_once() -> None:
    provider = Provider()
    assert provider.fetches == 0
    assert all(provider.keys.key("a") is not None for _ in range(5))
    assert provider.fetches == 1


def test_unknown_keys_are_asked_for_at_most_once_a_minute() -> None:
    provider = Provider()
    for n in range(100):
        assert provider.keys.key(f"made-up-{n}") is None
    assert provider.fetches == 1
    provider.now_s += REFETCH_AFTER_S + 1
    for n in range(100):
        assert provider.keys.key(f"made-up-{n}") is None
    assert provider.fetches == 2


def test_a_new_key_is_known_after_a_minute_and_a_withdrawn_one_is_not() -> None:
    provider = Provider()
    assert provider.keys.key("a") is not None
    provider.body = jwks(b=private_key(1))
    assert provider.keys.key("b") is None
    provider.now_s += REFETCH_AFTER_S + 1
    assert provider.keys.key("b") is not None
    assert provider.keys.key("a") is None


def test_a_withdrawn_key_ends_within_the_hour() -> None:
    provider = Provider()
    assert provider.keys.key("a") is not None
    provider.body = jwks(b=private_key(1))
    provider.now_s += KEYS_TTL_S + 1
    assert provider.keys.key("a") is None


def test_nothing_is_said_of_a_key_while_the_provider_does_not_answer() -> None:
    provider = Provider()
    provider.is_up = False
    with pytest.raises(Unavailable):
        provider.keys.key("a")
    provider.is_up = True
    assert provider.keys.key("a") is not None


def test_known_keys_stay_good_while_the_provider_is_away() -> None:
    provider = Provider()
    provider.keys.key("a")
    provider.is_up = False
    provider.now_s += KEYS_TTL_S - 1
    assert provider.keys.key("a") is not None
    with pytest.raises(Unavailable):
        provider.keys.key("b")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b"{}", b'{"keys": []}', b'{"keys": 7}', b"\xff"]
)
def test_what_is_no_key_set_says_nothing(body: bytes) -> None:
    provider = Provider()
    provider.body = body
    with pytest.raises(Unavailable):
        provider.keys.key("a")


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = {
            "/good": (200, b"keys"),
            "/large": (200, b"x" * (BODY_LIMIT_BYTES + 1)),
            "/moved": (302, b""),
        }.get(self.path, (500, b"keys"))
        self.send_response(status)
        self.send_header("Location", "/good")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_plain_answer_is_taken(url: str) -> None:
    assert fetch_over_http(f"{url}/good") == b"keys"


@pytest.mark.parametrize("path", ["large", "moved", "broken"])
def test_another_answer_is_not(url: str, path: str) -> None:
    with pytest.raises(Unavailable):
        fetch_over_http(f"{url}/{path}")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "file:///etc/hostname"])
def test_no_answer_is_none(address: str) -> None:
    with pytest.raises(Unavailable):
        fetch_over_http(address)
