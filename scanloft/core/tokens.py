"""The form of a personal access token, and the hash it is found by."""

import base64
import hashlib
import re
import secrets

TOKEN_PREFIX = "slpat_"  # noqa: S105  # the public part: secret scanners find leaked tokens by it
TOKEN_BYTES = 32
TOKEN = re.compile(rf"{TOKEN_PREFIX}[A-Za-z0-9_-]{{43}}")


def new_token(random_bytes: bytes | None = None) -> str:
    """A new token from 32 random bytes, by default those of the operating system.

    Raises:
        ValueError: fewer or more bytes than 32.
    """
    content = secrets.token_bytes(TOKEN_BYTES) if random_bytes is None else random_bytes
    if len(content) != TOKEN_BYTES:
        raise ValueError(f"A token is made from {TOKEN_BYTES} random bytes.")
    return TOKEN_PREFIX + base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def is_token(text: str) -> bool:
    """Whether the text has the form of a personal access token."""
    return TOKEN.fullmatch(text) is not None


def token_hash(text: str) -> str:
    """The SHA-256 of a token in hex: all that is kept of it.

    The token has 256 random bits, so a hash without salt or stretching cannot be turned back.
    """
    return hashlib.sha256(text.encode()).hexdigest()
