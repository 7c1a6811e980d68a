"""The pipeline, function by function: the same batches through the stub and through moto."""

import contextlib
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3

from benchmarks.function_loop import WAIT_S
from benchmarks.loops import Loop
from benchmarks.objects import fresh_series
from benchmarks.servers import MOTO, STUB, aws_servers
from infra.local.place import CREDENTIALS, REGION, Place, aws_url, bucket_name, table_name
from infra.local.provision import provision
from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex, SecretStore
from scanloft.aws.rows import Rows
from scanloft.aws.uploads import UploadIndex
from scanloft.core.blueprint import INBOX
from scanloft.core.keys import ArchiveKey, InboxKey, InboxPrefix
from scanloft.core.model import Declaration, FateKind, Project
from scanloft.core.overlap import overlapped
from scanloft.core.series_changed import SeriesChanged
from scanloft.core.tables import INDEX, PSEUDONYMS
from scanloft.deid.profile import Profile

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


def run_pipeline(model: bytes, *, batch_size: int, batches: int) -> list[BatchRun]:
    """Runs fresh batches through all functions, on one server and the other in turn.

    The first batch, in which processes and connections are made, is not among the results.

    Raises:
        RuntimeError: a function failed, or did not archive what it was given.
    """
    runs: list[BatchRun] = []
    with contextlib.ExitStack() as stack:
        ports = stack.enter_context(aws_servers(STUB, MOTO))
        sites = [stack.enter_context(Site(server, port)) for server, port in ports.items()]
        for batch in range(batches + 1):
            objects = fresh_series(model, batch=batch, count=batch_size)
            for site in sites:
                done = site.run_batch(objects, batch=batch)
                runs.extend(done if batch else ())
    return runs


class Site(contextlib.ExitStack):
    """The functions, each in a process of its own, before one server."""

    def __init__(self, server: str, port: int) -> None:
        super().__init__()
        self._server = server
        place = Place(aws_port=port, http_port=80, user_pool="none", client_id="none")
        dynamodb = _client("dynamodb", port)
        if server == MOTO:
            provision(s3=_client("s3", port), dynamodb=dynamodb, sqs=_client("sqs", port))
        self._inbox = ObjectStore(bucket_name(INBOX), _client("s3", port))
        index = Rows(table_name(INDEX), dynamodb)
        self._uploads = UploadIndex(index)
        _make_project(ProjectIndex(index), SecretStore(Rows(table_name(PSEUDONYMS), dynamodb)))
        self._loops = {
            function: self.enter_context(_loop(function, place.environment()))
            for function in FUNCTIONS
        }

    def run_batch(self, objects: Sequence[bytes], *, batch: int) -> list[BatchRun]:
        """Sends the objects to the inbox, then through one function after the other."""
        upload = f"batch-{batch}"
        keys = self._send(objects, upload=upload)
        run = partial(self._run, count=len(objects))
        anonymised = run("anonymise", map(_notification, keys))
        fates = list(self._uploads.fates(PROJECT, upload))
        archived = [fate.archive_key for fate in fates if fate.kind is FateKind.ARCHIVED]
        if len(archived) != len(objects):
            raise RuntimeError(f"Of {len(objects)} objects {len(archived)} were archived.")
        ingested = run("ingest", map(_notification, archived))
        series = {ArchiveKey.parse(key)[:3] for key in archived}
        changes = (SeriesChanged(*one).to_body() for one in series)
        return [anonymised, ingested, run("summarise", changes)]

    def _send(self, objects: Sequence[bytes], *, upload: str) -> list[str]:
        prefix = InboxPrefix.DICOM
        numbers = range(len(objects))
        keys = [
            str(InboxKey.build(prefix, project=PROJECT, upload=upload, number=str(number)))
            for number in numbers
        ]
        self._uploads.declare(
            PROJECT,
            upload,
            (
                Declaration(str(number), len(content), hashlib.sha256(content).hexdigest())
                for number, content in zip(numbers, objects, strict=True)
            ),
        )
        sent = overlapped(
            list(zip(keys, objects, strict=True)),
            lambda one: self._inbox.put(*one),
            threads=UPLOAD_THREADS,
        )
        for failure in filter(None, sent):
            raise failure
        return keys

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


def _notification(key: str) -> str:
    """The body of the message by which S3 tells of a new object."""
    return json.dumps({"Records": [{"s3": {"object": {"key": key, "size": 1, "eTag": "0"}}}]})


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
