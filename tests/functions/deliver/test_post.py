"""Posting to addresses that others entered: real sockets and TLS, and nothing inside is reached."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from functions.deliver import post as posts
from functions.deliver.post import Poster
from scanloft.core.targets import Address, Target, Targets
from tests.functions.deliver.receiver import HOST, certificate, loopback, receiver, saying

OK = saying(b"HTTP/1.1 204 No Content\r\n\r\n")
HEADERS = {"webhook-id": "m-1", "webhook-signature": "v1,x"}
PLAIN = Poster(Targets.LOOPBACK, ssl.create_default_context(), timeout_s=5)


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return certificate(tmp_path)


@pytest.fixture
def secure(pem: Path) -> Iterator[Poster]:
    """Posts to loopback by the name of the certificate, at any port."""
    context = ssl.create_default_context(cafile=str(pem))
    poster = Poster(
        Targets.PUBLIC, context, resolve=loopback, may=lambda *_, **__: True, timeout_s=5
    )
    with patch.object(posts, "target_of", any_port):
        yield poster


def any_port(url: str, *, allowed: Targets) -> Target:
    del allowed
    host, _, port = url.removeprefix("https://").partition("/")[0].partition(":")
    return Target(host, int(port), "/x?a=b", by_tls=True)


def test_a_post_is_a_request_with_content_and_signature_and_nothing_of_ours() -> None:
    with receiver(OK) as received:
        posted = PLAIN.post(f"http://127.0.0.1:{received.port}/x?a=b", b'{"a":1}', headers=HEADERS)
    assert (posted.status, posted.error) == (204, "")
    head, _, content = received.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /x?a=b HTTP/1.1"
    assert content == b'{"a":1}'
    sent = {line.split(": ")[0].lower(): line.split(": ")[1] for line in lines[1:]}
    assert sent == {
        "host": f"127.0.0.1:{received.port}",
        "content-type": "application/json",
        "user-agent": "scanloft-webhooks/1",
        "accept": "*/*",
        "connection": "close",
        "content-length": "7",
        "webhook-id": "m-1",
        "webhook-signature": "v1,x",
    }


def test_tls_is_spoken_to_the_name_at_the_address_that_was_checked(
    secure: Poster, pem: Path
) -> None:
    with receiver(OK, pem=pem) as received:
        posted = secure.post(f"https://{HOST}:{received.port}", b"{}", headers=HEADERS)
    assert (posted.status, posted.error) == (204, "")
    assert received.names == [HOST]
    assert f"Host: {HOST}:{received.port}".encode() in received.requests[0]


def test_a_certificate_of_another_name_is_not_taken(secure: Poster, tmp_path: Path) -> None:
    other = certificate(tmp_path, host="other.example.org")
    context = ssl.create_default_context(cafile=str(other))
    with receiver(OK, pem=other) as received:
        posted = replace(secure, context=context).post(
            f"https://{HOST}:{received.port}", b"{}", headers=HEADERS
        )
    assert (posted.status, posted.error) == (0, "tls")
    assert received.requests == []


def test_a_certificate_that_nobody_vouches_for_is_not_taken(secure: Poster, pem: Path) -> None:
    with receiver(OK, pem=pem) as received:
        posted = replace(secure, context=ssl.create_default_context()).post(
            f"https://{HOST}:{received.port}", b"{}", headers=HEADERS
        )
    assert (posted.status, posted.error) == (0, "tls")
    assert received.requests == []


def test_a_redirect_is_not_followed() -> None:
    with receiver(OK) as inside:
        answer = f"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:{inside.port}/\r\n\r\n"
        with receiver(saying(answer.encode())) as received:
            url = f"http://127.0.0.1:{received.port}/"
            posted = PLAIN.post(url, b"{}", headers=HEADERS)
    assert (posted.status, posted.error) == (307, "redirect")
    assert inside.requests == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["1.1.1.1", "10.0.0.1"],
        [],
    ],
)
def test_a_name_that_leads_inside_is_refused_before_anything_is_connected(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it was connected to")

    monkeypatch.setattr(socket, "create_connection", refuse)
    found: list[Address] = [ipaddress.ip_address(each) for each in addresses]
    poster = Poster(Targets.PUBLIC, PLAIN.context, resolve=lambda *_: found)
    posted = poster.post("https://hooks.example.org/", b"{}", headers=HEADERS)
    assert (posted.status, posted.error) == (0, "refused_address")


def test_a_name_is_looked_up_once_so_that_it_cannot_answer_otherwise_the_second_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [[ipaddress.ip_address("1.1.1.1")], [ipaddress.ip_address("127.0.0.1")]]
    asked: list[str] = []
    connected: list[object] = []

    def resolve(host: str, _port: int) -> list[Address]:
        asked.append(host)
        return [*answers.pop(0)]

    def refuse(address: object, **_: object) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    poster = Poster(Targets.PUBLIC, PLAIN.context, resolve=resolve)
    posted = poster.post("https://hooks.example.org/", b"{}", headers=HEADERS)
    assert posted.error == "unreachable"
    assert asked == ["hooks.example.org"]
    assert connected == [("1.1.1.1", 443)]


def test_an_answer_that_drips_is_cut_off_in_time() -> None:
    """Each byte comes soon enough; only all of them together take too long."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not over.wait(0.02):
            connection.sendall(b"a")

    with receiver(drip) as received:
        poster = replace(PLAIN, timeout_s=0.3)
        posted = poster.post(f"http://127.0.0.1:{received.port}/", b"{}", headers=HEADERS)
        over.set()
    assert (posted.status, posted.error) == (0, "timeout")


def test_a_handshake_that_never_ends_is_cut_off_in_time(secure: Poster) -> None:
    over = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def hold() -> None:
        connection, _ = server.accept()
        with connection:
            over.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    port = server.getsockname()[1]
    posted = replace(secure, timeout_s=0.3).post(f"https://{HOST}:{port}", b"{}", headers=HEADERS)
    over.set()
    thread.join()
    server.close()
    assert (posted.status, posted.error) == (0, "timeout")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000,
    ],
)
def test_what_is_no_answer_is_a_failure_and_no_more(answer: bytes) -> None:
    with receiver(saying(answer)) as received:
        posted = PLAIN.post(f"http://127.0.0.1:{received.port}/", b"{}", headers=HEADERS)
    assert (posted.status, posted.error) == (0, "unreachable")


def test_nobody_there_is_a_failure_and_no_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    posted = PLAIN.post(f"http://127.0.0.1:{port}/", b"{}", headers=HEADERS)
    assert (posted.status, posted.error) == (0, "unreachable")


def test_a_name_that_does_not_exist_is_told_apart() -> None:
    def resolve(*_: object) -> list[Address]:
        raise socket.gaierror

    poster = Poster(Targets.PUBLIC, PLAIN.context, resolve=resolve)
    posted = poster.post("https://hooks.example.org/", b"{}", headers=HEADERS)
    assert (posted.status, posted.error) == (0, "no_such_host")


def test_the_system_is_asked_for_all_addresses_of_a_name() -> None:
    assert ipaddress.ip_address("127.0.0.1") in posts.resolved("127.0.0.1", 443)
