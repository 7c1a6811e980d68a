"""One export of generated files in a process of its own, whose memory is then that of an export.

Run it as `python -m tests.functions.export.large PORT LARGE_BYTES COUNT SMALL_BYTES`, against the
services of `spooled`. Prints the most memory that was in use, in bytes, and the time.
"""

import hashlib
import json
import resource
import sys
import time
from collections.abc import Iterator

import boto3

from functions.export.export import Exporter
from scanloft.aws.clients import CONFIG
from scanloft.aws.exports import ExportFiles, ExportIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.rows import Rows
from scanloft.core.exports import Export, ExportFile, ExportOrder
from scanloft.core.settings import ExportSettings
from tests.functions.export.spooled import generated

ORDER = ExportOrder("alpha", "e1")
SETTINGS = ExportSettings(
    archive_bucket="archive", index_table="index", export_queue_url="http://127.0.0.1:1/queue"
)


def files(large_bytes: int, count: int, small_bytes: int) -> Iterator[ExportFile]:
    """One large file whose checksum nobody knows, and many small ones around it."""
    for number in range(count):
        if number == count // 2:
            yield ExportFile("large.dcm", f"generated/0/{large_bytes}", 0, large_bytes)
        name, key = f"series/{number:06}.dcm", f"generated/{number + 1}/{small_bytes}"
        body = generated(number + 1, 0, small_bytes)
        yield ExportFile(name, key, 0, small_bytes, hashlib.sha256(body).hexdigest())


def main(port: int, *sizes: int) -> None:
    """Makes the export."""
    session = boto3.session.Session(
        aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-central-1"
    )
    url = f"http://127.0.0.1:{port}"
    s3 = session.client("s3", endpoint_url=url, config=CONFIG)
    dynamodb = session.client("dynamodb", endpoint_url=url, config=CONFIG)
    sqs = session.client("sqs", endpoint_url=url, config=CONFIG)
    ExportFiles(ObjectStore(SETTINGS.archive_bucket, s3)).write(*ORDER, files(*sizes))
    index = ExportIndex(Rows(SETTINGS.index_table, dynamodb))
    index.create(
        Export(
            *ORDER,
            created_at="2026-03-04T05:06:07+00:00",
            created_by="olga",
            site="",
            layout="original",
            ends_at=2_000_000_000,
            file_count=sizes[1] + 1,
        )
    )
    started = time.monotonic()
    exporter = Exporter(SETTINGS, s3=s3, dynamodb=dynamodb, sqs=sqs)
    status = exporter.work_on(ORDER, attempt=1, remaining_s=lambda: 900)
    export = index.export(*ORDER)
    assert export
    told = {
        "status": status,
        "zip_bytes": export.zip_bytes,
        "missing": export.files_missing,
        "seconds": round(time.monotonic() - started, 1),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
