"""A real receiver on loopback, with or without TLS, that answers as it is told."""

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "hooks.example.org"
Answer = Callable[[socket.socket], None]


@dataclass
class Received:
    """What came: the bytes of each request, and the name that TLS was asked for."""

    requests: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    port: int = 0


def certificate(folder: Path, *, host: str = HOST) -> Path:
    """A file with a key and a certificate of the host, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / f"{host}.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextlib.contextmanager
def receiver(answer: Answer, *, pem: Path | None = None) -> Iterator[Received]:
    """Takes connections one after the other until the end of the block."""
    received = Received()
    with socket.create_server(("127.0.0.1", 0)) as server:
        received.port = server.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(server, answer, pem, received))
        thread.start()
        try:
            yield received
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, answer: Answer, pem: Path | None, received: Received) -> None:
    context = _context(pem, received) if pem else None
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with contextlib.suppress(OSError), connection:
            if context is None:
                received.requests.append(_request(connection))
                answer(connection)
                continue
            with context.wrap_socket(connection, server_side=True) as secured:
                received.requests.append(_request(secured))
                answer(secured)


def _context(pem: Path, received: Received) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.sni_callback = lambda _socket, name, _context: received.names.append(name)
    return context


def _request(connection: socket.socket) -> bytes:
    """Head and content of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, content = data.partition(b"\r\n\r\n")
    (length,) = (
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    while len(content) < length:
        content += connection.recv(65536)
    return head + b"\r\n\r\n" + content


def saying(text: bytes) -> Answer:
    """Answers with these bytes."""
    return lambda connection: connection.sendall(text)


def loopback(*_: object) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """What every name leads to here."""
    return [ipaddress.ip_address("127.0.0.1")]
