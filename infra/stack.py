"""The stack: composes the constructs, and owns no resource itself."""

import aws_cdk as cdk
from constructs import Construct

from infra.alarms import Alarms
from infra.assets import Workshop
from infra.bridge import BridgeUpload
from infra.edge import Edge, Origins
from infra.functions import ArchiveFunction, Rooms, environment_of
from infra.gateway import Gateway
from infra.identity import Identity
from infra.index import DataTable
from infra.options import Options
from infra.permissions import PERMISSIONS_BY_FUNCTION
from infra.queues import FedQueue, MessageKey
from infra.storage import AccessLogs, DataBucket, WebBucket
from scanloft.core.blueprint import (
    ARCHIVE,
    AUTHORISE,
    BUCKETS,
    FUNCTIONS,
    INBOX,
    NOTIFICATIONS,
    QUEUES,
    Function,
)
from scanloft.core.tables import TABLES

ANY_DISTRIBUTION = "https://*.cloudfront.net"
"""Who may read what S3 answers to an upload, where the archive has no host of its own.

The one distribution cannot be named: it waits for the inbox, whose host its pages may call. The
signed form is what lets an upload in, not this.
"""


class ArchiveStack(cdk.Stack):
    """One archive."""

    def __init__(
        self, scope: Construct, construct_id: str, *, options: Options, workshop: Workshop
    ) -> None:
        super().__init__(scope, construct_id, description="scanloft: archive of imaging studies")
        self._workshop = workshop
        self._messages = MessageKey(self, "Messages")
        self._rooms = self._build_rooms(options)
        self._gateway = Gateway(self, "Gateway")
        self._identity = Identity(self, "Identity")
        self._edge = self._build_edge(options)
        client = self._identity.add_client(self._edge.public_base_url)
        self._functions = self._build_functions(client.user_pool_client_id, options)
        self._connect()
        self._watch(options)
        bridge = BridgeUpload(self, "Bridge", inbox=self._rooms.buckets[INBOX.name])
        self._tell(
            {
                "PublicUrl": self._edge.public_base_url,
                "DistributionDomain": self._edge.distribution.distribution_domain_name,
                "UserPoolId": self._identity.pool.user_pool_id,
                "ClientId": client.user_pool_client_id,
                "InboxBucket": self._rooms.buckets[INBOX.name].bucket.bucket_name,
                "WebBucket": self._web.bucket.bucket_name,
                "BridgePolicyArn": bridge.policy.managed_policy_arn,
            }
        )

    def _build_rooms(self, options: Options) -> Rooms:
        fed_by_s3 = {each.queue.name for each in NOTIFICATIONS}
        queues = {
            queue.name: FedQueue(
                self,
                f"{_title(queue.name)}Queue",
                queue=queue,
                key=self._messages.key,
                fed_by_s3=queue.name in fed_by_s3,
            )
            for queue in QUEUES
        }
        logs = AccessLogs(self, "AccessLogs").bucket
        self._web = WebBucket(self, "Web", logs=logs)
        posted_from = {INBOX.name: [options.public_base_url or ANY_DISTRIBUTION]}
        buckets = {
            bucket.name: DataBucket(
                self,
                _title(bucket.name),
                bucket=bucket,
                logs=logs,
                posted_from=posted_from.get(bucket.name, ()),
            )
            for bucket in BUCKETS
        }
        tables = {
            table.name: DataTable(self, f"{_title(table.name)}Table", table=table)
            for table in TABLES
        }
        return Rooms(buckets=buckets, tables=tables, queues=queues)

    def _build_edge(self, options: Options) -> Edge:
        inbox = self._rooms.buckets[INBOX.name].bucket
        behind = Origins(
            web=self._web.bucket,
            archive=self._rooms.buckets[ARCHIVE.name].bucket,
            api_domain=self._gateway.domain,
            callable_hosts=(
                inbox.bucket_regional_domain_name,
                f"cognito-idp.{self.region}.{self.url_suffix}",
                f"{self._identity.domain.domain_name}.auth.{self.region}.amazoncognito.com",
            ),
        )
        return Edge(self, "Edge", behind=behind, options=options)

    def _build_functions(self, client_id: str, options: Options) -> dict[str, ArchiveFunction]:
        values = {
            **self._rooms.settings(),
            "public_base_url": self._edge.public_base_url,
            "token_issuer": self._identity.issuer,
            "jwks_url": self._identity.jwks_url,
            "client_id": client_id,
            "project_creators": options.project_creators,
        }
        return {each.name: self._build_function(each, values) for each in FUNCTIONS}

    def _build_function(self, function: Function, values: dict[str, str]) -> ArchiveFunction:
        built = ArchiveFunction(
            self,
            _title(function.name),
            function=function,
            asset=self._workshop.asset(function),
            environment=environment_of(function, values),
        )
        for permission in PERMISSIONS_BY_FUNCTION[function.name]:
            self._rooms.grant(built.role, permission)
        return built

    def _connect(self) -> None:
        """Lets buckets announce, queues feed and routes lead."""
        queues = {name: fed.queue for name, fed in self._rooms.queues.items()}
        for bucket in BUCKETS:
            announced = [each for each in NOTIFICATIONS if each.bucket == bucket]
            self._rooms.buckets[bucket.name].announce(announced, queues=queues)
        self._gateway.authorise_with(self._functions[AUTHORISE.name].function)
        for function in FUNCTIONS:
            built = self._functions[function.name]
            if function.source:
                built.consume(self._rooms.queues[function.source.name], queue=function.source)
            for path in function.routes:
                self._gateway.route(path, built.function)
            for path in function.open_routes:
                self._gateway.route_openly(path, built.function)
            if function.every_hours:
                built.call_every(hours=function.every_hours)

    def _watch(self, options: Options) -> None:
        alarms = Alarms(self, "Alarms", key=self._messages.key, email=options.alarm_email)
        for fed in self._rooms.queues.values():
            alarms.watch_queue(fed)
        for function in self._functions.values():
            alarms.watch_function(function)

    def _tell(self, value_by_output: dict[str, str]) -> None:
        for name, value in value_by_output.items():
            cdk.CfnOutput(self, name, value=value)


def _title(name: str) -> str:
    return name.capitalize()
