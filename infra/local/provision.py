"""Making in the local AWS services what the blueprint says must exist."""

import json
from typing import TYPE_CHECKING, Any

from infra.local.place import VISIBILITY_TIMEOUT_S, bucket_name, table_name
from scanloft.core.blueprint import BUCKETS, NOTIFICATIONS, QUEUES, Bucket, Queue
from scanloft.core.tables import PARTITION_KEY, SORT_KEY, TABLES, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient


def provision(*, s3: "S3Client", dynamodb: "DynamoDBClient", sqs: "SQSClient") -> None:
    """Makes buckets, tables, queues and notifications; the services must be empty."""
    for table in TABLES:
        _make_table(dynamodb, table)
    arn_by_queue = {queue: _make_queue(sqs, queue) for queue in QUEUES}
    for bucket in BUCKETS:
        _make_bucket(s3, bucket, arn_by_queue)


def _make_table(dynamodb: "DynamoDBClient", table: Table) -> None:
    dynamodb.create_table(
        TableName=table_name(table),
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": PARTITION_KEY, "AttributeType": "S"},
            {"AttributeName": SORT_KEY, "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": PARTITION_KEY, "KeyType": "HASH"},
            {"AttributeName": SORT_KEY, "KeyType": "RANGE"},
        ],
    )
    if table.expires_attribute:
        dynamodb.update_time_to_live(
            TableName=table_name(table),
            TimeToLiveSpecification={"Enabled": True, "AttributeName": table.expires_attribute},
        )


def _make_queue(sqs: "SQSClient", queue: Queue) -> str:
    dead = sqs.create_queue(QueueName=queue.dead_letter_name)["QueueUrl"]
    redrive = {"deadLetterTargetArn": _arn(sqs, dead), "maxReceiveCount": queue.receive_limit}
    url = sqs.create_queue(
        QueueName=queue.name,
        Attributes={
            "VisibilityTimeout": str(min(queue.visibility_timeout_s, VISIBILITY_TIMEOUT_S)),
            "RedrivePolicy": json.dumps(redrive),
        },
    )["QueueUrl"]
    return _arn(sqs, url)


def _arn(sqs: "SQSClient", url: str) -> str:
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return attributes["Attributes"]["QueueArn"]


def _make_bucket(s3: "S3Client", bucket: Bucket, arn_by_queue: dict[Queue, str]) -> None:
    region: Any = s3.meta.region_name
    s3.create_bucket(
        Bucket=bucket_name(bucket), CreateBucketConfiguration={"LocationConstraint": region}
    )
    configurations: list[Any] = [
        {
            "QueueArn": arn_by_queue[notification.queue],
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": notification.prefix}]}},
        }
        for notification in NOTIFICATIONS
        if notification.bucket == bucket
    ]
    s3.put_bucket_notification_configuration(
        Bucket=bucket_name(bucket),
        NotificationConfiguration={"QueueConfigurations": configurations},
    )
