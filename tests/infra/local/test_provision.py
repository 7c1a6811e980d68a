import json

import pytest

from infra.local.place import bucket_name, queue_url, table_name
from scanloft.core.blueprint import BUCKETS, NOTIFICATIONS, QUEUES, Notification, Queue
from scanloft.core.tables import TABLES, Table
from tests.support.cloud import SERVICES, Cloud


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_table_has_its_keys_and_what_expires(cloud: Cloud, table: Table) -> None:
    described = cloud.dynamodb.describe_table(TableName=table_name(table))["Table"]
    assert [key["AttributeName"] for key in described["KeySchema"]] == ["PK", "SK"]
    ttl = cloud.dynamodb.describe_time_to_live(TableName=table_name(table))
    assert ttl["TimeToLiveDescription"].get("AttributeName") == table.expires_attribute


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_each_queue_has_its_dead_letter_queue(cloud: Cloud, queue: Queue) -> None:
    answer = cloud.sqs.get_queue_attributes(
        QueueUrl=queue_url(SERVICES, queue), AttributeNames=["All"]
    )
    redrive = json.loads(answer["Attributes"]["RedrivePolicy"])
    assert redrive["maxReceiveCount"] == queue.receive_limit
    assert redrive["deadLetterTargetArn"].endswith(f":{queue.dead_letter_name}")
    assert 0 < int(answer["Attributes"]["VisibilityTimeout"]) <= queue.visibility_timeout_s


@pytest.mark.parametrize("chosen", NOTIFICATIONS, ids=lambda one: one.queue.name)
def test_a_new_object_is_announced_on_its_queue_and_on_no_other(
    cloud: Cloud, chosen: Notification
) -> None:
    bucket = bucket_name(chosen.bucket)
    cloud.s3.put_object(Bucket=bucket, Key=f"{chosen.prefix}alpha/1/2", Body=b"")
    told = [queue.name for queue in QUEUES if cloud.received(queue)]
    assert told == [chosen.queue.name]


def test_what_is_derived_or_detained_is_announced_to_nobody(cloud: Cloud) -> None:
    for bucket in BUCKETS:
        for prefix in ("derived/", "quarantine/", "other"):
            cloud.s3.put_object(Bucket=bucket_name(bucket), Key=f"{prefix}alpha", Body=b"")
    cloud.archive.put("files/alpha", b"")
    assert not any(cloud.received(queue) for queue in QUEUES)
