"""What a forged token may look like, and that none of them opens anything."""

import base64
import hmac
import json
import time
from typing import Any, cast

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from functions.authorise.credentials import Credentials
from functions.authorise.signing_keys import SigningKeys
from scanloft.aws.tokens import TokenIndex
from scanloft.core.caller import Caller
from scanloft.core.errors import Unauthenticated
from tests.functions.authorise.pool import claims, jwks, private_key

USER = claims()["sub"]
PUBLIC_PEM = (
    private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
)


def credentials() -> Credentials:
    """Nothing here asks the index: the tokens are those of an identity provider."""
    return Credentials(
        tokens=cast("TokenIndex", None),
        keys=SigningKeys("", fetch=lambda _: jwks(known=private_key()), clock=time.monotonic),
        issuer="https://issuer.example/pool",
        client_id="client",
        clock=time.time,
    )


def signed(payload: dict[str, Any], *, key: Any = None, algorithm: str = "RS256",
           **header: Any) -> str:  # fmt: skip
    headers = {"kid": "known", **header}
    return jwt.encode(payload, key or private_key(), algorithm=algorithm, headers=headers)


def by_hand(header: object, payload: object, *, signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def hmac_with_public_key() -> str:
    start = by_hand({"alg": "HS256", "kid": "known", "typ": "JWT"}, claims()).rstrip(".")
    signature = hmac.digest(PUBLIC_PEM, start.encode(), "sha256")
    return f"{start}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def with_signature_of(payload: dict[str, Any]) -> str:
    """The claims exchanged after signing."""
    header, _, signature = signed(claims()).split(".")
    middle = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    return f"{header}.{middle}.{signature}"


ATTACKS = {
    "alg none": by_hand({"alg": "none", "kid": "known"}, claims()),
    "alg None in another case": by_hand({"alg": "nOnE", "kid": "known"}, claims()),
    "alg none, signed": by_hand({"alg": "none", "kid": "known"}, claims(), signature=b"x"),
    "no alg": by_hand({"kid": "known"}, claims()),
    "HS256 with the public key": hmac_with_public_key(),
    "RS256 without a signature": by_hand({"alg": "RS256", "kid": "known"}, claims()),
    "RS512": signed(claims(), algorithm="RS512"),
    "PS256": signed(claims(), algorithm="PS256"),
    "ES256": signed(claims(), key=ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"),
    "another pool's key": signed(claims(), key=private_key(1)),
    "another pool's key ID": signed(claims(), key=private_key(1), kid="theirs"),
    "no key ID": by_hand({"alg": "RS256"}, claims()),
    "a list for a key ID": by_hand({"alg": "RS256", "kid": ["known"]}, claims()),
    "a key within": signed(
        claims(), key=private_key(1), kid="x", jwk=json.loads(jwks(x=private_key(1)))["keys"][0]
    ),
    "a key set elsewhere": signed(
        claims(), key=private_key(1), kid="x", jku="http://127.0.0.1/jwks.json"
    ),
    "a critical extension": signed(claims(), crit=["exp"]),
    "claims exchanged": with_signature_of(claims(**{"cognito:groups": ["site-admins"]})),
    "wrong issuer": signed(claims(iss="https://issuer.example/other")),
    "an issuer that starts alike": signed(claims(iss="https://issuer.example/pool2")),
    "no issuer": signed(claims(iss=None)),
    "wrong client": signed(claims(client_id="other")),
    "no client": signed(claims(client_id=None)),
    "client as audience only": signed(claims(client_id=None, aud="client")),
    "an ID token": signed(claims(client_id=None, aud="client", token_use="id")),
    "an ID token with a client": signed(claims(token_use="id")),
    "no use": signed(claims(token_use=None)),
    "never expires": signed(claims(exp=None)),
    "expires with a text": signed(claims(exp="tomorrow")),
    "never issued": signed(claims(iat=None)),
    "no subject": signed(claims(sub=None)),
    "an empty subject": signed(claims(sub="")),
    "claims that are a list": by_hand({"alg": "RS256", "kid": "known"}, []),
    "a header that is a list": by_hand([], claims()),
    "deep nesting": ".".join([base64.urlsafe_b64encode(b"[" * 6000).decode()] * 3),
    "four parts": signed(claims()) + ".x",
    "two parts": signed(claims()).rpartition(".")[0],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_forged_token_opens_nothing(attack: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        credentials().caller(ATTACKS[attack])
    assert ATTACKS[attack] not in str(refused.value) + str(refused.value.facts)
    assert refused.value.message == "Sign in, or send a personal access token as a bearer token."


def skewed(seconds_by_claim: dict[str, int]) -> str:
    now = int(time.time())
    return signed(claims(**{name: now + seconds for name, seconds in seconds_by_claim.items()}))


@pytest.mark.parametrize("seconds_by_claim", [{"exp": -70}, {"iat": 70}, {"nbf": 70}])
def test_a_token_opens_nothing_after_its_time_or_before(seconds_by_claim: dict[str, int]) -> None:
    with pytest.raises(Unauthenticated):
        credentials().caller(skewed(seconds_by_claim))


@pytest.mark.parametrize("seconds_by_claim", [{}, {"exp": -40}, {"iat": 50}, {"nbf": 50}])
def test_a_minute_of_clock_skew_is_forgiven(seconds_by_claim: dict[str, int]) -> None:
    assert credentials().caller(skewed(seconds_by_claim)) == Caller(USER)


def test_an_audience_that_cognito_never_writes_does_no_harm() -> None:
    assert credentials().caller(signed(claims(aud="anything"))) == Caller(USER)


@pytest.mark.parametrize(
    ("groups", "is_admin"),
    [(["site-admins"], True), (["x", "site-admins"], True), (["x"], False), ([], False),
     ("site-admins", False), ({"site-admins": 1}, False), (["Site-Admins"], False),
     (["site-admins-x"], False), (None, False)],
)  # fmt: skip
def test_only_the_group_itself_makes_an_administrator(groups: object, is_admin: bool) -> None:
    token = signed(claims(**{"cognito:groups": groups}))
    assert credentials().caller(token) == Caller(USER, is_admin=is_admin)
