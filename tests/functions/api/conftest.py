from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from functions.api.services import services
from scanloft.aws import clients
from tests.functions.api.front import BUCKETS, SETTINGS, TABLES, Front
from tests.functions.api.tables import create_table


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name, value in SETTINGS.to_env().items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        _forget()
        for bucket in BUCKETS:
            boto3.client("s3").create_bucket(Bucket=bucket)
        for table in TABLES:
            create_table(boto3.client("dynamodb"), table)
        yield Front()
    _forget()


def _forget() -> None:
    for made in (services, clients.s3, clients.dynamodb):
        made.cache_clear()
