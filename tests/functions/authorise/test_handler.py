import logging
import time
from typing import Any

import jwt
import pytest

from functions.authorise.handler import handler
from scanloft.aws.tokens import TokenIndex
from scanloft.core.errors import Unavailable
from scanloft.core.model import Token
from scanloft.core.settings import variable
from scanloft.core.tokens import new_token, token_hash
from tests.functions.authorise.pool import Pool, claims, private_key

DENIED = {"isAuthorized": False}


def event(authorization: str) -> dict[str, Any]:
    """An authorizer event of an HTTP API, payload 2.0."""
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:us-east-1:123456789012:api/$default/GET/api/whoami",
        "identitySource": [authorization],
        "rawPath": "/api/whoami",
        "headers": {"authorization": authorization, "host": "archive.example"},
        "requestContext": {"http": {"method": "GET", "path": "/api/whoami"}},
    }


def kept(tokens: TokenIndex, *, is_admin: bool = False, seconds_left: int = 60) -> str:
    secret = new_token()
    expires_at = int(time.time()) + seconds_left
    tokens.put(Token(token_hash(secret), "olga", "script", is_admin, expires_at))
    return secret


def test_who_signed_in_is_let_in_by_their_sub(environment: None, pool: Pool) -> None:
    token = pool.sign_in("anna")["AccessToken"]
    sub = jwt.decode(token, options={"verify_signature": False})["sub"]
    assert handler(event(f"Bearer {token}"), None) == {
        "isAuthorized": True,
        "context": {
            "user": sub,
            "admin": "false",
            "by_token": "false",
            "scope": "all",
            "project": "",
            "token": "",
        },
    }


def test_the_group_of_administrators_makes_one(environment: None, pool: Pool) -> None:
    token = pool.sign_in("adam", group="site-admins")["AccessToken"]
    assert handler(event(f"Bearer {token}"), None)["context"]["admin"] == "true"


def test_an_id_token_opens_nothing(environment: None, pool: Pool) -> None:
    token = pool.sign_in("ida")["IdToken"]
    assert handler(event(f"Bearer {token}"), None) == DENIED


def test_the_tokens_of_another_pool_open_nothing(
    environment: None, pool: Pool, moto_url: str
) -> None:
    """Pools of moto share a key, so it is the issuer that keeps this one out."""
    token = Pool.create(moto_url).sign_in("oscar")["AccessToken"]
    assert handler(event(f"Bearer {token}"), None) == DENIED


def test_a_token_signed_with_a_key_of_ones_own_opens_nothing(environment: None, pool: Pool) -> None:
    forged = claims(iss=pool.issuer, client_id=pool.client_id)
    for kid in ("dummy", "mine"):
        token = jwt.encode(forged, private_key(), algorithm="RS256", headers={"kid": kid})
        assert handler(event(f"Bearer {token}"), None) == DENIED


@pytest.mark.parametrize("is_admin", [False, True])
def test_a_personal_access_token_stands_for_its_user(tokens: TokenIndex, is_admin: bool) -> None:
    secret = kept(tokens, is_admin=is_admin)
    admin = "true" if is_admin else "false"
    context = {
        "user": "olga",
        "admin": admin,
        "by_token": "true",
        "scope": "all",
        "project": "",
        "token": token_hash(secret)[:12],
    }
    assert handler(event(f"Bearer {secret}"), None) == {"isAuthorized": True, "context": context}


def test_a_token_that_ended_or_was_revoked_opens_nothing(tokens: TokenIndex) -> None:
    ended, revoked = kept(tokens, seconds_left=0), kept(tokens)
    assert handler(event(f"Bearer {revoked}"), None)["isAuthorized"]
    tokens.revoke("olga", token_hash(revoked))
    assert handler(event(f"Bearer {revoked}"), None) == DENIED
    assert handler(event(f"Bearer {ended}"), None) == DENIED


def test_neither_an_unknown_token_nor_a_hash_opens_anything(tokens: TokenIndex) -> None:
    secret = kept(tokens)
    for attempt in (new_token(), token_hash(secret), secret[:-1], secret + "A", secret.upper()):
        assert handler(event(f"Bearer {attempt}"), None) == DENIED


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic b2xnYTp4", "bearer", "Token abc", "Bearer a b", "Bearer é",
     "Bearer a,Bearer b", "Bearer " + "a" * 9000, "Bearer slpat_", "Bearer a.b.c", "Bearer ...",
     "Bearer a\nb", "\x00"],
)  # fmt: skip
def test_a_header_without_a_usable_token_opens_nothing(
    tokens: TokenIndex, authorization: str
) -> None:
    assert handler(event(authorization), None) == DENIED


@pytest.mark.parametrize("missing", ["identitySource", "headers"])
def test_the_token_is_found_in_either_place(tokens: TokenIndex, missing: str) -> None:
    request = event(f"bearer {kept(tokens)}")
    del request[missing]
    assert handler(request, None)["isAuthorized"]


def test_a_request_without_a_header_opens_nothing(environment: None) -> None:
    requests: list[dict[str, Any]] = [{}, {"headers": None}, {"identitySource": []}]
    for request in (*requests, {"headers": {"host": "x"}}):
        assert handler(request, None) == DENIED


def test_the_identity_source_counts_where_the_header_says_otherwise(tokens: TokenIndex) -> None:
    request = event("Bearer nothing")
    request["headers"]["authorization"] = f"Bearer {kept(tokens)}"
    assert handler(request, None) == DENIED


def test_nobody_is_let_in_while_the_keys_cannot_be_fetched(
    environment: None, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable("jwks_url"), "http://127.0.0.1:9/jwks.json")
    token = pool.sign_in("nora")["AccessToken"]
    with pytest.raises(Unavailable):
        handler(event(f"Bearer {token}"), None)


def test_nobody_is_let_in_while_the_index_does_not_answer(environment: None) -> None:
    """There is no table in this test."""
    with pytest.raises(Unavailable):
        handler(event(f"Bearer {new_token()}"), None)


def test_no_token_is_logged(
    tokens: TokenIndex, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ended, access = kept(tokens, seconds_left=0), pool.sign_in("lena")["IdToken"]
    caplog.clear()
    for secret in (ended, access, access[:-4], "not-a-token"):
        assert handler(event(f"Bearer {secret}"), None) == DENIED
    written = [str(vars(record)) for record in caplog.records if record.name == "authorise"]
    assert len(written) == 4
    for secret in (ended, access, "not-a-token"):
        assert all(secret not in line and token_hash(secret) not in line for line in written)
