"""Signatures of webhooks, as Standard Webhooks writes them (version 1, HMAC-SHA256).

Source: https://www.standardwebhooks.com, "Signature scheme".
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

SECRET_PREFIX = "whsec_"  # noqa: S105  # the mark of a secret, none itself
SECRET_BYTES = 32


def new_secret(random: bytes) -> str:
    """The secret made of so many random bytes, as receivers enter it."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def signature(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: "v1," and the HMAC of ID, time and body in base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def signed_headers(
    secret: str, *, message_id: str, timestamp: int, body: bytes
) -> Mapping[str, str]:
    """The headers of a delivery."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(
            secret, message_id=message_id, timestamp=timestamp, body=body
        ),
    }
