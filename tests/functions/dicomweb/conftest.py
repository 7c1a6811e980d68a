from collections.abc import Iterator

import pytest
from moto import mock_aws

from functions.dicomweb.services import services
from scanloft.aws import clients
from scanloft.core.tables import PARTITION_KEY, SORT_KEY
from tests.functions.dicomweb.front import SETTINGS, Front, filled


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    """The function's environment; its clients live as long, for making them takes longest."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        for name, value in SETTINGS.to_env().items():
            patch.setenv(name, value)
        _forget()
        yield
        _forget()


@pytest.fixture
def front(environment: None) -> Iterator[Front]:
    with mock_aws():
        clients.s3().create_bucket(Bucket=SETTINGS.archive_bucket)
        _create_table(SETTINGS.index_table)
        front = Front()
        filled(front)
        yield front


def _forget() -> None:
    for made in (services, clients.s3, clients.dynamodb):
        made.cache_clear()


def _create_table(name: str) -> None:
    clients.dynamodb().create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": PARTITION_KEY, "KeyType": "HASH"},
            {"AttributeName": SORT_KEY, "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": PARTITION_KEY, "AttributeType": "S"},
            {"AttributeName": SORT_KEY, "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
