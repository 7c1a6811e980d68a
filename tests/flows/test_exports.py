"""An export over real sockets: asked for, made by its function, fetched in two pieces."""

import hashlib
import io
import time
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.archive import LocalArchive, Options
from infra.local.demo.account import Account
from infra.local.demo.outcome import Route
from infra.local.demo.run import PROJECT_BY_ROUTE, run
from infra.local.faults import Crash
from tests.flows.conftest import RECEIVERS

GOOD = 7
"""How many instances were archived."""
BODY = {"selection": {"all": True}, "layout": "original"}
PATIENCE = 170
TRIES = 1000
"""Each is a request: some seconds in all."""


def client(archive: LocalArchive) -> httpx.Client:
    token = archive.announcement.tokens["owner"]
    return httpx.Client(
        base_url=f"{archive.announcement.base_url}/api/projects/{PROJECT_BY_ROUTE[Route.UPLOAD]}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        trust_env=False,
    )


def ready(api: httpx.Client, export: str) -> dict[str, Any]:
    for _ in range(TRIES):
        shown: dict[str, Any] = api.get(f"/exports/{export}").raise_for_status().json()
        if shown["status"] not in ("waiting", "running"):
            break
    assert shown["status"] == "ready"
    return shown


@pytest.mark.slow
def test_an_export_whose_worker_is_killed_is_made_by_the_next(
    folder: Path, account: Account
) -> None:
    """The lease of the dead worker ends, then its order is taken again: that takes a minute."""
    assert account.is_good
    crashes = [Crash("export", "UploadPart", 1)]
    options = Options(http_port=0, dicom_port=0, receivers=RECEIVERS, crashes=crashes)
    with LocalArchive(options) as crashing:
        assert run(crashing, folder=folder, timeout_s=200).is_good
        with client(crashing) as api:
            export = api.post("/exports", json=BODY).json()["export"]
            for _ in range(PATIENCE):
                time.sleep(1)
                shown = api.get(f"/exports/{export}").json()
                if shown["status"] in ("ready", "failed"):
                    break
        assert crashing.processes.restarts() == {"export": 1}
        assert (shown["status"], shown["files_done"]) == ("ready", GOOD)


def test_an_export_is_made_and_fetched_in_pieces(archive: LocalArchive, account: Account) -> None:
    assert account.is_good
    with client(archive) as api:
        asked = api.post("/exports", json=BODY)
        assert asked.status_code == 202
        shown = ready(api, asked.json()["export"])
        address, size = shown["download"]["url"], shown["zip_bytes"]
        pieces = [
            httpx.get(address, headers={"Range": f"bytes={start}-{end}"}, trust_env=False)
            for start, end in ((0, 999), (1000, size - 1))
        ]
        manifest = api.post("/manifests", json=BODY).raise_for_status().json()
    assert [piece.status_code for piece in pieces] == [206, 206]
    with zipfile.ZipFile(io.BytesIO(b"".join(piece.content for piece in pieces))) as zipped:
        assert zipped.testzip() is None
        found = {name: zipped.read(name) for name in zipped.namelist()}
    assert len(found) == GOOD
    assert {file["name"] for file in manifest["files"]} == set(found)
    for file in manifest["files"]:
        fetched = httpx.get(file["url"], trust_env=False).content
        assert fetched == found[file["name"]]
        assert hashlib.sha256(fetched).hexdigest() == file["sha256"]
