"""Where the archive is, and with which token: checked before the token is sent anywhere."""

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import typer

TIMEOUT = httpx.Timeout(60, connect=20)
SERVER, TOKEN_FILE = "--server", "--token-file"


def checked_server(address: str) -> str:
    """The address without a slash at its end.

    Raises typer.BadParameter for what is no address, and for one that would show the token to
    the network.
    """
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_plain = is_address and not parts.query and not parts.fragment and "@" not in parts.netloc
    except ValueError:
        is_plain = False
    if not is_plain:
        raise typer.BadParameter("write it as https://archive.example", param_hint=SERVER)
    if parts.scheme == "http" and not _is_loopback(address):
        raise typer.BadParameter(
            "use https: over http everybody on the way could read the token", param_hint=SERVER
        )
    return address.rstrip("/")


def token_of(path: Path | None, variable: str | None) -> str:
    """The token of a file, else that of the environment.

    Raises typer.BadParameter where there is none that can be sent.
    """
    try:
        text = variable if path is None else path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter("cannot be read", param_hint=TOKEN_FILE) from None
    token = (text or "").strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise typer.BadParameter(
            "name a file with a token, or set SCANLOFT_TOKEN", param_hint=TOKEN_FILE
        )
    return token


def api_client(server: str, token: str) -> httpx.Client:
    """A client that sends the token to the archive, and nowhere else."""
    return httpx.Client(
        base_url=server,
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT,
        trust_env=goes_through_proxies(server),
        follow_redirects=False,
    )


def goes_through_proxies(server: str) -> bool:
    """Whether the proxy of the environment is on the way; not on that to this machine."""
    return not _is_loopback(server)


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
