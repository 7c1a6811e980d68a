"""The DynamoDB tables: paid by request, each with a key of its own, restorable to any second."""

from collections.abc import Iterable, Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from scanloft.core.tables import PARTITION_KEY, SORT_KEY, Table

KEY_ACTIONS = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""DynamoDB uses the key in the name of who calls, for reads and writes alike."""


class DataTable(Construct):
    """A table of `scanloft.core.tables`."""

    def __init__(self, scope: Construct, construct_id: str, *, table: Table) -> None:
        super().__init__(scope, construct_id)
        self.key = kms.Key(
            self,
            "Key",
            description=f"scanloft {table.name} table: {table.holds}",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=_text_attribute(PARTITION_KEY),
            sort_key=_text_attribute(SORT_KEY),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=table.expires_attribute,
            deletion_protection=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )

    def grant(
        self, grantee: iam.IGrantable, *, actions: Iterable[str], partitions: Sequence[str] = ()
    ) -> None:
        """Lets the grantee do this and nothing else to the rows, of these partitions if any."""
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=list(actions),
            resource_arns=[self.table.table_arn],
            conditions=_only_in(partitions) if partitions else None,
        )
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=list(KEY_ACTIONS),
            resource_arns=[self.key.key_arn],
            conditions={"StringEquals": {"kms:ViaService": _service_name(self)}},
        )


def _only_in(partitions: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
    # "For all values" is also true of a request without any, hence the second condition.
    keys = "dynamodb:LeadingKeys"
    return {"ForAllValues:StringLike": {keys: list(partitions)}, "Null": {keys: "false"}}


def _service_name(scope: Construct) -> str:
    return f"dynamodb.{cdk.Stack.of(scope).region}.amazonaws.com"


def _text_attribute(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
