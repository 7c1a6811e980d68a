import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from dicom_bridge.spool import Spool, SpoolEntry
from dicom_bridge.uploader import Backoff, Uploader
from scanloft.aws.objects import ObjectStore
from tests.bridge.datasets import instance
from tests.bridge.site import FAST, Inbox, Site, free_port, send, wait_for

ENTRY = SpoolEntry("trial-a", "upload", "0", "MODALITY", "CT1")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool", reserve_bytes=0)
    spool.open()
    yield spool
    spool.close()


@pytest.fixture
def uploading(spool: Spool, inbox: Inbox) -> Iterator[Callable[[], Uploader]]:
    uploader = Uploader(spool, inbox.store, threads=2, backoff=FAST)

    def start() -> Uploader:
        uploader.start()
        return uploader

    yield start
    uploader.stop(drain_s=0.0)


def put(spool: Spool, entry: SpoolEntry, data: bytes = b"object") -> None:
    incoming = spool.begin()
    incoming.write(data)
    spool.commit(incoming, entry)


def test_each_try_waits_twice_as_long_up_to_the_longest() -> None:
    backoff = Backoff(first_s=1.0, longest_s=60.0)
    assert [backoff.delay_s(n, jitter=0.0) for n in (1, 2, 3, 7, 10_000)] == [1, 2, 4, 60, 60]
    assert backoff.delay_s(3, jitter=1.0) == 2.0


def test_what_an_earlier_run_has_left_is_uploaded(
    spool: Spool, inbox: Inbox, uploading: Callable[[], Uploader]
) -> None:
    put(spool, ENTRY)
    uploading()
    assert inbox.wait_for(1) == ["dicom/trial-a/upload/0"]
    stored = inbox.get("dicom/trial-a/upload/0")
    assert stored.body == b"object"
    assert stored.metadata == ENTRY.metadata
    wait_for(lambda: not list(spool.waiting()))


def test_what_can_never_be_uploaded_is_set_aside(
    spool: Spool, inbox: Inbox, tmp_path: Path, uploading: Callable[[], Uploader]
) -> None:
    (tmp_path / "spool" / "waiting" / "holiday.jpg").write_bytes(b"not ours")
    put(spool, SpoolEntry("Not a project", "upload", "0", "MODALITY", "CT1"))
    put(spool, ENTRY)
    uploading()
    inbox.wait_for(1)
    wait_for(lambda: not list(spool.waiting()))
    assert (tmp_path / "spool" / "dead" / "holiday.jpg").read_bytes() == b"not ours"
    assert len(list((tmp_path / "spool" / "dead").iterdir())) == 4
    assert inbox.keys == ["dicom/trial-a/upload/0"]


def test_a_file_that_someone_took_away_does_not_stop_the_others(
    spool: Spool, inbox: Inbox, uploading: Callable[[], Uploader]
) -> None:
    uploader = uploading()
    uploader.add(ENTRY)
    other = SpoolEntry("trial-a", "upload", "1", "MODALITY", "CT1")
    put(spool, other)
    uploader.add(other)
    assert inbox.wait_for(1) == ["dicom/trial-a/upload/1"]


def test_a_bucket_that_is_not_there_yet_is_tried_until_it_is(
    spool: Spool, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    put(spool, ENTRY)
    client = boto3.client("s3")
    uploader = Uploader(spool, ObjectStore("later", client), threads=2, backoff=FAST)
    uploader.start()
    wait_for(lambda: "upload failed, to be tried again" in caplog.messages)
    assert list(spool.waiting()) == [ENTRY.name]
    client.create_bucket(Bucket="later")
    wait_for(lambda: not list(spool.waiting()))
    uploader.stop(drain_s=5.0)
    assert list(ObjectStore("later", client).keys("")) == ["dicom/trial-a/upload/0"]


def test_a_stop_uploads_what_it_can(spool: Spool, inbox: Inbox) -> None:
    uploader = Uploader(spool, inbox.store, threads=2, backoff=FAST)
    uploader.start()
    for number in range(20):
        entry = SpoolEntry("trial-a", "upload", str(number), "MODALITY", "CT1")
        put(spool, entry)
        uploader.add(entry)
    uploader.stop(drain_s=20.0)
    assert len(inbox.keys) == 20


@pytest.mark.usefixtures("credentials")
def test_without_the_archive_senders_hear_success_and_nothing_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    port = free_port()
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", config=config)
    site = Site(tmp_path / "spool", ObjectStore("inbox", client))
    bridge = site.start()
    answers = send(bridge.address, *(instance() for _ in range(3)))
    assert [answer.Status for answer in answers] == [0x0000] * 3
    wait_for(lambda: "upload failed, to be tried again" in caplog.messages)
    waiting = site.files["waiting"]
    assert len(waiting) == 3
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    try:
        client.create_bucket(Bucket="inbox")
        wait_for(lambda: site.is_empty)
        expected = [str(SpoolEntry.parse(name).key) for name in waiting]
        assert Inbox(site.store).keys == expected
    finally:
        site.stop()
        server.stop()
