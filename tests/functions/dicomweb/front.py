"""The handler of DICOMweb behind events as API Gateway sends them, over the tables of moto."""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.dicomweb.handler import handler
from functions.dicomweb.services import Services, services
from scanloft.aws import clients
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.rows import Rows
from scanloft.core.keys import ArchiveKey, series_metadata_key
from scanloft.core.model import Attributes, Instance, Location, Membership, Project, Role
from scanloft.core.settings import DicomwebSettings
from scanloft.core.summary import series_of, study_of

SETTINGS = DicomwebSettings(
    archive_bucket="the-archive",
    index_table="the-index",
    public_base_url="https://archive.example",
    body_limit_bytes=20_000,
)
PROJECT = "room"
ROOT = f"/api/projects/{PROJECT}/dicomweb"
URL = f"{SETTINGS.public_base_url}{ROOT}"
EXPLICIT = "1.2.840.10008.1.2.1"
JPEG = "1.2.840.10008.1.2.4.70"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, its body decoded as the gateway would."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """The body as JSON, gunzipped where it is gzipped."""
        packed = self.headers.get("Content-Encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if packed else self.body)


def event(
    path: str,
    *,
    query: str = "",
    user: str | None = "reader",
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
) -> dict[str, Any]:
    """An event of an HTTP API, payload 2.0, after the authoriser."""
    context = {} if user is None else {"user": user, "admin": str(user == "admin").lower()}
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "evil.example", **(headers or {})},
        "requestContext": {
            "authorizer": {"lambda": context},
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }


class Front:
    """DICOMweb as a client meets it, and the ways to fill the archive behind it."""

    @property
    def services(self) -> Services:
        return services()

    def ask(self, path: str, query: str = "", **more: Any) -> Reply:
        """What the handler answers; `path` is below the root unless it starts at /api."""
        path = path if path.startswith("/api") else f"{ROOT}{path}"
        answer = handler(event(path, query=query, **more), None)
        body: str = answer.get("body") or ""
        raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        return Reply(answer["statusCode"], raw, answer["headers"])

    def open_project(self, name: str, **roles: Role) -> None:
        """A project with members, each a user by the name of the keyword."""
        projects = ProjectIndex(Rows(SETTINGS.index_table, clients.dynamodb()))
        projects.create(Project(name, name, "2026-01-01T00:00:00Z", "owner", {}))
        for user, role in roles.items():
            projects.put_member(Membership(name, user, role))

    def store(
        self,
        study_uid: str,
        series_uid: str,
        sop_uid: str,
        *,
        body: bytes = b"DICM",
        attributes: Attributes | None = None,
        transfer_syntax_uid: str = EXPLICIT,
        project: str = PROJECT,
    ) -> Instance:
        """An instance in bucket and index, not yet summed up."""
        uids = {"study_uid": study_uid, "series_uid": series_uid, "sop_uid": sop_uid}
        key = str(ArchiveKey.build(project, **uids))
        self.services.archive.put(key, body)
        row = Instance(
            project=project,
            **uids,
            sop_class_uid="1.2.840.10008.5.1.4.1.1.4",
            transfer_syntax_uid=transfer_syntax_uid,
            location=Location(key, 0, len(body)),
            sha256=sop_uid.replace(".", "").zfill(64),
            header_length=len(body),
            attributes=attributes or {},
        )
        self.services.index.put_instance(row)
        return row

    def sum_up(self, rows: Sequence[Instance]) -> None:
        """The rows of series and studies, and the metadata of the series, of these instances."""
        index = self.services.index
        for series_uid in {row.series_uid for row in rows}:
            found = sorted(
                (row for row in rows if row.series_uid == series_uid), key=lambda row: row.sop_uid
            )
            index.put_series(series_of(found, revision=0))
            entries = [{"00080018": {"vr": "UI", "Value": [row.sop_uid]}} for row in found]
            self.services.archive.put(
                series_metadata_key(found[0].project, found[0].study_uid, series_uid),
                gzip.compress(json.dumps(entries).encode(), mtime=0),
                content_type="application/dicom+json",
                content_encoding="gzip",
            )
        for project, study_uid in {(row.project, row.study_uid) for row in rows}:
            index.put_study(study_of(list(index.series_of_study(project, study_uid)), revision=0))


def attributes(*, date: str, name: str, modality: str = "MR", number: int = 1) -> Attributes:
    """The attributes of an instance, as ingest reads them."""
    return {
        "00080020": (date,),
        "00080060": (modality,),
        "00081030": ("BRAIN",),
        "00100010": (name,),
        "00100020": (name,),
        "00200011": (number,),
        "00200013": (1,),
    }


def filled(front: Front) -> None:
    """Two studies of three series and four instances, in a project with a member of each role."""
    roles = {"owner": Role.OWNER, "reader": Role.COLLABORATOR, "sender": Role.UPLOADER}
    front.open_project(PROJECT, **roles)
    front.open_project("other", stranger=Role.OWNER)
    first = attributes(date="20200101", name="SL-A")
    second = attributes(date="20210101", name="SL-B", modality="CT", number=2)
    rows = [
        front.store("1.1", "1.1.1", "1.1.1.1", body=b"one", attributes=first),
        front.store("1.1", "1.1.1", "1.1.1.2", body=b"two", attributes=first),
        front.store("1.1", "1.1.2", "1.1.2.1", body=b"three", attributes={**first, **MR_TWO}),
        front.store(
            "1.2", "1.2.1", "1.2.1.1", body=b"x" * 100, attributes=second, transfer_syntax_uid=JPEG
        ),
    ]
    front.sum_up(rows)


MR_TWO: Attributes = {"00200011": (2,)}
