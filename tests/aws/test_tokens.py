from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from scanloft.aws.tokens import TokenIndex
from scanloft.core.model import Token, TokenScope
from scanloft.core.tables import INDEX
from scanloft.core.tokens import new_token, token_hash
from tests.functions.api.tables import TABLE, new_rows

SECRET = new_token(bytes(32))
TOKEN = Token(
    token_hash(SECRET),
    "olga",
    "script",
    is_admin=True,
    expires_at=1_800_000_000,
    scope=TokenScope.READ,
    project="alpha",
    created_at="2026-01-01T00:00:00Z",
)


@pytest.fixture
def tokens() -> Iterator[TokenIndex]:
    with mock_aws():
        yield TokenIndex(new_rows())


def test_a_token_is_found_by_its_hash(tokens: TokenIndex) -> None:
    tokens.put(TOKEN)
    assert tokens.token(token_hash(SECRET)) == TOKEN


@pytest.mark.parametrize("key", [SECRET, "", token_hash(SECRET)[:-1], token_hash(SECRET).upper()])
def test_a_token_is_found_by_nothing_else(tokens: TokenIndex, key: str) -> None:
    tokens.put(TOKEN)
    assert tokens.token(key) is None


def test_a_revoked_token_is_gone_and_revoking_twice_is_no_error(tokens: TokenIndex) -> None:
    tokens.put(TOKEN)
    for _ in range(2):
        tokens.revoke("olga", TOKEN.token_hash)
    assert tokens.token(TOKEN.token_hash) is None
    assert list(tokens.tokens("olga")) == []


def test_a_user_finds_their_own_tokens_and_no_others(tokens: TokenIndex) -> None:
    tokens.put(TOKEN)
    assert list(tokens.tokens("olga")) == [TOKEN]
    assert list(tokens.tokens("mia")) == []


def test_the_row_expires_by_the_attribute_that_the_table_names(tokens: TokenIndex) -> None:
    tokens.put(TOKEN)
    rows = boto3.client("dynamodb", region_name="us-east-1").scan(TableName=TABLE)["Items"]
    assert len(rows) == 2
    for row in rows:
        assert row[INDEX.expires_attribute or ""] == {"N": str(TOKEN.expires_at)}
        assert SECRET not in str(row)
