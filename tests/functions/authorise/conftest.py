"""A moto server with a user pool and an index table, and the handler that asks both."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from functions.authorise import handler as authorise
from scanloft.aws import clients
from scanloft.aws.rows import Rows
from scanloft.aws.tokens import TokenIndex
from scanloft.core.settings import AuthoriseSettings
from tests.functions.api.tables import create_table
from tests.functions.authorise.pool import REGION, TABLE, Pool


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def pool(moto_url: str) -> Pool:
    return Pool.create(moto_url)


@pytest.fixture
def settings(pool: Pool, moto_url: str) -> AuthoriseSettings:
    return AuthoriseSettings(
        index_table=TABLE,
        token_issuer=pool.issuer,
        jwks_url=f"{moto_url}/{pool.pool_id}/.well-known/jwks.json",
        client_id=pool.client_id,
    )


@pytest.fixture
def environment(
    monkeypatch: pytest.MonkeyPatch, settings: AuthoriseSettings, moto_url: str
) -> Iterator[None]:
    variables = {
        **settings.to_env(),
        "AWS_ENDPOINT_URL": moto_url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    _forget()
    yield
    _forget()


@pytest.fixture
def tokens(environment: None) -> Iterator[TokenIndex]:
    client = boto3.client("dynamodb")
    create_table(client, TABLE)
    yield TokenIndex(Rows(TABLE, client))
    client.delete_table(TableName=TABLE)


def _forget() -> None:
    made: tuple[Any, ...] = (authorise._credentials, clients.dynamodb)
    for one in made:
        one.cache_clear()
