"""The local archive as a whole: started in order, ready when it answers, stopped together."""

import contextlib
import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
import httpx

from infra.local import people
from infra.local.faults import Crash
from infra.local.place import CREDENTIALS, REGION, Place, aws_url, table_name
from infra.local.processes import Processes, Program
from infra.local.provision import provision
from scanloft.aws.rows import Rows
from scanloft.aws.tokens import TokenIndex
from scanloft.core.blueprint import FUNCTIONS
from scanloft.core.tables import INDEX

READY_TIMEOUT_S = 60
AWS = "aws"
FRONT = "front"
BRIDGE = "bridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be chosen about a local archive; port 0 takes a free one."""

    http_port: int = 8042
    dicom_port: int = 11112
    receivers: Mapping[str, str] = field(default_factory=lambda: {"SCANLOFT": "demo"})
    """AE title to project."""
    crashes: Sequence[Crash] = ()


@dataclass(frozen=True, slots=True)
class Announcement:
    """What others need to know to use a local archive."""

    base_url: str
    dicom_host: str
    dicom_port: int
    ae_title: str
    tokens: Mapping[str, str]
    projects: Mapping[str, str]
    """AE title to project."""
    aws_url: str
    pids: Mapping[str, int]
    log_dir: str

    def to_json(self) -> str:
        """The announcement as JSON."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, indent=2)


class LocalArchive:
    """A running local archive, as a context manager."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._resources = contextlib.ExitStack()
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self.failure: str | None = None

    def __enter__(self) -> Self:
        """Starts everything and waits until it answers."""
        folder = tempfile.TemporaryDirectory(prefix="scanloft-local-")
        self._folder = Path(self._resources.enter_context(folder))
        self.processes = Processes(self._folder, crashes=self._options.crashes)
        self._resources.callback(self._stop)
        try:
            self.announcement = self._start()
        except BaseException:
            self._resources.close()
            raise
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops everything; nothing is kept."""
        self._resources.close()

    def client(self, service: str) -> Any:
        """A boto3 client of the local AWS services."""
        return _client(service, self.announcement.aws_url)

    def _start(self) -> Announcement:
        aws_port = free_port()
        url = aws_url(aws_port)
        http_port = free_port(self._options.http_port)
        dicom_port = free_port(self._options.dicom_port)
        self._start_aws(aws_port)
        directory = people.make_people(_client("cognito-idp", url))
        provision(
            s3=_client("s3", url),
            dynamodb=_client("dynamodb", url),
            sqs=_client("sqs", url),
        )
        index = Rows(table_name(INDEX), _client("dynamodb", url))
        tokens = people.make_tokens(TokenIndex(index), directory, now=int(time.time()))
        place = Place(
            aws_port=aws_port,
            http_port=http_port,
            user_pool=directory.user_pool,
            client_id=directory.client_id,
        )
        self._start_functions(place)
        self._make_projects(place, tokens)
        self._start_bridge(place, dicom_port)
        return Announcement(
            base_url=place.public_base_url,
            dicom_host="127.0.0.1",
            dicom_port=dicom_port,
            ae_title=next(iter(self._options.receivers)),
            tokens=tokens | {"admin_jwt": directory.admin_jwt},
            projects=dict(self._options.receivers),
            aws_url=place.aws_url,
            pids=self.processes.pids(),
            log_dir=str(self._folder),
        )

    def _start_aws(self, port: int) -> None:
        self.processes.start(
            Program(
                name=AWS,
                module="moto.server",
                arguments=("-H", "127.0.0.1", "-p", str(port)),
                environment=CREDENTIALS,
                starts_again=False,
            )
        )
        _wait(lambda: httpx.get(f"{aws_url(port)}/moto-api/", trust_env=False).is_success)

    def _start_functions(self, place: Place) -> None:
        environment = place.environment()
        for function in FUNCTIONS:
            if not (function.source or function.every_hours):
                continue
            program = Program(
                name=function.name,
                module="infra.local.pump" if function.source else "infra.local.clock",
                arguments=(function.name,),
                environment=environment,
            )
            self.processes.start(program)
        front = Program(
            name=FRONT,
            module="infra.local.front",
            arguments=(str(place.http_port),),
            environment=environment,
        )
        self.processes.start(front)
        _wait(lambda: httpx.get(place.public_base_url, trust_env=False).status_code > 0)

    def _make_projects(self, place: Place, tokens: Mapping[str, str]) -> None:
        """Makes the projects of the receivers through the API, as an owner would."""
        for project in dict.fromkeys(self._options.receivers.values()):
            httpx.post(
                f"{place.public_base_url}/api/projects",
                json={"name": project, "title": project},
                headers={"Authorization": f"Bearer {tokens['owner']}"},
                timeout=30,
                trust_env=False,
            ).raise_for_status()

    def _start_bridge(self, place: Place, port: int) -> None:
        ready_file = self._folder / "bridge.json"
        spool_dir = self._folder / "spool"
        spool_dir.mkdir()
        receivers = ",".join(f"{ae}={project}" for ae, project in self._options.receivers.items())
        self.processes.start(
            Program(
                name=BRIDGE,
                module="dicom_bridge",
                arguments=("--ready-file", str(ready_file)),
                environment=place.bridge_environment(
                    receivers=receivers, port=port, spool_dir=str(spool_dir)
                ),
            )
        )
        _wait(lambda: "port" in json.loads(ready_file.read_text()))

    def _watch(self) -> None:
        try:
            self.processes.watch(self._stopping, on_restart=lambda _: None)
        except RuntimeError as error:
            self.failure = str(error)

    def _stop(self) -> None:
        self._stopping.set()
        if self._watcher:
            self._watcher.join()
        self.processes.stop()


class PortTaken(Exception):
    """Another program listens on the port that was asked for."""


def free_port(wanted: int = 0) -> int:
    """A port of the loopback interface that nobody listens on: the wanted one, any one for 0.

    Raises:
        PortTaken: somebody listens on the wanted one.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise PortTaken(
                f"Another program listens on port {wanted}: end it, or choose another port with "
                "--port or --dicom-port, PORT= or DICOM_PORT= with make (0 takes a free one)."
            ) from error
        return int(probe.getsockname()[1])


def _client(service: str, url: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]  # any service will do
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


def _wait(ready: Callable[[], bool]) -> None:
    """Waits until `ready` is true, taking refused connections and missing files for not yet."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        with contextlib.suppress(httpx.TransportError, FileNotFoundError, ValueError):
            if ready():
                return
        if time.monotonic() > deadline:
            raise TimeoutError("A part of the local archive did not start: see its log.")
        time.sleep(0.05)
