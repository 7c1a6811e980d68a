"""`scanloft local` as a person starts it: ready when it says so, clear when it cannot start."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

SCANLOFT = str(Path(sys.executable).parent / "scanloft")


def test_it_says_where_it_is_and_ends_in_good_order(tmp_path: Path) -> None:
    said = tmp_path / "said.json"
    running = subprocess.Popen(
        [SCANLOFT, "local", "--port", "0", "--dicom-port", "0", "--json", str(said)],
        stdout=subprocess.PIPE,
    )
    try:
        deadline = time.monotonic() + 60
        while not said.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        announced = json.loads(said.read_text())
        assert said.stat().st_mode & 0o077 == 0
        token = announced["tokens"]["owner"]
        answer = httpx.get(
            f"{announced['base_url']}/api/projects",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )
        assert [project["name"] for project in answer.json()["projects"]] == ["demo"]
        address = (announced["dicom_host"], announced["dicom_port"])
        with socket.create_connection(address, timeout=5):
            pass
        assert announced["ae_title"] == "SCANLOFT"
    finally:
        running.send_signal(signal.SIGINT)
        output, _ = running.communicate(timeout=30)
    assert running.returncode == 0
    assert announced["base_url"].encode() in output
    for pid in announced["pids"].values():
        assert not _is_alive(pid)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_port_that_is_taken_is_named_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [SCANLOFT, "local", "--port", str(port), "--dicom-port", "0"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    assert f"port {port}" in ended.stderr
    assert "--port" in ended.stderr
    assert "Traceback" not in ended.stderr
