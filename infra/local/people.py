"""People of the local archive: users of its own identity provider, with development tokens."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanloft.aws.tokens import TokenIndex
from scanloft.core.model import Token
from scanloft.core.tokens import new_token, token_hash

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

ADMIN_GROUP = "site-admins"
ADMIN = "admin"
OUTSIDER = "outsider"
PEOPLE = (ADMIN, "owner", OUTSIDER)
TOKEN_LIFE_S = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Directory:
    """The user pool, its client, each person's user name (`sub`), and a JWT of the admin."""

    user_pool: str
    client_id: str
    user_by_person: Mapping[str, str]
    admin_jwt: str


def make_people(cognito: "CognitoIdentityProviderClient") -> Directory:
    """Makes the user pool and the people, with passwords that nobody learns."""
    pool = cognito.create_user_pool(PoolName="scanloft")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="local", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.create_group(UserPoolId=pool, GroupName=ADMIN_GROUP)
    passwords = {person: f"Aa1!{secrets.token_urlsafe(24)}" for person in PEOPLE}
    users = {}
    for person, password in passwords.items():
        created = cognito.admin_create_user(
            UserPoolId=pool, Username=person, MessageAction="SUPPRESS"
        )
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=person, Password=password, Permanent=True
        )
        attributes = created["User"]["Attributes"]
        users[person] = next(entry["Value"] for entry in attributes if entry["Name"] == "sub")
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=ADMIN, GroupName=ADMIN_GROUP)
    signed_in = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": ADMIN, "PASSWORD": passwords[ADMIN]},
    )
    return Directory(
        user_pool=pool,
        client_id=client,
        user_by_person=users,
        admin_jwt=signed_in["AuthenticationResult"]["AccessToken"],
    )


def make_tokens(tokens: TokenIndex, directory: Directory, *, now: int) -> dict[str, str]:
    """A personal access token for each person, by name; `now` is in seconds since 1970."""
    made = {}
    for person, user in directory.user_by_person.items():
        made[person] = new_token()
        tokens.put(
            Token(
                token_hash=token_hash(made[person]),
                user=user,
                label="local development",
                is_admin=person == ADMIN,
                expires_at=now + TOKEN_LIFE_S,
            )
        )
    return made
