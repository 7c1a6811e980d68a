"""The archive's AWS services in this process: made from the blueprint, fed by hand."""

import base64
import hashlib
import importlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.anonymise.handler import gate
from functions.ingest.handler import indexer
from functions.summarise.handler import summariser
from functions.unpack.handler import unpacker
from infra.local.context import LocalContext
from infra.local.place import CREDENTIALS, REGION, Place, bucket_name, queue_url, table_name
from infra.local.provision import provision
from scanloft.aws import clients
from scanloft.aws.feed import Feed
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.quarantine import QuarantineIndex
from scanloft.aws.rows import Rows
from scanloft.aws.uploads import UploadIndex
from scanloft.core.blueprint import (
    ANONYMISE,
    ARCHIVE,
    INBOX,
    INGEST,
    QUEUES,
    SUMMARISE,
    UNPACK,
    Function,
    Queue,
)
from scanloft.core.items import secret_item
from scanloft.core.keys import InboxKey, InboxPrefix
from scanloft.core.model import Declaration, Fate, FileKind, Project, QuarantineItem
from scanloft.core.tables import INDEX, PARTITION_KEY, PSEUDONYMS, SECRETS, SORT_KEY

PLACE = Place(aws_port=9, http_port=9, user_pool="pool", client_id="client")
SERVICES = "https://sqs.invalid"
PIPELINE = (UNPACK, ANONYMISE, INGEST, SUMMARISE)
SINGLETONS = (gate, indexer, summariser, unpacker)
SECRET = base64.b64encode(b"only for tests, 32 bytes or more").decode()
CLOCKED = ("revision", "arrived_at", "created_at", "added_at", "deleted_at", "until", "expires_at")
CLAIMED = ("at", "mark")
"""When a label was claimed, and by which run: what it names and for whom is compared."""
BASIC_PROFILE: Mapping[str, object] = {"name": "basic", "version": 1}

Record = dict[str, Any]
Snapshot = dict[str, object]


@cache
def _client(service: Any) -> Any:
    """One client for all tests: each new one costs a tenth of a second."""
    return boto3.session.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    ).client(service, config=clients.CONFIG)


class Cloud:
    """Buckets, tables and queues, and what the adapters see in them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.s3, self.dynamodb, self.sqs = map(_client, ("s3", "dynamodb", "sqs"))
        self.inbox = ObjectStore(bucket_name(INBOX), self.s3)
        self.archive = ObjectStore(bucket_name(ARCHIVE), self.s3)
        self.rows = Rows(table_name(INDEX), self.dynamodb)
        self.secrets = Rows(table_name(SECRETS), self.dynamodb)
        self.pseudonyms = Rows(table_name(PSEUDONYMS), self.dynamodb)
        self.uploads = UploadIndex(self.rows)
        self.instances = InstanceIndex(self.rows)
        self.quarantine = QuarantineIndex(self.rows)

    def configure(self, **settings: int | str) -> None:
        """Changes settings of the functions; they start anew."""
        for name, value in settings.items():
            self._monkeypatch.setenv(f"SCANLOFT_{name.upper()}", str(value))
        for singleton in SINGLETONS:
            singleton.cache_clear()

    def project(self, name: str = "alpha", *, profile: Mapping[str, object] = BASIC_PROFILE) -> str:
        """A new project whose secret is always the same."""
        self.secrets.put(secret_item(name), {"secret": SECRET})
        ProjectIndex(self.rows).create(Project(name, name, "2026-01-01", "olga", profile))
        return name

    def send(
        self,
        *files: bytes,
        project: str = "alpha",
        upload: str = "u1",
        prefix: InboxPrefix = InboxPrefix.DICOM,
        declared: bool = True,
        metadata: Mapping[str, str] | None = None,
    ) -> list[InboxKey]:
        """Puts files into the inbox as an upload would."""
        keys = [InboxKey(prefix, project, upload, str(n)) for n in range(len(files))]
        kind = FileKind.ARCHIVE if prefix is InboxPrefix.ARCHIVES else FileKind.DICOM
        if declared:
            self.uploads.declare(
                project,
                upload,
                [
                    Declaration(key.number, len(file), hashlib.sha256(file).hexdigest(), kind)
                    for key, file in zip(keys, files, strict=True)
                ],
            )
        for key, file in zip(keys, files, strict=True):
            self.inbox.put(str(key), file, metadata=metadata)
        return keys

    def received(self, queue: Queue) -> list[Record]:
        """The messages that wait, as records of a batch."""
        records: list[Record] = []
        while wanted := min(10, queue.batch_size - len(records)):
            answer = self.sqs.receive_message(
                QueueUrl=queue_url(SERVICES, queue),
                MaxNumberOfMessages=wanted,
                MessageSystemAttributeNames=["All"],
            )
            found = answer.get("Messages", [])
            records += map(_record, found)
            if len(found) < wanted:
                break
        return records

    def call(self, function: Function, records: Sequence[Record]) -> set[str]:
        """Calls the real handler; the ids of the messages that it wants again."""
        handler = importlib.import_module(function.module).handler
        with warnings.catch_warnings():
            # Powertools warns at an invocation without metrics, as one that crashes has.
            warnings.simplefilter("ignore")
            answer = handler({"Records": list(records)}, LocalContext(function.name))
        return {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}

    def settle_batch(self, queue: Queue, records: Sequence[Record], *, failed: set[str]) -> None:
        """What the event source does with a batch: done is deleted, the rest is seen again."""
        url = queue_url(SERVICES, queue)
        for message in records:
            handle = message["receiptHandle"]
            if message["messageId"] in failed:
                self.sqs.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0
                )
            else:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)

    def feed(self, function: Function) -> int:
        """Hands the function one batch from its queue; how many messages failed."""
        return self._feed(function)[1]

    def _feed(self, function: Function) -> tuple[int, int]:
        """How many messages the batch had, and how many of them failed."""
        assert function.source
        records = self.received(function.source)
        failed = self.call(function, records) if records else set()
        self.settle_batch(function.source, records, failed=failed)
        return len(records), len(failed)

    def settle(self, *functions: Function) -> bool:
        """Feeds the functions, or the whole pipeline, until no message waits; whether none does.

        A message that fails too often goes to the dead-letter queue, which counts as waiting.
        """
        chosen = functions or PIPELINE
        for _ in range(20):
            if not sum(self._feed(function)[0] for function in chosen):
                break
        return not any(self.waiting(function, dead_letters=True) for function in chosen)

    def waiting(self, function: Function, *, dead_letters: bool = False) -> int:
        """How many messages wait for the function, or have failed it too often."""
        assert function.source
        answer = self.sqs.get_queue_attributes(
            QueueUrl=queue_url(SERVICES, function.source, dead_letters=dead_letters),
            AttributeNames=["ApproximateNumberOfMessages"],
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def forget_messages(self) -> None:
        """Empties all queues."""
        for queue in QUEUES:
            while records := self.received(queue):
                self.settle_batch(queue, records, failed=set())

    def fates(self, upload: str = "u1", *, project: str = "alpha") -> list[Fate]:
        """What became of the files of an upload."""
        return list(self.uploads.fates(project, upload))

    def kinds(self, upload: str = "u1", *, project: str = "alpha") -> list[str]:
        """The same in two words each: the kind and the code."""
        return [f"{fate.kind} {fate.code}".strip() for fate in self.fates(upload, project=project)]

    def detained(self, project: str = "alpha") -> list[QuarantineItem]:
        """The quarantine items of a project."""
        return list(self.quarantine.items(project))

    def keys(self, store: ObjectStore, prefix: str = "") -> list[str]:
        """The keys in a bucket."""
        return list(store.keys(prefix))

    def items(self) -> list[dict[str, Any]]:
        """All items of the index, without what only tells when or how often: as the feed does."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.rows.table)
        every = [item for page in pages for item in page["Items"]]
        raw = [item for item in every if not item[PARTITION_KEY]["S"].endswith("#FEED")]
        items = [{k: str(v) for k, v in item.items() if k not in _incidental(item)} for item in raw]
        return sorted(items, key=lambda item: (item[PARTITION_KEY], item[SORT_KEY]))

    def snapshot(self) -> Snapshot:
        """Everything that is stored: two archives with equal ones cannot be told apart."""
        objects = {
            f"{store.bucket}/{key}": (hashlib.sha256(found.body).hexdigest(), found.metadata)
            for store in (self.inbox, self.archive)
            for key in store.keys("")
            if (found := store.get(key))
        }
        return {"objects": objects, "items": self.items(), "told": self.told()}

    def told(self, project: str = "alpha") -> set[tuple[str, str]]:
        """The kind and name of all that the feed of a project tells of, however often."""
        return {(change.kind, change.name) for change in Feed(self.rows).changes(project)}


def _incidental(item: Mapping[str, Any]) -> tuple[str, ...]:
    return CLAIMED if item[PARTITION_KEY]["S"].endswith("#LABELS") else CLOCKED


def _record(message: Mapping[str, Any]) -> Record:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


@contextmanager
def new_cloud() -> Iterator[Cloud]:
    """An empty archive, and an environment in which its functions find it."""
    with pytest.MonkeyPatch.context() as monkeypatch, mock_aws():
        environment = PLACE.environment() | {"SCANLOFT_SUMMARISE_DELAY_S": "0"}
        del environment["AWS_ENDPOINT_URL"]
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        for service in ("s3", "dynamodb", "sqs"):
            monkeypatch.setattr(clients, service, lambda service=service: _client(service))
        cloud = Cloud(monkeypatch)
        provision(s3=cloud.s3, dynamodb=cloud.dynamodb, sqs=cloud.sqs)
        cloud.forget_messages()
        cloud.configure()
        yield cloud
        cloud.configure()
