"""A user pool of moto, and tokens like those that it signs."""

import json
import time
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import boto3
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

REGION = "us-east-1"
TABLE = "the-index"
PASSWORD = "Correct-Horse-7"


@dataclass(frozen=True, slots=True)
class Pool:
    """A user pool with a client; the users are named by their `sub`."""

    url: str
    pool_id: str
    client_id: str

    @classmethod
    def create(cls, url: str) -> Self:
        client = _cognito(url)
        pool_id = client.create_user_pool(PoolName="pool")["UserPool"]["Id"]
        client.create_group(UserPoolId=pool_id, GroupName="site-admins")
        made = client.create_user_pool_client(
            UserPoolId=pool_id,
            ClientName="client",
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )
        return cls(url, pool_id, made["UserPoolClient"]["ClientId"])

    @property
    def issuer(self) -> str:
        return f"https://cognito-idp.{REGION}.amazonaws.com/{self.pool_id}"

    def sign_in(self, name: str, *, group: str | None = None) -> dict[str, Any]:
        """What Cognito answers a new user's sign-in with: AccessToken, IdToken, ..."""
        client = _cognito(self.url)
        client.admin_create_user(UserPoolId=self.pool_id, Username=name)
        client.admin_set_user_password(
            UserPoolId=self.pool_id, Username=name, Password=PASSWORD, Permanent=True
        )
        if group:
            client.admin_add_user_to_group(UserPoolId=self.pool_id, Username=name, GroupName=group)
        answer = client.admin_initiate_auth(
            UserPoolId=self.pool_id,
            ClientId=self.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )
        return dict(answer["AuthenticationResult"])


@cache
def private_key(number: int = 0) -> rsa.RSAPrivateKey:
    """One of several keys, made once."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwks(**keys: rsa.RSAPrivateKey) -> bytes:
    """What a pool with these keys serves, by their key ID."""
    entries = [
        {
            **jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True),
            "kid": kid,
            "use": "sig",
            "alg": "RS256",
        }
        for kid, key in keys.items()
    ]
    return json.dumps({"keys": entries}).encode()


def claims(**changed: object) -> dict[str, Any]:
    """The claims of a good access token; a change to None leaves a claim out."""
    now = int(time.time())
    good: dict[str, object] = {
        "iss": "https://issuer.example/pool",
        "sub": "8d0c1a8e-0000-4000-8000-000000000001",
        "client_id": "client",
        "token_use": "access",
        "iat": now,
        "exp": now + 3600,
        "jti": "1",
        "username": "olga",
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def _cognito(url: str) -> Any:
    return boto3.client(
        "cognito-idp",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
