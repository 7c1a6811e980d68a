from collections.abc import Iterator

import pytest
from moto import mock_aws

from functions.api import custody_handler, review_handler
from functions.api.services import services
from scanloft.aws import clients
from tests.functions.api.front import BUCKETS, CUSTODY, QUEUES, SETTINGS, TABLES, Front
from tests.functions.api.tables import create_table


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    """The clients are made once for a module: making them takes longer than a test."""
    with pytest.MonkeyPatch.context() as patched, mock_aws():
        patched.setenv("AWS_DEFAULT_REGION", "us-east-1")
        for name, value in (SETTINGS.to_env() | CUSTODY.to_env()).items():
            patched.setenv(name, value)
        _forget()
        yield
        _forget()


@pytest.fixture
def front(aws: None) -> Iterator[Front]:
    for bucket in BUCKETS:
        clients.s3().create_bucket(Bucket=bucket)
    for table in TABLES:
        create_table(clients.dynamodb(), table)
    for queue in QUEUES:
        clients.sqs().create_queue(QueueName=queue.rpartition("/")[2])
    yield Front()
    for store in (services().inbox, services().archive):
        store.delete(list(store.keys("")))
        clients.s3().delete_bucket(Bucket=store.bucket)
    for queue in QUEUES:
        clients.sqs().delete_queue(QueueUrl=queue)
    for table in TABLES:
        clients.dynamodb().delete_table(TableName=table)


def _forget() -> None:
    made = (services, custody_handler.services, review_handler.services)
    for each in (*made, clients.s3, clients.dynamodb, clients.sqs):
        each.cache_clear()
