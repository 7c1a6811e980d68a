"""Each pipeline function is granted what it calls, and nothing that it never calls.

The functions run here on everything that can happen to an object; each call to AWS is taken down
with its prefix or table and held against the table that the roles are made from.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from infra.local.place import bucket_name, table_name
from infra.permissions import (
    PERMISSIONS_BY_FUNCTION,
    RECORD_PSEUDONYMS,
    ObjectAccess,
    RowAccess,
    Sending,
)
from scanloft.aws.hooks import HookIndex
from scanloft.core.blueprint import BUCKETS, Function
from scanloft.core.hooks import Hook
from scanloft.core.keys import InboxPrefix
from scanloft.core.tables import PARTITION_KEY, PSEUDONYMS, TABLES
from tests.functions.anonymise.large import large_image, take_as_large
from tests.support.cloud import PIPELINE, Cloud
from tests.support.images import image

BUCKET_BY_NAME = {bucket_name(bucket): bucket.name for bucket in BUCKETS}
TABLE_BY_NAME = {table_name(table): table.name for table in TABLES}
KNOWN_AS = {
    "HeadObject": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
}
"""Actions that IAM knows by another operation's name."""


def granted(function: Function) -> set[str]:
    found = set()
    for permission in PERMISSIONS_BY_FUNCTION[function.name]:
        match permission:
            case ObjectAccess():
                bucket = permission.bucket.name
                found |= {
                    f"{verb} {bucket}/{prefix}"
                    for verb in permission.verbs
                    for prefix in permission.prefixes
                }
            case RowAccess():
                found |= {f"{action} {permission.table.name}" for action in permission.actions}
            case Sending():
                found.add("sqs:SendMessage")
    return found


def actions(service: str, operation: str, params: Mapping[str, Any]) -> set[str]:
    if service == "sqs":
        return {"sqs:SendMessage"}
    if service == "dynamodb":
        tables = params.get("RequestItems") or [params["TableName"]]
        return {f"dynamodb:{operation} {TABLE_BY_NAME[table]}" for table in tables}
    if operation in ("CopyObject", "UploadPartCopy"):
        bucket, _, key = str(params["CopySource"]).partition("/")
        source = f"s3:GetObject {_place({'Bucket': bucket, 'Key': key})}"
        return {source, f"s3:PutObject {_place(params)}"}
    if operation == "DeleteObjects":
        keys = params["Delete"]["Objects"]
        return {f"s3:DeleteObject {_place({**params, **entry})}" for entry in keys}
    return {f"s3:{KNOWN_AS.get(operation, operation)} {_place(params)}"}


def _place(params: Mapping[str, Any]) -> str:
    return f"{BUCKET_BY_NAME[params['Bucket']]}/{params['Key'].split('/')[0]}/"


@contextmanager
def taken_down(cloud: Cloud) -> Iterator[set[str]]:
    seen: set[str] = set()

    def note(params: Mapping[str, Any], model: Any, **_: object) -> None:
        seen.update(actions(model.service_model.service_name, model.name, params))

    hooked = (cloud.s3, cloud.dynamodb, cloud.sqs)
    for client in hooked:
        client.meta.events.register("before-parameter-build", note)
    try:
        yield seen
    finally:
        for client in hooked:
            client.meta.events.unregister("before-parameter-build", note)


@contextmanager
def failing_once(cloud: Cloud, operation: str) -> Iterator[None]:
    """The first call of the operation does not reach S3, so that what it is part of is given up."""
    todo = [EndpointConnectionError(endpoint_url="https://aws.invalid")]

    def refuse(**_: object) -> None:
        if todo:
            raise todo.pop()

    event = f"before-call.s3.{operation}"
    cloud.s3.meta.events.register(event, refuse)
    try:
        yield
    finally:
        cloud.s3.meta.events.unregister(event, refuse)


def everything(cloud: Cloud) -> None:
    """Sends what is archived, doubled, in conflict, refused, unknown, packed, large and told of."""
    HookIndex(cloud.rows).put(Hook("alpha", "one", "https://a.example", "", "", "", ""))
    take_as_large(cloud)
    cloud.send(large_image(6), upload="u3")
    cloud.send(image(1), image(1), image(1, pixels=b"\2" * 32), b"not DICOM", image(2)[:-9])
    cloud.send(image(3), upload="dicom-1", declared=False)
    cloud.send(image(4), project="nowhere", declared=False)
    cloud.project("listed", profile={"name": "listed", "version": 1, "patient_ids": "lookup"})
    cloud.send(image(7), project="listed", upload="u4")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", image(5))
        archive.writestr("b.zip", b"PK\3\4 nested")
    cloud.send(packed.getvalue(), b"no zip", upload="u2", prefix=InboxPrefix.ARCHIVES)


def called(cloud: Cloud) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {function.name: set() for function in PIPELINE}
    for _ in range(4):
        for function in PIPELINE:
            assert function.source
            records = cloud.received(function.source)
            if not records:
                continue
            with taken_down(cloud) as seen:
                failed = cloud.call(function, records)
            found[function.name] |= seen
            cloud.settle_batch(function.source, records, failed=failed)
    return found


def test_functions_are_granted_exactly_what_they_call(alpha: Cloud) -> None:
    everything(alpha)
    with failing_once(alpha, "CompleteMultipartUpload"):
        calls = called(alpha)
    assert calls == {function.name: granted(function) for function in PIPELINE}


def test_pseudonyms_are_written_into_the_partitions_that_are_granted_alone(alpha: Cloud) -> None:
    written: set[str] = set()

    def note(params: Mapping[str, Any], **_: object) -> None:
        for entry in params["RequestItems"].get(table_name(PSEUDONYMS), ()):
            written.add(entry["PutRequest"]["Item"][PARTITION_KEY]["S"])

    everything(alpha)
    alpha.dynamodb.meta.events.register("before-parameter-build.dynamodb.BatchWriteItem", note)
    called(alpha)
    granted_here = RECORD_PSEUDONYMS.partitions
    assert written
    assert [
        key for key in written if not any(fnmatchcase(key, each) for each in granted_here)
    ] == []


def test_a_call_that_is_not_granted_would_be_seen(alpha: Cloud) -> None:
    with taken_down(alpha) as seen:
        alpha.s3.put_object(Bucket=alpha.archive.bucket, Key="elsewhere/x", Body=b"")
    assert seen == {"s3:PutObject archive/elsewhere/"}
    assert not any(seen <= granted(function) for function in PIPELINE)


@pytest.mark.parametrize("operation", ["BatchGetItem", "BatchWriteItem"])
def test_batches_are_held_against_each_table_that_they_name(operation: str) -> None:
    params: dict[str, object] = {"RequestItems": dict.fromkeys(TABLE_BY_NAME)}
    assert actions("dynamodb", operation, params) == {
        f"dynamodb:{operation} {table}" for table in TABLE_BY_NAME.values()
    }
