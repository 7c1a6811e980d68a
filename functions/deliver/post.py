"""One POST to an address that somebody entered: looked up once, checked, and then connected to.

The connection goes to the very address that was checked, so that a name that answers differently
the second time leads nowhere. No proxy, no redirect, and nothing of the answer but its status.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from scanloft.core.errors import Conflict
from scanloft.core.targets import Address, Target, Targets, permits, target_of

TIMEOUT_S = 10.0
"""For all of it: connecting, sending, and the status line and headers of the answer."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of it: the HTTP status, or 0 and a word for what went wrong."""

    status: int
    error: str
    duration_ms: int


class RefusedAddressError(Exception):
    """The name leads to an address that deliveries may not go to."""


def resolved(host: str, port: int) -> list[Address]:
    """The addresses of a name, in the order in which they should be tried.

    Raises:
        OSError: it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts to what an installation allows; how names are looked up is replaced in tests."""

    allowed: Targets
    context: ssl.SSLContext
    resolve: Callable[[str, int], Sequence[Address]] = resolved
    may: Callable[..., bool] = permits
    timeout_s: float = TIMEOUT_S

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Posted:
        """Posts JSON; whatever goes wrong is an answer too."""
        began = time.monotonic()
        status, error = self._attempt(url, body, headers)
        return Posted(status, error, int((time.monotonic() - began) * 1000))

    def _attempt(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        late = threading.Event()
        try:
            target = target_of(url, allowed=self.allowed)
            address = self._checked(target)
            with (
                _connected(target, address, context=self.context, timeout_s=self.timeout_s) as it,
                _ending(it, after_s=self.timeout_s, late=late),
            ):
                status = _status(it, target, body, headers)
        except (RefusedAddressError, Conflict):
            return 0, "refused_address"
        except ssl.SSLError:
            return 0, "timeout" if late.is_set() else "tls"
        except socket.gaierror:
            return 0, "no_such_host"
        except TimeoutError:
            return 0, "timeout"
        except (OSError, http.client.HTTPException, ValueError):
            return 0, "timeout" if late.is_set() else "unreachable"
        if late.is_set():
            return 0, "timeout"
        return status, "redirect" if 300 <= status < 400 else ""

    def _checked(self, target: Target) -> Address:
        """The address to connect to; one bad address among several refuses them all."""
        addresses = self.resolve(target.host, target.port)
        if not addresses:
            raise RefusedAddressError
        if not all(self.may(each, target=target, allowed=self.allowed) for each in addresses):
            raise RefusedAddressError
        return addresses[0]


@contextmanager
def _connected(
    target: Target, address: Address, *, context: ssl.SSLContext, timeout_s: float
) -> Iterator[socket.socket]:
    """A connection to the address, for TLS to the name of the target where it has to be."""
    connection = socket.create_connection((str(address), target.port), timeout=timeout_s)
    try:
        if target.by_tls:
            connection = context.wrap_socket(
                connection, server_hostname=target.host, do_handshake_on_connect=False
            )
        yield connection
    finally:
        connection.close()


@contextmanager
def _ending(connection: socket.socket, *, after_s: float, late: threading.Event) -> Iterator[None]:
    """Ends the connection after so many seconds, however slowly bytes drip in until then."""

    def end() -> None:
        late.set()
        try:
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
        except OSError:
            return

    timer = threading.Timer(after_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _status(
    connection: socket.socket, target: Target, body: bytes, headers: Mapping[str, str]
) -> int:
    """Sends the request and reads status and headers of the answer, not its content."""
    if isinstance(connection, ssl.SSLSocket):
        connection.do_handshake()
    request = http.client.HTTPConnection(target.host, target.port)
    request.sock = connection
    request.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
    request.putheader("Host", target.host_header)
    for name, value in {**_FIXED, **headers, "Content-Length": str(len(body))}.items():
        request.putheader(name, value)
    request.endheaders(body)
    response = http.client.HTTPResponse(connection, method="POST")
    try:
        response.begin()
        return response.status
    finally:
        response.close()


_FIXED = {
    "Content-Type": "application/json",
    "User-Agent": "scanloft-webhooks/1",
    "Accept": "*/*",
    "Connection": "close",
}
