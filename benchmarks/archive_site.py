"""The functions before one server: batches of raw objects in, what each function took out."""

import contextlib
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import boto3

from benchmarks.function_loop import WAIT_S
from benchmarks.loops import Loop
from benchmarks.servers import MOTO
from infra.local.place import CREDENTIALS, REGION, Place, aws_url, bucket_name, table_name
from infra.local.provision import provision
from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.rows import Rows
from scanloft.aws.secrets import SecretStore
from scanloft.aws.uploads import UploadIndex
from scanloft.core.blueprint import ARCHIVE, INBOX
from scanloft.core.keys import ArchiveKey, InboxKey, InboxPrefix
from scanloft.core.model import Declaration, FateKind, Project
from scanloft.core.overlap import overlapped
from scanloft.core.series_changed import SeriesChanged
from scanloft.core.tables import INDEX, SECRETS
from scanloft.deid.profiles.profile import Profile

PROJECT = "benchmark"
FUNCTIONS = ("anonymise", "ingest", "summarise")
UPLOAD_THREADS = 8


@dataclass(frozen=True, slots=True)
class BatchRun:
    """One batch through one function: seconds of the whole batch, calls by operation."""

    server: str
    function: str
    count: int
    wall_s: float
    cpu_s: float
    calls: Mapping[str, int]

    @property
    def waits_s(self) -> float:
        """What the waits of the calls add up to, one after the other, in seconds."""
        return sum(WAIT_S[operation] * count for operation, count in self.calls.items())


@dataclass(frozen=True, slots=True)
class Sent:
    """A raw object in the inbox, as S3 tells of it."""

    key: str
    size_bytes: int
    etag: str


class Site(contextlib.ExitStack):
    """The functions, each in a process of its own, before one server."""

    def __init__(self, server: str, port: int, *, functions: Sequence[str] = FUNCTIONS) -> None:
        super().__init__()
        self._server = server
        place = Place(aws_port=port, http_port=80, user_pool="none", client_id="none")
        dynamodb, s3 = _client("dynamodb", port), _client("s3", port)
        if server == MOTO:
            provision(s3=s3, dynamodb=dynamodb, sqs=_client("sqs", port))
        self._inbox = ObjectStore(bucket_name(INBOX), s3)
        self._archive = ObjectStore(bucket_name(ARCHIVE), s3)
        index = Rows(table_name(INDEX), dynamodb)
        self._uploads = UploadIndex(index)
        _make_project(ProjectIndex(index), SecretStore(Rows(table_name(SECRETS), dynamodb)))
        self._loops = {
            function: self.enter_context(_loop(function, place.environment()))
            for function in functions
        }

    def run_batch(self, objects: Sequence[bytes], *, batch: int) -> list[BatchRun]:
        """Sends the objects to the inbox, then through one function after the other."""
        upload = _upload(batch)
        sent = self._send(objects, upload=upload)
        run = partial(self._run, count=len(objects))
        anonymised = self.anonymise(sent)
        archived = [Sent(key, 1, "0") for key in self._archived(upload, count=len(objects))]
        ingested = run("ingest", map(_notification, archived))
        series = {ArchiveKey.parse(one.key)[:3] for one in archived}
        changes = (SeriesChanged(*one).to_body() for one in series)
        return [anonymised, ingested, run("summarise", changes)]

    def send_large(self, path: Path, *, batch: int) -> Sent:
        """Sends one file to the inbox, with its checksum as browsers do."""
        upload = _upload(batch)
        digests = {name: _digest(path, name) for name in ("sha256", "md5")}
        size_bytes = path.stat().st_size
        declaration = Declaration("0", size_bytes, digests["sha256"])
        self._uploads.declare(PROJECT, upload, [declaration])
        sent = Sent(_inbox_key(upload, 0), size_bytes, digests["md5"])
        with path.open("rb") as file:
            self._inbox.put(sent.key, file, sha256_hex=digests["sha256"])
        return sent

    def anonymise(self, sent: Sequence[Sent]) -> BatchRun:
        """Runs anonymise alone on what has been sent."""
        return self._run("anonymise", map(_notification, sent), count=len(sent))

    def delete_archived(self, *, batch: int, count: int) -> None:
        """Makes room in the memory of the server.

        Raises:
            RuntimeError: these are not so many objects as were sent.
        """
        self._archive.delete(self._archived(_upload(batch), count=count))

    def _archived(self, upload: str, *, count: int) -> list[str]:
        """The keys of what was archived of an upload.

        Raises:
            RuntimeError: these are not so many objects as were sent.
        """
        fates = list(self._uploads.fates(PROJECT, upload))
        archived = [fate.archive_key for fate in fates if fate.kind is FateKind.ARCHIVED]
        if len(archived) != count:
            codes = ", ".join(sorted({fate.code for fate in fates if fate.code}))
            raise RuntimeError(f"Of {count} objects {len(archived)} were archived. {codes}")
        return archived

    def _send(self, objects: Sequence[bytes], *, upload: str) -> list[Sent]:
        sent = [
            Sent(_inbox_key(upload, number), len(content), _md5(content))
            for number, content in enumerate(objects)
        ]
        self._uploads.declare(
            PROJECT,
            upload,
            (
                Declaration(str(number), len(content), hashlib.sha256(content).hexdigest())
                for number, content in enumerate(objects)
            ),
        )
        failures = overlapped(
            list(zip(sent, objects, strict=True)),
            lambda one: self._inbox.put(one[0].key, one[1]),
            threads=UPLOAD_THREADS,
        )
        for failure in filter(None, failures):
            raise failure
        return sent

    def _run(self, function: str, bodies: Iterable[str], *, count: int) -> BatchRun:
        figures = self._loops[function].ask(_event(bodies))
        if figures["failures"]:
            raise RuntimeError(f"{function} failed at {figures['failures']} messages.")
        return BatchRun(
            server=self._server,
            function=function,
            count=count,
            wall_s=figures["wall_s"],
            cpu_s=figures["cpu_s"],
            calls=Counter(figures["calls"]),
        )


def _make_project(projects: ProjectIndex, secrets: SecretStore) -> None:
    secrets.create(PROJECT)
    projects.create(
        Project(
            name=PROJECT,
            title=PROJECT,
            created_at="2026-01-01T00:00:00+00:00",
            created_by="benchmark",
            profile=Profile.basic().to_dict(),
        )
    )


def _loop(function: str, environment: Mapping[str, str]) -> Loop:
    command = [sys.executable, "-m", "benchmarks.function_loop", function]
    return Loop(command, what=function, environment=environment)


def _upload(batch: int) -> str:
    return f"batch-{batch}"


def _inbox_key(upload: str, number: int) -> str:
    prefix = InboxPrefix.DICOM
    return str(InboxKey.build(prefix, project=PROJECT, upload=upload, number=str(number)))


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _notification(sent: Sent) -> str:
    """The body of the message by which S3 tells of a new object."""
    told = {"key": sent.key, "size": sent.size_bytes, "eTag": sent.etag}
    return json.dumps({"Records": [{"s3": {"object": told}}]})


def _event(bodies: Iterable[str]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"message-{place}",
                "receiptHandle": "none",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for place, body in enumerate(bodies)
        ]
    }


def _client(service: str, port: int) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]  # any service will do
        endpoint_url=aws_url(port),
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
