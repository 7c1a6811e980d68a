"""The alarms: messages that nobody could handle, queues that stand still, functions that fail."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.functions import ArchiveFunction
from infra.queues import FedQueue

PERIOD = 5
"""Minutes that a metric is summed over."""
OLDEST_MESSAGE_S = 3600


class Alarms(Construct):
    """One topic that all alarms go to."""

    def __init__(
        self, scope: Construct, construct_id: str, *, key: kms.IKey, email: str | None
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        # `enforce_ssl` writes a policy, which replaces the one that let services of the account in.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsPublish",
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
            )
        )
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def watch_queue(self, fed: FedQueue) -> None:
        """Rings when messages died, or when the oldest waits for more than an hour."""
        name = fed.source.name
        self._alarm(
            f"{name}-dead",
            fed.dead_letters.metric_approximate_number_of_messages_visible(
                period=cdk.Duration.minutes(PERIOD), statistic="Maximum"
            ),
            threshold=1,
            meaning=f"Messages of the queue {name} failed too often: see docs/deploying.md.",
        )
        self._alarm(
            f"{name}-age",
            fed.queue.metric_approximate_age_of_oldest_message(
                period=cdk.Duration.minutes(PERIOD), statistic="Maximum"
            ),
            threshold=OLDEST_MESSAGE_S,
            meaning=f"The oldest message of the queue {name} waits for more than an hour.",
        )

    def watch_function(self, function: ArchiveFunction) -> None:
        """Rings when calls of the function failed."""
        name = function.source.name
        self._alarm(
            f"{name}-errors",
            function.function.metric_errors(period=cdk.Duration.minutes(PERIOD)),
            threshold=1,
            meaning=f"Calls of the function {name} failed: see its log group.",
        )

    def _alarm(
        self, name: str, metric: cloudwatch.IMetric, *, threshold: int, meaning: str
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=meaning,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
