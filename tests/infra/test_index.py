"""The tables of the template."""

import pytest

from scanloft.core.tables import PARTITION_KEY, SORT_KEY, TABLES, Table
from tests.infra.template import Template, text

TABLE = "AWS::DynamoDB::Table"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_can_be_restored_and_not_be_deleted(template: Template, table: Table) -> None:
    resource = template.resources(TABLE)[template.name(TABLE, f"{table.name.capitalize()}Table")]
    properties = resource["Properties"]
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_has_the_keys_and_the_expiry_of_the_layout(
    template: Template, table: Table
) -> None:
    properties = template.only(TABLE, start=f"{table.name.capitalize()}Table")
    assert properties["KeySchema"] == [
        {"AttributeName": PARTITION_KEY, "KeyType": "HASH"},
        {"AttributeName": SORT_KEY, "KeyType": "RANGE"},
    ]
    expiry = properties.get("TimeToLiveSpecification", {}).get("AttributeName")
    assert expiry == table.expires_attribute


def test_every_table_has_a_key_of_its_own(template: Template) -> None:
    encryption = [each["SSESpecification"] for each in template.properties(TABLE).values()]
    assert all(each["SSEEnabled"] and each["SSEType"] == "KMS" for each in encryption)
    assert len({text(each["KMSMasterKeyId"]) for each in encryption}) == len(TABLES)
