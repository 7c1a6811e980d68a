"""Tables of moto in the shape that all tables of the archive have."""

from typing import TYPE_CHECKING

import boto3

from scanloft.aws.rows import Rows
from scanloft.core.tables import PARTITION_KEY, SORT_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "the-table"


def create_table(client: "DynamoDBClient", name: str) -> None:
    """Makes an empty table."""
    client.create_table(
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


def new_rows() -> Rows:
    """The rows of a new table, within `mock_aws`."""
    client = boto3.client("dynamodb", region_name="us-east-1")
    create_table(client, TABLE)
    return Rows(TABLE, client)
