"""What a bearer token proves: a sign-in at the identity provider, or a personal access token."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from jwt.exceptions import PyJWTError

from functions.authorise.signing_keys import SigningKeys
from scanloft.aws.tokens import TokenIndex
from scanloft.core.caller import Caller
from scanloft.core.errors import Unauthenticated
from scanloft.core.tokens import id_of, is_token, token_hash

ADMIN_GROUP = "site-admins"
ALGORITHM = "RS256"
LEEWAY_S = 60
BEARER_LIMIT = 8192
BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/=-]+)")
"""RFC 6750 2.1, the scheme in any case (RFC 9110 11.1)."""
MESSAGE = "Sign in, or send a personal access token as a bearer token."


def bearer_token(event: Mapping[str, Any]) -> str:
    """The token of an authorizer event (payload 2.0).

    The identity source is preferred: API Gateway keeps the answer for what it says.

    Raises:
        Unauthenticated: there is none.
    """
    sources = event.get("identitySource") or [(event.get("headers") or {}).get("authorization")]
    match = BEARER.fullmatch(str(sources[0])[: BEARER_LIMIT + 1])
    if match is None or len(str(sources[0])) > BEARER_LIMIT:
        raise Unauthenticated(MESSAGE, cause="no bearer token")
    return match[1]


class Credentials:
    """Turns bearer tokens into callers."""

    def __init__(
        self,
        *,
        tokens: TokenIndex,
        keys: SigningKeys,
        issuer: str,
        client_id: str,
        clock: Callable[[], float],
    ) -> None:
        self._tokens = tokens
        self._keys = keys
        self._issuer = issuer
        self._client_id = client_id
        self._clock = clock

    def caller(self, bearer: str) -> Caller:
        """Who holds the token.

        Raises:
            Unauthenticated: nobody, for a cause that is logged and never told.
            Unavailable: it cannot be found out now.
        """
        if is_token(bearer):
            return self._token_holder(bearer)
        return self._signed_in(bearer)

    def _token_holder(self, bearer: str) -> Caller:
        token = self._tokens.token(token_hash(bearer))
        if token is None:
            raise Unauthenticated(MESSAGE, cause="unknown personal access token")
        if token.expires_at <= self._clock():
            raise Unauthenticated(MESSAGE, cause="expired personal access token")
        return Caller(
            user=token.user,
            is_admin=token.is_admin,
            by_token=True,
            scope=token.scope,
            project=token.project,
            token=id_of(token.token_hash),
        )

    def _signed_in(self, bearer: str) -> Caller:
        claims = self._claims(bearer)
        if claims.get("token_use") != "access" or claims.get("client_id") != self._client_id:
            raise Unauthenticated(MESSAGE, cause="a token for something else")
        groups = claims.get("cognito:groups")
        is_admin = isinstance(groups, list) and ADMIN_GROUP in groups
        return Caller(user=claims["sub"], is_admin=is_admin)

    def _claims(self, bearer: str) -> Mapping[str, Any]:
        """The claims of a Cognito access token, checked by RFC 8725 3.1 to 3.11.

        The chain of the error is cut: what PyJWT says may quote the token.
        """
        try:
            header = jwt.get_unverified_header(bearer)
            if header.get("alg") != ALGORITHM or not isinstance(header.get("kid"), str):
                raise Unauthenticated(MESSAGE, cause="another algorithm or no key ID")
            key = self._keys.key(header["kid"])
            if key is None:
                raise Unauthenticated(MESSAGE, cause="unknown signing key")
            claims: Mapping[str, Any] = jwt.decode(
                bearer,
                key.key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "sub"], "verify_aud": False},
            )
        except (PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise Unauthenticated(MESSAGE, cause=type(error).__name__) from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise Unauthenticated(MESSAGE, cause="no subject")
        return claims
