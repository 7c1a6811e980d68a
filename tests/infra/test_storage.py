"""The buckets of the template."""

import pytest

from infra.permissions import DERIVED
from infra.storage import SHORT_LIVED_DAYS
from scanloft.core.blueprint import BUCKETS, NOTIFICATIONS, Bucket
from scanloft.core.keys import series_metadata_key
from tests.infra.conftest import Synthesis
from tests.infra.template import Template, statements, text

BUCKET = "AWS::S3::Bucket"
WITHOUT_OWN_KEY = {"AccessLogs", "Web"}


def data_bucket(template: Template, bucket: Bucket) -> str:
    return template.name(BUCKET, f"{bucket.name.capitalize()}Bucket")


def test_every_bucket_is_private_versioned_and_retained(template: Template) -> None:
    buckets = template.resources(BUCKET)
    assert len(buckets) == len(BUCKETS) + len(WITHOUT_OWN_KEY)
    for bucket in buckets.values():
        properties = bucket["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(properties["PublicAccessBlockConfiguration"]) == 4
        assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
        assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"


def test_every_bucket_refuses_requests_without_tls(template: Template) -> None:
    refusing = set()
    for policy in template.properties("AWS::S3::BucketPolicy").values():
        for statement in statements(policy["PolicyDocument"]):
            if statement.conditions == {"Bool": {"aws:SecureTransport": "false"}}:
                assert statement.effect == "Deny"
                assert statement.actions == ("s3:*",)
                refusing.add(policy["Bucket"]["Ref"])
    assert refusing == set(template.resources(BUCKET))


def test_every_bucket_of_data_has_a_key_of_its_own(template: Template) -> None:
    keys = set()
    for bucket in BUCKETS:
        properties = template.resources(BUCKET)[data_bucket(template, bucket)]["Properties"]
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
        keys.add(text(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]))
    assert len(keys) == len(BUCKETS)


def test_keys_of_data_rotate_and_are_retained(template: Template) -> None:
    keys = template.resources("AWS::KMS::Key")
    assert all(key["Properties"]["EnableKeyRotation"] for key in keys.values())
    deletable = {name for name, key in keys.items() if key["DeletionPolicy"] != "Retain"}
    assert {name[: len("MessagesKey")] for name in deletable} == {"MessagesKey"}


def test_every_bucket_but_that_of_the_logs_is_logged(template: Template) -> None:
    logged = {n for n, p in template.properties(BUCKET).items() if "LoggingConfiguration" in p}
    assert set(template.resources(BUCKET)) - logged == {template.name(BUCKET, "AccessLogs")}


@pytest.mark.parametrize("bucket", BUCKETS, ids=lambda bucket: bucket.name)
def test_objects_expire_as_the_blueprint_says(template: Template, bucket: Bucket) -> None:
    properties = template.resources(BUCKET)[data_bucket(template, bucket)]["Properties"]
    rules = properties["LifecycleConfiguration"]["Rules"]
    expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    (housekeeping,) = (rule for rule in rules if "Prefix" not in rule)
    assert expiring == dict(bucket.expires_after_days)
    kept = {
        rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in rules if "Prefix" in rule
    }
    assert kept <= {SHORT_LIVED_DAYS}
    assert "ExpirationInDays" not in housekeeping
    abort = housekeeping["AbortIncompleteMultipartUpload"]
    assert abort["DaysAfterInitiation"] == (7 if bucket.name == "inbox" else 1)
    assert housekeeping["NoncurrentVersionExpiration"]["NoncurrentDays"] == bucket.undelete_days


def test_new_objects_are_announced_as_the_blueprint_says(template: Template) -> None:
    announced = {
        (bucket, rule["Value"], text(entry["Queue"]))
        for bucket, properties in template.properties(BUCKET).items()
        for entry in properties.get("NotificationConfiguration", {}).get("QueueConfigurations", [])
        for rule in entry["Filter"]["S3Key"]["Rules"]
        if entry["Event"] == "s3:ObjectCreated:*" and rule["Name"] == "prefix"
    }
    wanted = {
        (data_bucket(template, each.bucket), each.prefix, queue_arn(template, each.queue.name))
        for each in NOTIFICATIONS
    }
    assert announced == wanted


def queue_arn(template: Template, name: str) -> str:
    (found,) = (
        logical
        for logical in template.resources("AWS::SQS::Queue")
        if logical.startswith(f"{name.capitalize()}Queue") and "DeadLetters" not in logical
    )
    return f"${{{found}.Arn}}"


def test_what_is_derived_is_announced_to_nobody() -> None:
    assert series_metadata_key("study", "1.2", "1.3").startswith(DERIVED)
    assert all(not DERIVED.startswith(each.prefix) for each in NOTIFICATIONS)


def test_a_bucket_waits_for_the_policies_of_the_queues_it_announces_to(template: Template) -> None:
    for bucket in template.resources(BUCKET).values():
        notified = bucket["Properties"].get("NotificationConfiguration", {})
        policies = [name for name in bucket.get("DependsOn", []) if "Policy" in name]
        queues = {str(each["Queue"]) for each in notified.get("QueueConfigurations", [])}
        assert len(policies) == len(queues)


def test_only_pages_of_the_archive_read_the_answer_to_an_upload(own_host: Synthesis) -> None:
    buckets = own_host.template.properties(BUCKET).values()
    (cors,) = (each["CorsConfiguration"] for each in buckets if "CorsConfiguration" in each)
    (rule,) = cors["CorsRules"]
    assert rule["AllowedOrigins"] == ["https://archive.example.org"]
    assert rule["AllowedMethods"] == ["POST", "PUT"]
