import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import pydicom.config
import pytest
from moto.server import ThreadedMotoServer

from dicom_bridge.spool import SpoolEntry
from scanloft.aws.objects import ObjectStore
from tests.bridge.datasets import CANARY, compressed_instance, instance
from tests.bridge.site import Inbox, RawPeer, echo, free_port, send, store_request, wait_for

pytestmark = pytest.mark.usefixtures("credentials")


@dataclass
class Program:
    """`python -m dicom_bridge` as a process of its own, started as often as a test likes."""

    folder: Path
    endpoint_url: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "SCANLOFT_INBOX_BUCKET": "inbox",
            "SCANLOFT_RECEIVERS": "CT1=trial-a",
            "SCANLOFT_SPOOL_DIR": str(self.folder / "spool"),
            "SCANLOFT_SPOOL_RESERVE_BYTES": "0",
            "SCANLOFT_BRIDGE_PORT": "0",
        }

    def start(self) -> tuple[str, int]:
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "dicom_bridge", "--ready-file", str(ready)]
            self.processes.append(subprocess.Popen(command, env=self.environment, stderr=log))
        wait_for(ready.exists, timeout_s=30)
        listening = json.loads(ready.read_text())
        return listening["host"], listening["port"]

    def end(self, number: signal.Signals) -> int:
        process = self.processes.pop()
        process.send_signal(number)
        return process.wait(40)

    @property
    def log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]

    @property
    def waiting(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "spool" / "waiting").iterdir())


@pytest.fixture
def archive() -> Iterator[tuple[str, Inbox]]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=url)
    client.create_bucket(Bucket="inbox")
    store = ObjectStore("inbox", client)
    store.delete(list(store.keys("")))
    yield url, Inbox(store)
    server.stop()


@pytest.fixture
def program(tmp_path: Path, archive: tuple[str, Inbox]) -> Iterator[Program]:
    program = Program(tmp_path, archive[0])
    yield program
    for process in program.processes:
        process.kill()
        process.wait()


def test_it_stops_cleanly_when_asked_to(program: Program, archive: tuple[str, Inbox]) -> None:
    address = program.start()
    send(address, *(instance() for _ in range(5)))
    assert program.end(signal.SIGTERM) == 0
    assert len(archive[1].keys) == 5
    assert program.waiting == []


def test_a_kill_before_the_upload_loses_nothing_and_doubles_nothing(
    program: Program, archive: tuple[str, Inbox]
) -> None:
    reachable, program.endpoint_url = program.endpoint_url, f"http://127.0.0.1:{free_port()}"
    answers = send(program.start(), *(instance() for _ in range(5)))
    assert [answer.Status for answer in answers] == [0x0000] * 5
    assert program.end(signal.SIGKILL) == -signal.SIGKILL
    spooled = program.waiting
    assert len(spooled) == 5
    (program.folder / "spool" / "incoming" / "half").write_bytes(b"half an object")
    program.endpoint_url = reachable
    program.start()
    wait_for(lambda: program.waiting == [])
    assert archive[1].keys == [str(SpoolEntry.parse(name).key) for name in spooled]
    assert list((program.folder / "spool" / "incoming").iterdir()) == []


def test_a_kill_in_the_middle_of_sending_keeps_what_was_confirmed(
    program: Program, archive: tuple[str, Inbox]
) -> None:
    with RawPeer(program.start()) as peer:
        assert peer.associate() == 2
        for number in range(3):
            peer.send_command(store_request(AffectedSOPInstanceUID=f"1.2.{number}"))
            peer.send_fragment(0x02, b"data")
            assert peer.read_response().Status == 0x0000
        peer.send_command(store_request())
        peer.send_fragment(0x00, b"half")
        program.end(signal.SIGKILL)
    program.start()
    keys = archive[1].wait_for(3)
    wait_for(lambda: program.waiting == [])
    assert [key.rpartition("/")[2] for key in keys] == ["0", "1", "2"]


def test_nothing_of_a_data_set_or_a_uid_is_ever_logged(
    program: Program, archive: tuple[str, Inbox]
) -> None:
    address = program.start()
    sent = instance()
    send(address, sent)
    with pydicom.config.disable_value_validation():
        for uid in (f"{CANARY}.1", "1.2\\3.4", "1.3" * 30, "=cmd()", "../../x", "1.2\n3"):
            with RawPeer(address) as peer:
                assert peer.associate(calling=b"CANARY^\x00\n") == 2
                peer.send_command(store_request(AffectedSOPInstanceUID=uid))
                peer.send_fragment(0x02, CANARY.encode())
                peer.read_pdu()
    for garbage in (CANARY.encode() * 9, b"\x01\x00\x00\x00\x00\x44" + CANARY.encode() * 6):
        with RawPeer(address) as peer:
            peer.socket.sendall(garbage)
    assert echo(address) == 0x0000
    program.end(signal.SIGTERM)
    log = (program.folder / "log").read_text()
    assert len(program.log) > 8
    for secret in ("CANARY", sent.SOPInstanceUID, sent.StudyInstanceUID, "1.3.1.3", "cmd", "../"):
        assert secret not in log
    assert len(archive[1].keys) == 6


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SCANLOFT_RECEIVERS", "CT1", "SCANLOFT_RECEIVERS: part 1"),
        ("SCANLOFT_BRIDGE_PORT", "high", "SCANLOFT_BRIDGE_PORT must be a whole number"),
        ("SCANLOFT_SPOOL_DIR", "/proc/spool", "cannot be written"),
        ("AWS_DEFAULT_REGION", "not/a/region", "region"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_and_nothing_is_started(
    program: Program, variable: str, value: str, said: str
) -> None:
    command = [sys.executable, "-m", "dicom_bridge"]
    environment = program.environment | {variable: value}
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_health_check_tells_a_bridge_that_answers_from_none(program: Program) -> None:
    _, port = program.start()
    environment = program.environment | {"SCANLOFT_BRIDGE_PORT": str(port)}
    command = [sys.executable, "-m", "dicom_bridge.echo"]
    assert subprocess.run(command, env=environment, timeout=30, check=False).returncode == 0
    program.end(signal.SIGTERM)
    assert subprocess.run(command, env=environment, timeout=30, check=False).returncode == 1


@pytest.mark.skipif(shutil.which("storescu") is None, reason="dcmtk is not installed")
def test_dcmtk_sends_what_arrives(program: Program, archive: tuple[str, Inbox]) -> None:
    files = []
    for number, dataset in enumerate((instance(), instance(pixel_bytes=300_000))):
        files.append(program.folder / f"{number}.dcm")
        dataset.save_as(files[-1], enforce_file_format=True)
    compressed = program.folder / "compressed.dcm"
    compressed_instance().save_as(compressed, enforce_file_format=True)
    host, port = program.start()
    peer = [host, str(port)]
    for command in (
        ["echoscu", "-aec", "CT1", *peer],
        ["storescu", "-aec", "CT1", "-R", *peer, *map(str, files)],
        ["storescu", "-aec", "CT1", "-R", "-xy", *peer, str(compressed)],
    ):
        subprocess.run(command, check=True, timeout=30, capture_output=True)
    refused = subprocess.run(
        ["echoscu", "-aec", "NOBODY", *peer], timeout=30, capture_output=True, check=False
    )
    assert refused.returncode != 0
    assert b"Called AE Title Not Recognized" in refused.stderr + refused.stdout
    keys = archive[1].wait_for(3)
    bodies = [archive[1].get(key).body for key in keys]
    dataset_of_file = pydicom.dcmread(compressed)
    assert any(bytes(dataset_of_file.PixelData) in body for body in bodies)
