"""The public keys of the identity provider: fetched when needed, kept, seldom fetched anew."""

import json
import threading
from collections.abc import Callable

import urllib3
from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

from scanloft.core.errors import Unavailable

KEYS_TTL_S = 3600
"""How long keys are trusted without asking again: a withdrawn key ends within the hour."""
REFETCH_AFTER_S = 60
"""How soon an unknown key is asked for again: made-up key names cannot cause a flood."""
TIMEOUT_S = 3
BODY_LIMIT_BYTES = 64 * 1024

Fetch = Callable[[str], bytes]
MESSAGE = "The identity provider did not answer: try again."


class SigningKeys:
    """The signing keys that a JWKS address serves (RFC 7517), by their key ID."""

    def __init__(self, jwks_url: str, *, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._jwks_url = jwks_url
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at: float | None = None
        self._fetching = threading.Lock()

    def key(self, kid: str) -> PyJWK | None:
        """The key of this ID, None where the provider has none.

        Raises:
            Unavailable: the provider did not answer, so nothing can be said of the key.
        """
        with self._fetching:
            age_s = self._age_s()
            if age_s > KEYS_TTL_S or (kid not in self._keys and age_s > REFETCH_AFTER_S):
                self._keys = self._fetched()
                self._fetched_at = self._clock()
            return self._keys.get(kid)

    def _age_s(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    def _fetched(self) -> dict[str, PyJWK]:
        try:
            keys = PyJWKSet.from_dict(json.loads(self._fetch(self._jwks_url))).keys
        except (PyJWTError, ValueError, TypeError, AttributeError):
            raise Unavailable(MESSAGE, cause="not a key set") from None
        return {key.key_id: key for key in keys if key.key_id and key.public_key_use != "enc"}


def fetch_over_http(url: str) -> bytes:
    """The body that the address answers with, without following redirects.

    Raises:
        Unavailable: no answer within three seconds, or not a plain 200 of at most 64 KiB.
    """
    try:
        with urllib3.PoolManager() as pool:
            answer = pool.request(
                "GET", url, timeout=TIMEOUT_S, retries=False, redirect=False, preload_content=False
            )
            body = answer.read(BODY_LIMIT_BYTES + 1)
            answer.close()
    except (urllib3.exceptions.HTTPError, OSError):
        raise Unavailable(MESSAGE, cause="no answer") from None
    if answer.status != 200 or len(body) > BODY_LIMIT_BYTES:
        raise Unavailable(MESSAGE, cause="another answer", status=answer.status)
    return body
