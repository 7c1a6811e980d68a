"""The Lambda functions: one construct, made for each function of the blueprint."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.index import DataTable
from infra.permissions import ObjectAccess, Permission, RowAccess
from infra.queues import FedQueue
from infra.storage import DataBucket
from infra.wheels import PYTHON_VERSION
from scanloft.core.blueprint import Function, Queue
from scanloft.core.settings import Settings

RUNTIME = lambda_.Runtime(f"python{PYTHON_VERSION}", lambda_.RuntimeFamily.PYTHON)
LOG_RETENTION = logs.RetentionDays.THREE_MONTHS
BATCH_CONCURRENCY = 100
"""How many batches of one queue run at once: a large upload must leave room for the readers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What functions are granted access to, by the names of the blueprint."""

    buckets: Mapping[str, DataBucket]
    tables: Mapping[str, DataTable]
    queues: Mapping[str, FedQueue]

    def grant(self, grantee: iam.IGrantable, permission: Permission) -> None:
        """Lets the grantee do what the permission says."""
        if isinstance(permission, ObjectAccess):
            bucket = self.buckets[permission.bucket.name]
            if permission.verbs:
                bucket.grant(grantee, verbs=permission.verbs, prefixes=permission.prefixes)
            if permission.listing:
                bucket.grant_listing(grantee)
            if permission.versions:
                bucket.grant_listing_versions(grantee)
        elif isinstance(permission, RowAccess):
            table = self.tables[permission.table.name]
            table.grant(grantee, actions=permission.actions, partitions=permission.partitions)
        else:
            self.queues[permission.queue.name].grant_send(grantee)

    def settings(self) -> dict[str, str]:
        """The settings that name these rooms, by the names of the fields."""
        return {
            **{f"{name}_bucket": each.bucket.bucket_name for name, each in self.buckets.items()},
            **{f"{name}_table": each.table.table_name for name, each in self.tables.items()},
            **{f"{name}_queue_url": each.queue.queue_url for name, each in self.queues.items()},
        }


class ArchiveFunction(Construct):
    """A function of the blueprint with its role, its log group and, if it has one, its queue."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: Function,
        asset: Path,
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self.source = function
        log_group = logs.LogGroup(
            self, "Logs", retention=LOG_RETENTION, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"scanloft {function.name}",
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            code=_code(asset),
            handler=f"{function.module}.handler",
            memory_size=function.memory_mb,
            timeout=cdk.Duration.seconds(function.timeout_s),
            environment=dict(environment),
            role=self.role,
            log_group=log_group,
            tracing=lambda_.Tracing.DISABLED,
            recursive_loop=lambda_.RecursiveLoop.ALLOW if function.sends_to_itself else None,
        )

    def consume(self, fed: FedQueue, *, queue: Queue) -> None:
        """Feeds the function from the queue; a batch may fail in part."""
        source = event_sources.SqsEventSource(
            fed.queue,
            batch_size=queue.batch_size,
            max_batching_window=cdk.Duration.seconds(queue.batch_window_s),
            max_concurrency=BATCH_CONCURRENCY,
            report_batch_item_failures=True,
        )
        self.function.add_event_source(source)

    def call_every(self, *, hours: int) -> None:
        """Calls the function again and again."""
        rule = events.Rule(
            self, "Schedule", schedule=events.Schedule.rate(cdk.Duration.hours(hours))
        )
        rule.add_target(targets.LambdaFunction(self.function))


def environment_of(function: Function, values: Mapping[str, str]) -> dict[str, str]:
    """The environment of a function, its settings made from the values it asks for.

    Raises:
        ValueError: the function has a setting that infra knows no value of.
    """
    wanted = [
        field.name
        for field in dataclasses.fields(function.settings)
        if field.default is dataclasses.MISSING or field.name in values
    ]
    missing = [name for name in wanted if name not in values]
    if missing:
        raise ValueError(
            f"infra knows no value for {', '.join(missing)} of {function.name}: "
            "give it a default, or add it to the values in infra/stack.py."
        )
    settings: Settings = function.settings(**{name: values[name] for name in wanted})
    return settings.to_env()


def _code(asset: Path) -> lambda_.Code:
    return lambda_.Code.from_asset(str(asset))
