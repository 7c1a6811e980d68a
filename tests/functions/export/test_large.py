"""Exports of gigabytes: the zip is valid, and memory does not grow with it."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

GIB = 1024**3
MIB = 1024**2
LARGE_BYTES = 4 * GIB + 300 * MIB
COUNT, SMALL_BYTES = 1500, 500_000
ROOT = Path(__file__).parents[3]


@contextlib.contextmanager
def services(folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "tests.functions.export.spooled", str(port), str(folder)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def exported(folder: Path, *sizes: int) -> dict[str, Any]:
    folder.mkdir()
    with services(folder) as port:
        command = [sys.executable, "-m", "tests.functions.export.large", *map(str, (port, *sizes))]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that is emptied at once: pytest would keep some of its gigabytes."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.mark.slow
def test_five_gigabytes_become_a_zip_in_constant_memory(folder: Path) -> None:
    little = exported(folder / "little", GIB, 400, SMALL_BYTES)
    told = exported(folder / "large", LARGE_BYTES, COUNT, SMALL_BYTES)
    assert (told["status"], told["missing"]) == ("ready", 0)
    path = folder / "large" / "e1.zip"
    assert path.stat().st_size == told["zip_bytes"] > 5 * 10**9
    assert told["peak_bytes"] < little["peak_bytes"] + 64 * MIB
    with zipfile.ZipFile(path) as archive:
        assert len(archive.infolist()) == COUNT + 1
        assert archive.getinfo("large.dcm").file_size == LARGE_BYTES
        assert archive.testzip() is None
    if shutil.which("unzip"):
        done = subprocess.run(["unzip", "-t", str(path)], capture_output=True, check=False)
        assert done.returncode == 0, done.stdout[-500:]
        assert b"No errors detected" in done.stdout
