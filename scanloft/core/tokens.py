"""The forms of secrets that are shown once, and the hashes that they are found by.

Personal access tokens, invitations and share links: 256 random bits each, behind a public prefix
by which scanners find leaked ones.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable

TOKEN_PREFIX = "slpat_"  # noqa: S105  # the public part, no secret
INVITATION_PREFIX = "slinv_"
LINK_PREFIX = "slshare_"
TOKEN_BYTES = 32
CONTENT = r"[A-Za-z0-9_-]{43}"
TOKEN = re.compile(rf"{TOKEN_PREFIX}{CONTENT}")
LINK = re.compile(rf"{LINK_PREFIX}{CONTENT}")
ID_LENGTH = 12
ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")
"""What something is called whose secret nobody shows again: the first digits of its hash."""


def new_token(random_bytes: bytes | None = None, *, prefix: str = TOKEN_PREFIX) -> str:
    """A new secret from 32 random bytes, by default those of the operating system.

    Raises:
        ValueError: fewer or more bytes than 32.
    """
    content = secrets.token_bytes(TOKEN_BYTES) if random_bytes is None else random_bytes
    if len(content) != TOKEN_BYTES:
        raise ValueError(f"A token is made from {TOKEN_BYTES} random bytes.")
    return prefix + base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def is_token(text: str) -> bool:
    """Whether the text has the form of a personal access token."""
    return TOKEN.fullmatch(text) is not None


def is_link(text: str) -> bool:
    """Whether the text has the form of the secret of a share link."""
    return LINK.fullmatch(text) is not None


def token_hash(text: str) -> str:
    """The SHA-256 of a secret in hex: all that is kept of it.

    It has 256 random bits, so a hash without salt or stretching cannot be turned back.
    """
    return hashlib.sha256(text.encode()).hexdigest()


def id_of(hash_hex: str) -> str:
    """What something is called by the hash of its secret; whoever makes one draws a free one."""
    return hash_hex[:ID_LENGTH]


def is_free(hash_hex: str, others: Iterable[str]) -> bool:
    """Whether none of the other hashes is called the same."""
    return all(id_of(hash_hex) != id_of(other) for other in others)
