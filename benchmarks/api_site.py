"""The API over moto, with projects of known sizes in its index."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from moto import mock_aws

from benchmarks.capacity import Bill, counted
from functions.api.handler import handler
from functions.api.services import services
from infra.local.context import LocalContext
from infra.local.place import CREDENTIALS, Place
from infra.local.provision import provision
from scanloft.aws import clients
from scanloft.core.annotations import Change
from scanloft.core.model import (
    AuditEntry,
    Membership,
    Project,
    QuarantineItem,
    Role,
    Series,
    Study,
    Upload,
    UploadSource,
)

PLACE = Place(aws_port=9, http_port=9, user_pool="pool", client_id="client")
OWNER = "olga"
AT = "2026-01-01T00:00:00Z"
JOURNAL_ENTRIES = 1_000
"""More than a page, and the same in every project: journals are not read from their start."""
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "00080020": ("20260101",),
    "00080030": ("101500",),
    "00081030": ("Thorax, low dose, follow-up",),
    "00100040": ("F",),
    "00200010": ("1",),
}


class ApiSite:
    """Projects of these sizes, each with as many subjects, uploads and quarantine items."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._sizes = sizes
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        """Makes and fills the tables."""
        self._resources.enter_context(_environment())
        self._resources.enter_context(mock_aws())
        provision(s3=clients.s3(), dynamodb=clients.dynamodb(), sqs=clients.sqs())
        for size in self._sizes:
            self._fill(self.project(size), size)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Forgets all of it."""
        self._resources.close()

    def project(self, size: int) -> str:
        """The name of the project with so many sessions."""
        return f"p-{size}"

    def bill(self, address: str, *, project: str) -> Bill:
        """What a request costs that is answered with 200.

        Raises:
            RuntimeError: it was answered otherwise.
        """
        request = _event(address.format(project=project))
        with counted(clients.s3(), clients.dynamodb(), clients.sqs()) as bill:
            answer = handler(request, LocalContext("api"))
        if answer["statusCode"] != 200:
            raise RuntimeError(f"{address} was answered with {answer['statusCode']}.")
        return bill

    def _fill(self, project: str, size: int) -> None:
        made = services()
        made.projects.create(Project(project, project, AT, OWNER, {"name": "basic", "version": 1}))
        made.projects.put_member(Membership(project, OWNER, Role.OWNER))
        for number in range(JOURNAL_ENTRIES // 10):
            made.audit.append(AuditEntry(project, AT, OWNER, "benchmark", {"number": number}))
            made.feed.append(project, [Change("session", f"1.2.{number}", "changed", AT)])
        for number in range(size):
            study = f"1.2.{number}"
            subject = {**ATTRIBUTES, "00100020": (f"SL-{number}",)}
            made.instances.put_study(
                Study(project, study, 1, 100, 50_000_000, ("CT",), subject, sites=("",))
            )
            made.instances.put_series(
                Series(project, study, f"{study}.1", 100, 50_000_000, ATTRIBUTES, sites=("",))
            )
            upload = f"u-{number:06}"
            made.uploads.create(Upload(project, upload, UploadSource.PRESIGNED, AT, OWNER))
            made.quarantine.put(
                QuarantineItem(project, f"q{number}", "pixel_review", "Look.", "u", "1", 1, AT)
            )


@contextmanager
def _environment() -> Iterator[None]:
    """The environment of the functions, and processes that have not begun yet."""
    before = dict(os.environ)
    wanted = PLACE.environment() | CREDENTIALS | {"POWERTOOLS_METRICS_DISABLED": "true"}
    wanted.pop("AWS_ENDPOINT_URL")
    os.environ.update(wanted)
    _forget()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        _forget()


def _forget() -> None:
    for made in (services, clients.s3, clients.dynamodb, clients.sqs):
        made.cache_clear()


def _event(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    context = {"user": OWNER, "admin": "false"}
    return {
        "version": "2.0",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "queryStringParameters": dict(parse_qsl(parts.query)),
        "headers": {},
        "requestContext": {
            "authorizer": {"lambda": context},
            "http": {"method": "GET", "path": parts.path},
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
