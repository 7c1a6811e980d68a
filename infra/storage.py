"""The S3 buckets: those of the blueprint, one of access logs and one of the web app."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.permissions import Verb
from scanloft.aws.sent_parts import CHECKSUM_HEADER
from scanloft.core.blueprint import INBOX, Bucket, Notification

TLS_VERSION = 1.2
NONCURRENT_DAYS = 30
"""How long an overwritten or deleted object of no data can still be brought back."""
SHORT_LIVED_DAYS = 7
"""The same for what is emptied by a rule: raw objects, which may identify patients, and exports."""
ABORT_MULTIPART_DAYS = 1
RAW_ABORT_MULTIPART_DAYS = 7
"""The same for raw objects: senders go on with the parts of a large file within this time."""
ACCESS_LOG_DAYS = 365
KEY_ACTIONS_BY_VERB: Mapping[Verb, tuple[str, ...]] = {
    Verb.GET: ("kms:Decrypt",),
    Verb.PUT: ("kms:GenerateDataKey",),
    Verb.DELETE: (),
    Verb.DELETE_VERSION: (),
    # Whoever puts an object in parts needs it, also who may not read the object.
    Verb.LIST_PARTS: ("kms:Decrypt",),
    Verb.ABORT: (),
}


class AccessLogs(Construct):
    """The bucket that the other buckets write their access logs to.

    S3 delivers access logs to buckets with keys of its own only.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=TLS_VERSION,
            versioned=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=cdk.Duration.days(ACCESS_LOG_DAYS),
                    noncurrent_version_expiration=cdk.Duration.days(NONCURRENT_DAYS),
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(ABORT_MULTIPART_DAYS),
                )
            ],
        )


class WebBucket(Construct):
    """The bucket of the web app's files: public content, read through CloudFront alone."""

    def __init__(self, scope: Construct, construct_id: str, *, logs: s3.IBucket) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=TLS_VERSION,
            versioned=True,
            server_access_logs_bucket=logs,
            server_access_logs_prefix="web/",
            removal_policy=cdk.RemovalPolicy.RETAIN,
            lifecycle_rules=[_housekeeping(NONCURRENT_DAYS)],
        )


class DataBucket(Construct):
    """A bucket of the blueprint with a key of its own."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: Bucket,
        logs: s3.IBucket,
        posted_from: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self.key = kms.Key(
            self,
            "Key",
            description=f"scanloft {bucket.name} bucket: {bucket.holds}",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=TLS_VERSION,
            versioned=True,
            server_access_logs_bucket=logs,
            server_access_logs_prefix=f"{bucket.name}/",
            removal_policy=cdk.RemovalPolicy.RETAIN,
            lifecycle_rules=_lifecycle(bucket),
            cors=[_sends_from(posted_from)] if posted_from else None,
        )

    def announce(
        self, notifications: Iterable[Notification], *, queues: Mapping[str, sqs.Queue]
    ) -> None:
        """Announces new objects on queues, which must let S3 send to them.

        Said in the bucket itself: the construct library would deploy a function with rights on
        all buckets for it.
        """
        wanted = list(notifications)
        resource = cast("s3.CfnBucket", self.bucket.node.default_child)
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(
                    event="s3:ObjectCreated:*",
                    queue=queues[each.queue.name].queue_arn,
                    filter=_prefix_filter(each.prefix),
                )
                for each in wanted
            ]
        )
        for each in wanted:
            self.bucket.node.add_dependency(queues[each.queue.name])

    def grant(
        self, grantee: iam.IGrantable, *, verbs: Iterable[Verb], prefixes: Iterable[str]
    ) -> None:
        """Lets the grantee do this and nothing else to objects below the prefixes."""
        verbs = list(verbs)
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=[verb.value for verb in verbs],
            resource_arns=[self.bucket.arn_for_objects(f"{prefix}*") for prefix in prefixes],
        )
        key_actions = [action for verb in verbs for action in KEY_ACTIONS_BY_VERB[verb]]
        if key_actions:
            self.key.grant(grantee, *key_actions)

    def grant_listing_versions(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee see which old versions there are."""
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["s3:ListBucketVersions"],
            resource_arns=[self.bucket.bucket_arn],
        )

    def grant_listing(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee tell a missing object from a forbidden one; S3 says 403 otherwise.

        Not by prefix: the question whether an object is there has none, and keys identify nobody.
        """
        iam.Grant.add_to_principal(
            grantee=grantee, actions=["s3:ListBucket"], resource_arns=[self.bucket.bucket_arn]
        )


def _lifecycle(bucket: Bucket) -> list[s3.LifecycleRule]:
    expiry = [
        s3.LifecycleRule(
            prefix=prefix,
            expiration=cdk.Duration.days(days),
            noncurrent_version_expiration=cdk.Duration.days(SHORT_LIVED_DAYS),
        )
        for prefix, days in bucket.expires_after_days
    ]
    abort_days = RAW_ABORT_MULTIPART_DAYS if bucket == INBOX else ABORT_MULTIPART_DAYS
    return [*expiry, _housekeeping(bucket.undelete_days, abort_days)]


def _housekeeping(noncurrent_days: int, abort_days: int = ABORT_MULTIPART_DAYS) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        noncurrent_version_expiration=cdk.Duration.days(noncurrent_days),
        abort_incomplete_multipart_upload_after=cdk.Duration.days(abort_days),
        expired_object_delete_marker=True,
    )


def _sends_from(origins: Sequence[str]) -> s3.CorsRule:
    return s3.CorsRule(
        allowed_methods=[s3.HttpMethods.POST, s3.HttpMethods.PUT],
        allowed_headers=["content-type", CHECKSUM_HEADER],
        allowed_origins=list(origins),
        exposed_headers=["ETag"],
        max_age=3600,
    )


def _prefix_filter(prefix: str) -> s3.CfnBucket.NotificationFilterProperty:
    rule = s3.CfnBucket.FilterRuleProperty(name="prefix", value=prefix)
    return s3.CfnBucket.NotificationFilterProperty(
        s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[rule])
    )
