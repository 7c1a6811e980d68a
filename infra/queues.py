"""The SQS queues, their dead-letter queues, and the one key of everything that is a message."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from scanloft.core.blueprint import Queue

RETENTION_DAYS = 14
"""The longest that SQS keeps a message: a dead letter must survive a holiday."""
SENDERS = ("s3.amazonaws.com", "cloudwatch.amazonaws.com")
"""Who sends messages in their own name: the buckets to queues, the alarms to the topic."""


class MessageKey(Construct):
    """The key of the queues and of the alarm topic.

    Not the key of a bucket: bucket and queue would then wait for each other.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.key = kms.Key(
            self,
            "Key",
            description="scanloft queues and alarms: keys of objects, never their content",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(service) for service in SENDERS],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions=from_this_account(self),
            )
        )


class FedQueue(Construct):
    """A queue of the blueprint with its dead-letter queue."""

    def __init__(
        self, scope: Construct, construct_id: str, *, queue: Queue, key: kms.IKey, fed_by_s3: bool
    ) -> None:
        super().__init__(scope, construct_id)
        self.source = queue
        self.key = key
        self.dead_letters = self._queue("DeadLetters", key=key)
        self.queue = self._queue(
            "Queue",
            key=key,
            visibility_timeout=cdk.Duration.seconds(queue.visibility_timeout_s),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=queue.receive_limit
            ),
        )
        if fed_by_s3:
            self._accept_from_s3()

    def grant_send(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee send messages."""
        self.queue.grant(grantee, "sqs:SendMessage")
        self.key.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey")

    def _queue(
        self,
        construct_id: str,
        *,
        key: kms.IKey,
        visibility_timeout: cdk.Duration | None = None,
        dead_letter_queue: sqs.DeadLetterQueue | None = None,
    ) -> sqs.Queue:
        return sqs.Queue(
            self,
            construct_id,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            data_key_reuse=cdk.Duration.hours(1),
            enforce_ssl=True,
            retention_period=cdk.Duration.days(RETENTION_DAYS),
            visibility_timeout=visibility_timeout,
            dead_letter_queue=dead_letter_queue,
        )

    def _accept_from_s3(self) -> None:
        self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                conditions=from_this_account(self),
            )
        )


def from_this_account(scope: Construct) -> dict[str, dict[str, str]]:
    """The condition that a service acts for this account.

    Not for one bucket: a bucket that says itself whom it notifies must exist after the queue.
    """
    return {"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}}
