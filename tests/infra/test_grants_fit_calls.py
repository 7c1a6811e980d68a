"""Each pipeline function is granted what it calls, and nothing that it never calls.

The functions run here on everything that can happen to an object; each call to AWS is taken down
with its prefix or table and held against the table that the roles are made from.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from fnmatch import fnmatchcase
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from infra.local.place import bucket_name, table_name
from infra.permissions import RECORD_PSEUDONYMS
from scanloft.aws.hooks import HookIndex
from scanloft.aws.tombstones import TombstoneIndex
from scanloft.core.annotations import Level, Tombstone
from scanloft.core.blueprint import BUCKETS, SUMMARISE
from scanloft.core.hooks import Hook
from scanloft.core.keys import InboxPrefix
from scanloft.core.series_changed import SeriesChanged
from scanloft.core.tables import PARTITION_KEY, PSEUDONYMS, TABLES
from tests.functions.anonymise.large import large_image, take_as_large
from tests.functions.unpack.packed import zipped
from tests.support.cloud import PIPELINE, Cloud
from tests.support.events import batch
from tests.support.grants import Names, granted
from tests.support.images import image
from tests.support.resources import Collection

LOCAL = Names(
    bucket_by_name={bucket_name(bucket): bucket.name for bucket in BUCKETS},
    table_by_name={table_name(table): table.name for table in TABLES},
)


def taken_down(cloud: Cloud) -> AbstractContextManager[set[str]]:
    return LOCAL.taken_down(cloud.s3, cloud.dynamodb, cloud.sqs)


@contextmanager
def failing_twice(cloud: Cloud, operation: str) -> Iterator[None]:
    """Two calls of the operation, one for an image and one for a file, do not reach S3 at first.

    What they are part of is given up.
    """
    todo = [EndpointConnectionError(endpoint_url="https://aws.invalid") for _ in range(2)]

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
    HookIndex(cloud.rows).put(Hook("alpha", "one", "https://a.example", "", "", "", "", ""))
    take_as_large(cloud)
    cloud.send(large_image(6), upload="u3")
    cloud.send(image(1), image(1), image(1, pixels=b"\2" * 32), b"not DICOM", image(2)[:-9])
    cloud.send(image(3), upload="dicom-1", declared=False)
    cloud.send(image(4), project="nowhere", declared=False)
    cloud.inbox.put("unassigned/SCANNER/dicom-2/0", image(7, AccessionNumber="alpha"))
    cloud.inbox.put("unassigned/SCANNER/dicom-2/1", image(8))
    cloud.project("listed", profile={"name": "listed", "version": 1, "patient_ids": "lookup"})
    cloud.send(image(7), project="listed", upload="u4")
    _send_files(cloud)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", image(5))
        archive.writestr("b.zip", b"PK\3\4 nested")
    cloud.send(packed.getvalue(), b"no zip", upload="u2", prefix=InboxPrefix.ARCHIVES)


def _send_files(cloud: Cloud) -> None:
    """Files of a resource: small, large, and packed ones that become files there."""
    results = Collection(cloud)
    results.send({"a.csv": b"a,b", "large": bytes(range(256)) * 8192}, upload="f1")
    results.send({"all.zip": zipped({"b.csv": b"c,d"})}, upload="f2", unpack=True)


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


def called_on_a_deleted_study(cloud: Cloud) -> set[str]:
    """What summarise calls when a study that it has summed up was deleted."""
    study = next(cloud.instances.studies("alpha"))
    times = {"deleted_at": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
    tombstone = Tombstone("alpha", Level.SESSION, study.study_uid, deleted_by="olga", **times)
    TombstoneIndex(cloud.rows).put(tombstone)
    body = SeriesChanged("alpha", study.study_uid, "").to_body()
    with taken_down(cloud) as seen:
        assert cloud.call(SUMMARISE, batch([body])) == set()
    return seen


def test_functions_are_granted_exactly_what_they_call(alpha: Cloud) -> None:
    everything(alpha)
    with failing_twice(alpha, "CompleteMultipartUpload"):
        calls = called(alpha)
    calls["summarise"] |= called_on_a_deleted_study(alpha)
    assert calls == {function.name: granted(function.name) for function in PIPELINE}


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
    assert not any(seen <= granted(function.name) for function in PIPELINE)


@pytest.mark.parametrize("operation", ["BatchGetItem", "BatchWriteItem"])
def test_batches_are_held_against_each_table_that_they_name(operation: str) -> None:
    params: dict[str, object] = {"RequestItems": dict.fromkeys(LOCAL.table_by_name)}
    assert LOCAL.actions("dynamodb", operation, params) == {
        f"dynamodb:{operation} {table}" for table in LOCAL.table_by_name.values()
    }
