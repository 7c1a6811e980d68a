"""Objects of 300 MB, passed by a process of its own: bytes and memory that it really takes."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from infra.local.place import CREDENTIALS, REGION, aws_url, bucket_name, table_name
from infra.local.provision import provision
from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.rows import Rows
from scanloft.aws.uploads import UploadIndex
from scanloft.core.blueprint import ARCHIVE, INBOX
from scanloft.core.items import secret_item
from scanloft.core.keys import InboxKey, InboxPrefix
from scanloft.core.model import Declaration, FateKind, Project
from scanloft.core.tables import INDEX, SECRETS
from tests.functions.anonymise.large import encapsulated
from tests.functions.anonymise.lonely import STATUS
from tests.support.cloud import BASIC_PROFILE, PLACE, SECRET
from tests.support.images import CANARY, image

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not STATUS.exists(), reason="the peak of memory is read from /proc"),
]

FRAME_BYTES, FRAMES = 2_000_000, 150
FRAGMENT_BYTES, FRAGMENTS = 3_000_000, 100
MEMORY_MIB = 120


def cine() -> bytes:
    pixels = Random(1).randbytes(FRAME_BYTES) * FRAMES
    return image(pixels=pixels, Rows=1000, Columns=1000, NumberOfFrames=FRAMES)


def compressed_cine() -> bytes:
    return encapsulated(image(), [Random(1).randbytes(FRAGMENT_BYTES)] * FRAGMENTS)


class Site:
    """An archive on a server, with one project."""

    def __init__(self, port: int) -> None:
        self.environment = os.environ | replace(PLACE, aws_port=port).environment()
        session = boto3.session.Session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )
        url = aws_url(port)
        s3 = session.client("s3", endpoint_url=url)
        dynamodb = session.client("dynamodb", endpoint_url=url)
        sqs = session.client("sqs", endpoint_url=url)
        provision(s3=s3, dynamodb=dynamodb, sqs=sqs)
        rows = Rows(table_name(INDEX), dynamodb)
        Rows(table_name(SECRETS), dynamodb).put(secret_item("alpha"), {"secret": SECRET})
        ProjectIndex(rows).create(Project("alpha", "alpha", "2026-01-01", "olga", BASIC_PROFILE))
        self.uploads = UploadIndex(rows)
        self.inbox = ObjectStore(bucket_name(INBOX), s3)
        self.archive = ObjectStore(bucket_name(ARCHIVE), s3)

    def passed(self, raw: bytes) -> dict[str, Any]:
        """Sends the object, has it passed, and gives what that took."""
        key = InboxKey(InboxPrefix.DICOM, "alpha", "u1", "0")
        sha256 = hashlib.sha256(raw).hexdigest()
        self.uploads.declare("alpha", "u1", [Declaration("0", len(raw), sha256)])
        self.inbox.put(str(key), raw, sha256_hex=sha256)
        child = subprocess.run(
            [sys.executable, "-m", "tests.functions.anonymise.lonely", str(key), str(len(raw))],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        told: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
        return told


@pytest.fixture
def site() -> Iterator[Site]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    try:
        yield Site(port)
    finally:
        # What moto holds is the process's, and would be there for the next test too.
        httpx.post(f"{aws_url(port)}/moto-api/reset", trust_env=False)
        server.stop()


@pytest.mark.parametrize(("made", "most_reads"), [(cine, 3), (compressed_cine, FRAGMENTS + 3)])
def test_of_300_mb_two_per_cent_pass_through_in_little_memory(
    site: Site, made: Any, most_reads: int
) -> None:
    raw = made()
    assert len(raw) > 300_000_000
    told = site.passed(raw)
    assert told["failed"] == 0
    fate = site.uploads.fate("alpha", "u1", "0")
    assert fate
    assert fate.kind is FateKind.ARCHIVED
    assert told["received_bytes"] <= len(raw) // 50
    assert told["sent_bytes"] <= len(raw) // 50
    assert told["calls"].count("GetObject") <= most_reads
    assert told["peak_mib"] < MEMORY_MIB
    stored = site.archive.get(fate.archive_key)
    assert stored.body[-290_000_000:] == raw[-290_000_000:]
    assert CANARY.encode() not in stored.body
    assert list(site.inbox.keys("")) == []
