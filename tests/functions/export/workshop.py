"""Exports as the API makes them, worked on by hand, with a clock that tests turn."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.export import reading
from functions.export.export import Exporter
from infra.local.place import bucket_name, queue_url, table_name
from scanloft.aws.exports import ExportFiles, ExportIndex, ExportWishes
from scanloft.aws.resources import ResourceIndex
from scanloft.core import exports as core_exports
from scanloft.core.annotations import Level, Resource, ResourceFile
from scanloft.core.blueprint import ARCHIVE, EXPORT, EXPORT_QUEUE
from scanloft.core.errors import Outdated
from scanloft.core.exports import Export, ExportFile, ExportOrder, ExportStatus
from scanloft.core.keys import export_zip_key
from scanloft.core.layouts import Layout
from scanloft.core.model import Instance, Location, Series, Study
from scanloft.core.selections import Selection, Wish
from scanloft.core.settings import ExportSettings
from scanloft.core.tables import INDEX
from tests.support.cloud import SERVICES, Cloud

ORDER = ExportOrder("alpha", "e1")
BLOCK_BYTES, PART_BYTES = 100, 256
SETTINGS = ExportSettings(
    archive_bucket=bucket_name(ARCHIVE),
    index_table=table_name(INDEX),
    export_queue_url=queue_url(SERVICES, EXPORT_QUEUE),
)


def small_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 100 bytes and parts of 256, so that a few files make many of both."""
    monkeypatch.setattr(reading, "BLOCK_BYTES", BLOCK_BYTES)
    monkeypatch.setattr(core_exports, "PART_BYTES", PART_BYTES)
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", PART_BYTES)


class Workshop:
    """One export of some files, and whoever works on it."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.index = ExportIndex(cloud.rows)
        self.files = ExportFiles(cloud.archive)
        self.moment = datetime(2026, 3, 4, 5, 6, 8, tzinfo=UTC)
        self.remaining_s = 900.0
        self.file_limit = 1000
        self._workers = 0

    def pass_time(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    def order(self, bodies: Sequence[tuple[str, bytes]]) -> list[ExportFile]:
        """Stores the files, asks for an export of them and sends the order."""
        files = []
        for number, (name, body) in enumerate(bodies):
            key = f"dicom/alpha/1/2/{number}"
            self.cloud.archive.put(key, body)
            files.append(ExportFile(name, key, 0, len(body), hashlib.sha256(body).hexdigest()))
        self.request(files)
        return files

    def request(self, files: Sequence[ExportFile]) -> None:
        """Asks for an export of files that are there."""
        self.files.write(*ORDER, files)
        self.index.create(
            Export(
                *ORDER,
                created_at="2026-03-04T05:06:07+00:00",
                created_by="olga",
                site="",
                layout="original",
                ends_at=2_000_000_000,
                file_count=len(files),
                size_bytes=sum(file.length for file in files),
            )
        )
        self._send()

    def wish(self, *, images: int) -> None:
        """Asks for an export of all that the project has: so many images, and a file beside."""
        study = Study("alpha", "1.2", 1, images, 0, ("MR",), {"00100020": ("P1",)}, sites=("",))
        series = Series("alpha", "1.2", "1.2.3", images, 0, {}, sites=("",))
        self.cloud.instances.put_study(study)
        self.cloud.instances.put_series(series)
        for number in range(images):
            self.image(number)
        if images:
            self._resource()
        wish = Wish("alpha", "Alpha", "", Layout.ORIGINAL, Selection(resources=True, all=True))
        ExportWishes(self.cloud.archive).write(ORDER.export, wish)
        self.index.create(
            Export(
                *ORDER,
                created_at="2026-03-04T05:06:07+00:00",
                created_by="olga",
                site="",
                layout="original",
                ends_at=2_000_000_000,
            )
        )
        self._send()

    def image(self, number: int) -> None:
        """An image of the one series."""
        key, body = f"dicom/alpha/1.2/1.2.3/1.2.3.{number}", b"x" * 150
        self.cloud.archive.put(key, body)
        self.cloud.instances.put_instance(
            Instance(
                "alpha",
                "1.2",
                "1.2.3",
                f"1.2.3.{number}",
                "1.2",
                "1.2",
                Location(key, 0, 150),
                hashlib.sha256(body).hexdigest(),
                10,
                {"00200013": (number,)},
            )
        )

    def _resource(self) -> None:
        index = ResourceIndex(self.cloud.rows)
        self.cloud.archive.put("files/alpha/x", b"12345")
        resource = Resource("alpha", Level.SESSION, "1.2", "notes", "", "")
        with suppress(Outdated):
            index.put(resource)
        digest = hashlib.sha256(b"12345").hexdigest()
        index.put_new_file(resource, ResourceFile("a.txt", "files/alpha/x", 5, digest, "", "", ""))

    def _send(self) -> None:
        self.cloud.sqs.send_message(QueueUrl=SETTINGS.export_queue_url, MessageBody=ORDER.to_body())

    def exporter(self) -> Exporter:
        """A worker that nobody was before."""
        self._workers += 1
        return Exporter(
            replace(SETTINGS, export_file_limit=self.file_limit),
            s3=self.cloud.s3,
            dynamodb=self.cloud.dynamodb,
            sqs=self.cloud.sqs,
            now=lambda: self.moment,
            random=lambda count: self._workers.to_bytes(count, "big"),
        )

    def work(self, *, attempt: int = 1) -> ExportStatus | None:
        """A worker takes the order."""
        return self.exporter().work_on(ORDER, attempt=attempt, remaining_s=lambda: self.remaining_s)

    def take_order(self) -> None:
        """Takes one order from the queue."""
        assert len(self.cloud.received(EXPORT_QUEUE)) == 1

    def waiting(self) -> int:
        """How many orders wait that are neither taken nor delayed."""
        return self.cloud.waiting(EXPORT)

    @property
    def export(self) -> Export:
        found = self.index.export(*ORDER)
        assert found is not None
        return found

    def zipped(self) -> bytes:
        return self.cloud.archive.get(export_zip_key(*ORDER)).body

    def contents(self) -> dict[str, bytes]:
        """What `zipfile` finds in it, all checksums checked."""
        with zipfile.ZipFile(io.BytesIO(self.zipped())) as archive:
            assert archive.testzip() is None
            return {info.filename: archive.read(info) for info in archive.infolist()}

    def forget(self) -> None:
        """Leaves nothing of the export, its files and its uploads."""
        self.cloud.archive.delete(self.cloud.keys(self.cloud.archive))
        self.index.delete(*ORDER)
        bucket = self.cloud.archive.bucket
        for upload in self.cloud.s3.list_multipart_uploads(Bucket=bucket).get("Uploads", ()):
            self.cloud.s3.abort_multipart_upload(
                Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
            )

    def unfinished(self) -> list[str]:
        """The keys of uploads that are neither complete nor thrown away."""
        answer = self.cloud.s3.list_multipart_uploads(Bucket=self.cloud.archive.bucket)
        return [upload["Key"] for upload in answer.get("Uploads", ())]

    def left(self) -> list[str]:
        """The keys of what lies below `exports/`."""
        return list(self.cloud.archive.keys("exports/"))


def bodies(*sizes: int) -> list[tuple[str, bytes]]:
    """Files of these sizes, each with bytes of its own."""
    return [
        (f"s{number}/f{number}.dcm", bytes((number * 7 + at) % 251 for at in range(size)))
        for number, size in enumerate(sizes)
    ]
