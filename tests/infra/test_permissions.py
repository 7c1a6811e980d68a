"""Who may do what: read from the roles of the template, not from the table they are made of."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import pytest

from infra.permissions import PERMISSIONS_BY_FUNCTION
from scanloft.core.blueprint import FUNCTIONS, Function
from scanloft.core.items import (
    lookup_item,
    member_item,
    membership_item,
    missing_item,
    pairs_item,
    token_item,
    unassigned_item,
)
from tests.infra.template import Template, statements

BUCKET = "AWS::S3::Bucket"
TABLE = "AWS::DynamoDB::Table"
ALLOWED = {
    "anonymise": {
        "s3:GetObject inbox/dicom/*",
        "s3:DeleteObject inbox/dicom/*",
        "s3:PutObject inbox/dicom/*",
        "s3:GetObject inbox/unassigned/*",
        "s3:DeleteObject inbox/unassigned/*",
        "s3:GetObject inbox/files/*",
        "s3:DeleteObject inbox/files/*",
        "s3:PutObject inbox/quarantine/*",
        "s3:ListBucket inbox",
        "s3:GetObject archive/dicom/*",
        "s3:PutObject archive/dicom/*",
        "s3:ListMultipartUploadParts archive/dicom/*",
        "s3:AbortMultipartUpload archive/dicom/*",
        "s3:GetObject archive/files/*",
        "s3:PutObject archive/files/*",
        "s3:ListMultipartUploadParts archive/files/*",
        "s3:AbortMultipartUpload archive/files/*",
        "s3:ListBucket archive",
        "dynamodb:GetItem index",
        "dynamodb:BatchGetItem index",
        "dynamodb:Query index",
        "dynamodb:PutItem index",
        "dynamodb:BatchWriteItem index",
        "dynamodb:GetItem secrets",
        "dynamodb:GetItem pseudonyms",
        "dynamodb:BatchWriteItem pseudonyms",
    },
    "unpack": {
        "s3:GetObject inbox/archives/*",
        "s3:DeleteObject inbox/archives/*",
        "s3:PutObject inbox/dicom/*",
        "s3:PutObject inbox/files/*",
        "s3:PutObject inbox/quarantine/*",
        "s3:ListBucket inbox",
        "dynamodb:GetItem index",
        "dynamodb:PutItem index",
        "dynamodb:BatchWriteItem index",
        "dynamodb:GetItem secrets",
    },
    "ingest": {
        "s3:GetObject archive/dicom/*",
        "s3:ListBucket archive",
        "dynamodb:PutItem index",
    },
    "summarise": {
        "s3:GetObject archive/dicom/*",
        "s3:GetObject archive/derived/*",
        "s3:PutObject archive/derived/*",
        "s3:ListBucket archive",
        "dynamodb:GetItem index",
        "dynamodb:Query index",
        "dynamodb:BatchGetItem index",
        "dynamodb:PutItem index",
        "dynamodb:DeleteItem index",
    },
    "export": {
        "s3:GetObject archive/dicom/*",
        "s3:GetObject archive/files/*",
        "s3:ListBucket archive",
        "s3:GetObject archive/exports/*",
        "s3:PutObject archive/exports/*",
        "s3:DeleteObject archive/exports/*",
        "s3:ListMultipartUploadParts archive/exports/*",
        "s3:AbortMultipartUpload archive/exports/*",
        "dynamodb:GetItem index",
        "dynamodb:BatchGetItem index",
        "dynamodb:Query index",
        "dynamodb:PutItem index",
    },
    "api": {
        "s3:PutObject inbox/dicom/*",
        "s3:PutObject inbox/archives/*",
        "s3:PutObject inbox/files/*",
        "s3:ListMultipartUploadParts inbox/dicom/*",
        "s3:ListMultipartUploadParts inbox/archives/*",
        "s3:ListMultipartUploadParts inbox/files/*",
        "s3:AbortMultipartUpload inbox/dicom/*",
        "s3:AbortMultipartUpload inbox/archives/*",
        "s3:AbortMultipartUpload inbox/files/*",
        "s3:ListBucket inbox",
        "s3:GetObject archive/dicom/*",
        "s3:GetObject archive/files/*",
        "s3:GetObject archive/exports/*",
        "s3:PutObject archive/exports/*",
        "s3:DeleteObject archive/exports/*",
        "dynamodb:GetItem index",
        "dynamodb:BatchGetItem index",
        "dynamodb:Query index",
        "dynamodb:PutItem index",
        "dynamodb:BatchWriteItem index",
        "dynamodb:DeleteItem index",
        "dynamodb:PutItem secrets",
        "dynamodb:Query audit",
        "dynamodb:PutItem audit",
    },
    "custody": {
        "dynamodb:GetItem index",
        "dynamodb:BatchGetItem index",
        "dynamodb:PutItem index",
        "dynamodb:DeleteItem index",
        "dynamodb:GetItem pseudonyms",
        "dynamodb:BatchGetItem pseudonyms",
        "dynamodb:Query pseudonyms",
        "dynamodb:BatchWriteItem pseudonyms",
        "dynamodb:DeleteItem pseudonyms",
        "dynamodb:Query audit",
        "dynamodb:PutItem audit",
    },
    "review": {
        "s3:GetObject inbox/quarantine/*",
        "s3:DeleteObject inbox/quarantine/*",
        "s3:PutObject inbox/dicom/*",
        "s3:PutObject inbox/unassigned/*",
        "s3:ListBucket inbox",
        "dynamodb:GetItem index",
        "dynamodb:BatchGetItem index",
        "dynamodb:Query index",
        "dynamodb:PutItem index",
        "dynamodb:BatchWriteItem index",
        "dynamodb:DeleteItem index",
        "dynamodb:Query audit",
        "dynamodb:PutItem audit",
    },
    "dicomweb": {
        "s3:GetObject archive/dicom/*",
        "s3:GetObject archive/derived/*",
        "s3:ListBucket archive",
        "dynamodb:GetItem index",
        "dynamodb:BatchGetItem index",
        "dynamodb:Query index",
    },
    "authorise": {"dynamodb:GetItem index"},
    "deliver": {
        "dynamodb:GetItem index",
        "dynamodb:BatchGetItem index",
        "dynamodb:Query index",
        "dynamodb:PutItem index",
    },
    "sweep": {
        "s3:DeleteObject archive/derived/*",
        "s3:DeleteObject archive/dicom/*",
        "s3:DeleteObject archive/exports/*",
        "s3:DeleteObject archive/files/*",
        "s3:DeleteObjectVersion archive/dicom/*",
        "s3:DeleteObjectVersion archive/derived/*",
        "s3:DeleteObjectVersion archive/files/*",
        "s3:ListBucket archive",
        "s3:ListBucketVersions archive",
        "s3:DeleteObject inbox/quarantine/*",
        "s3:ListBucket inbox",
        "dynamodb:GetItem index",
        "dynamodb:BatchGetItem index",
        "dynamodb:Query index",
        "dynamodb:Scan index",
        "dynamodb:PutItem index",
        "dynamodb:BatchWriteItem index",
        "dynamodb:DeleteItem index",
    },
    "transfer": {
        "s3:GetObject archive/dicom/*",
        "s3:PutObject archive/dicom/*",
        "s3:ListMultipartUploadParts archive/dicom/*",
        "s3:AbortMultipartUpload archive/dicom/*",
        "s3:ListBucket archive",
        "dynamodb:GetItem index",
        "dynamodb:BatchGetItem index",
        "dynamodb:Query index",
        "dynamodb:PutItem index",
        "dynamodb:DeleteItem index",
    },
}


def readable(template: Template, resource: str) -> str:
    """A resource as the blueprint names it, as `inbox/dicom/*` or `index`."""
    for kind, ending in ((BUCKET, "Bucket"), (TABLE, "Table")):
        for logical in template.resources(kind):
            arn = f"${{{logical}.Arn}}"
            if resource.startswith(arn):
                return logical.split(ending)[0].lower() + resource.removeprefix(arn)
    return resource


def allowed(template: Template, function: str) -> set[str]:
    """What the role of a function may do to objects and rows."""
    return {
        f"{action} {readable(template, resource)}"
        for statement in template.role_statements(f"{function.capitalize()}Role")
        for action in statement.actions
        for resource in statement.resources
        if action.startswith(("s3:", "dynamodb:"))
    }


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_function_may_do_this_and_nothing_else(template: Template, function: Function) -> None:
    assert allowed(template, function.name) == ALLOWED[function.name]


def test_only_the_pipeline_reads_raw_objects_and_review_those_in_quarantine(
    template: Template,
) -> None:
    reads = {
        (each.name, entry.removeprefix("s3:GetObject "))
        for each in FUNCTIONS
        for entry in allowed(template, each.name)
        if entry.startswith("s3:GetObject inbox")
    }
    assert reads == {
        ("anonymise", "inbox/dicom/*"),
        ("anonymise", "inbox/files/*"),
        ("anonymise", "inbox/unassigned/*"),
        ("unpack", "inbox/archives/*"),
        ("review", "inbox/quarantine/*"),
    }


def test_only_who_reads_raw_objects_or_takes_them_in_parts_may_use_their_key_to_decrypt(
    template: Template,
) -> None:
    """S3 asks for it of whoever puts an object in parts; api may not read any."""
    key = f"${{{template.name('AWS::KMS::Key', 'InboxKey')}.Arn}}"
    able = {
        each.name
        for each in FUNCTIONS
        for statement in template.role_statements(f"{each.name.capitalize()}Role")
        if key in statement.resources and "kms:Decrypt" in statement.actions
    }
    assert able == {"anonymise", "unpack", "api", "review"}


def users(template: Template, table: str, *verbs: str) -> set[str]:
    """The functions that may do one of these to the rows of a table; anything, without verbs."""
    return {
        each.name
        for each in FUNCTIONS
        for entry in allowed(template, each.name)
        if entry.endswith(f" {table}")
        and (not verbs or entry.split(" ")[0].removeprefix("dynamodb:") in verbs)
    }


READING = ("GetItem", "BatchGetItem", "Query", "Scan", "PartiQLSelect")


def test_only_anonymise_and_unpack_read_the_secrets_of_projects(template: Template) -> None:
    assert users(template, "secrets", *READING) == {"anonymise", "unpack"}
    assert users(template, "secrets") == {"anonymise", "unpack", "api"}


def test_the_pseudonyms_are_reached_by_anonymise_and_custody_alone(template: Template) -> None:
    assert users(template, "pseudonyms") == {"anonymise", "custody"}


def test_anonymise_writes_who_became_whom_and_what_is_missing_but_no_lookup_table(
    template: Template,
) -> None:
    (statement,) = (
        each
        for each in template.role_statements("AnonymiseRole")
        if "dynamodb:BatchWriteItem" in each.actions
        and readable(template, each.resources[0]) == "pseudonyms"
    )
    patterns = statement.conditions["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    allowed_here = [pairs_item("alpha", "00"), missing_item("alpha", "ptid/1")]
    forbidden = [lookup_item("alpha", "ptid/1")]
    assert all(_fits(item.partition, patterns) for item in allowed_here)
    assert not any(_fits(item.partition, patterns) for item in forbidden)
    assert statement.conditions["Null"] == {"dynamodb:LeadingKeys": "false"}
    assert statement.actions == ("dynamodb:BatchWriteItem",)


def _fits(partition: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(partition, pattern) for pattern in patterns)


def test_acts_are_added_to_the_audit_log_and_never_changed(template: Template) -> None:
    granted = {
        f"{each.name} {entry}"
        for each in FUNCTIONS
        for entry in allowed(template, each.name)
        if entry.endswith(" audit")
    }
    assert granted == {
        f"{name} dynamodb:{verb} audit"
        for name in ("api", "custody", "review")
        for verb in ("PutItem", "Query")
    }


def test_keys_of_tables_are_used_through_dynamodb_alone(template: Template) -> None:
    keys = {f"${{{n}.Arn}}" for n in template.resources("AWS::KMS::Key") if "TableKey" in n}
    for function in FUNCTIONS:
        for statement in template.role_statements(f"{function.name.capitalize()}Role"):
            if keys & set(statement.resources):
                assert "kms:ViaService" in statement.conditions["StringEquals"]


def test_nothing_is_allowed_everywhere(template: Template) -> None:
    documents = [
        policy["PolicyDocument"]
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for policy in template.properties(kind).values()
    ]
    granted = [each for document in documents for each in statements(document)]
    assert len(granted) > len(FUNCTIONS)
    for statement in granted:
        assert statement.effect == "Allow"
        assert not [action for action in statement.actions if "*" in action]
        assert "*" not in statement.resources


def test_roles_have_no_policies_but_their_own(template: Template) -> None:
    roles = template.properties("AWS::IAM::Role")
    assert len(roles) == len(FUNCTIONS)
    assert not [name for name, role in roles.items() if "ManagedPolicyArns" in role]


def test_the_table_of_permissions_names_all_functions() -> None:
    assert set(PERMISSIONS_BY_FUNCTION) == {each.name for each in FUNCTIONS} == set(ALLOWED)


def test_queues_get_messages_from_those_that_have_to_send_them(template: Template) -> None:
    senders = {
        (each.name, resource.removeprefix("${").partition("Queue")[0].lower())
        for each in FUNCTIONS
        for statement in template.role_statements(f"{each.name.capitalize()}Role")
        for resource in statement.resources
        if "sqs:SendMessage" in statement.actions
    }
    assert senders == {
        ("ingest", "summarise"),
        ("api", "export"),
        ("export", "export"),
        ("api", "summarise"),
        ("api", "transfer"),
        ("sweep", "summarise"),
        ("transfer", "summarise"),
        ("transfer", "transfer"),
        ("api", "deliver"),
        ("review", "deliver"),
        ("summarise", "deliver"),
        ("deliver", "deliver"),
    }


def test_custody_edits_lookup_tables_and_never_who_became_whom(template: Template) -> None:
    (statement,) = (
        each
        for each in template.role_statements("CustodyRole")
        if "dynamodb:BatchWriteItem" in each.actions
        and readable(template, each.resources[0]) == "pseudonyms"
    )
    patterns = statement.conditions["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    edited = [lookup_item("alpha", "ptid/1"), missing_item("alpha", "ptid/1")]
    assert all(_fits(item.partition, patterns) for item in edited)
    assert not _fits(pairs_item("alpha", "00").partition, patterns)


def test_deliver_sees_what_is_of_projects_and_no_token(template: Template) -> None:
    (statement,) = (
        each for each in template.role_statements("DeliverRole") if "dynamodb:Query" in each.actions
    )
    patterns = statement.conditions["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert _fits(member_item("alpha", "olga").partition, patterns)
    for item in (token_item("ab"), membership_item("olga", "alpha"), unassigned_item("f00")):
        assert not _fits(item.partition, patterns)


def test_a_bridge_may_hand_in_and_nothing_else(template: Template) -> None:
    policy = template.only("AWS::IAM::ManagedPolicy", start="BridgePolicy")
    granted = {
        (action, readable(template, resource).split(".")[0])
        for statement in statements(policy["PolicyDocument"])
        for action in statement.actions
        for resource in statement.resources
    }
    inbox_key = f"${{{template.name('AWS::KMS::Key', 'InboxKey')}"
    assert granted == {
        ("s3:PutObject", "inbox/dicom/*"),
        ("s3:PutObject", "inbox/unassigned/*"),
        ("kms:GenerateDataKey", inbox_key),
    }
