"""An upload is killed at random points and goes on each time, until all of it is in the archive."""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydicom.uid import UID

from infra.local.archive import LocalArchive
from infra.local.demo.api import Api
from tests.flows.counting import Door, door
from tests.flows.images import ct

COMMAND = "from scanloft.client.cli import main; main()"


def write_images(folder: Path, count: int) -> None:
    """Small slices, ten in a folder; each has another Instance UID."""
    for number in range(1, count + 1):
        place = folder / f"CANARYFILE^{number // 10:03}"
        place.mkdir(parents=True, exist_ok=True)
        image = ct(study=40, series=number // 100 + 1, number=number % 250 + 1)
        image.SOPInstanceUID = f"1.2.3.40.{number}.1"
        image.file_meta.MediaStorageSOPInstanceUID = UID(image.SOPInstanceUID)
        image.save_as(place / f"{number}.dcm", enforce_file_format=True)


def started(
    folder: Path, *, at: Door, project: str, token: str, work: Path, threads: int = 8
) -> Any:
    return subprocess.Popen(
        [
            *(sys.executable, "-c", COMMAND, "upload", project, str(folder)),
            *("--server", at.url, "--report", str(work / "report.json")),
            *("--threads", str(threads)),
        ],
        env=os.environ | {"SCANLOFT_TOKEN": token, "SCANLOFT_STATE": str(work / "state")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def uploaded_with_kills(
    archive: LocalArchive, work: Path, *, count: int, kills: int, project: str
) -> tuple[Door, list[int]]:
    """Kills the client at so many random points, by what has arrived; then lets it end."""
    folder = work / "images"
    write_images(folder, count)
    chance = random.Random(count)
    token = archive.announcement.tokens["owner"]
    with Api(archive.announcement.base_url, token) as api:
        api.create_project(project)
    points = []
    with door(archive) as opened:
        for point in sorted(chance.sample(range(count * 9 // 10), kills)):
            client = started(folder, at=opened, project=project, token=token, work=work)
            requests = opened.requests + chance.randint(1, 20)
            opened.wait_for(point, requests=requests, alive=partial(_runs, client))
            assert _runs(client), client.communicate()
            client.send_signal(signal.SIGKILL)
            client.communicate()
            opened.wait_until_empty()
            points.append(len(opened.arrived))
        last = started(folder, at=opened, project=project, token=token, work=work)
        output, _ = last.communicate()
        assert last.returncode == 0, output
    return opened, points


def _runs(client: Any) -> bool:
    return client.poll() is None


def check(archive: LocalArchive, opened: Door, work: Path, *, count: int, project: str) -> None:
    """Nothing was sent twice that had arrived; all is in the archive, by its name in the report."""
    assert Counter(opened.arrived.values()) == {1: count}
    report = json.loads((work / "report.json").read_text())
    assert report["complete"]
    assert report["totals"] == {"archived": count}
    assert len({entry["name"] for entry in report["files"]}) == count
    with Api(archive.announcement.base_url, archive.announcement.tokens["owner"]) as api:
        [upload] = list(api.uploads(project))
        assert upload["closed_at"]
        fates = Counter(entry["fate"] for entry in api.files(project, upload["upload"]))
    assert fates == {"archived": count}


def test_an_upload_of_150_files_is_killed_three_times_and_ends_complete(
    archive: LocalArchive, tmp_path: Path
) -> None:
    opened, _ = uploaded_with_kills(archive, tmp_path, count=150, kills=3, project="kills")
    check(archive, opened, tmp_path, count=150, project="kills")


@pytest.mark.slow
def test_an_upload_of_3000_files_is_killed_ten_times_and_ends_complete(
    archive: LocalArchive, tmp_path: Path
) -> None:
    opened, points = uploaded_with_kills(
        archive, tmp_path, count=1500, kills=10, project="many-kills"
    )
    print(f"arrived at the kills: {points}; requests: {opened.requests}")  # noqa: T201
    check(archive, opened, tmp_path, count=1500, project="many-kills")


def test_a_large_file_is_killed_between_its_parts_and_arrives_whole(
    archive: LocalArchive, tmp_path: Path
) -> None:
    """The pipeline looks at a file when it is whole: moto announces each part, S3 does not."""
    project, folder = "large-kill", tmp_path / "images"
    folder.mkdir()
    image = ct(study=41)
    image.Rows, image.Columns = 6144, 6144
    image.PixelData = random.Random(1).randbytes(2 * 6144 * 6144)
    image.save_as(folder / "large.dcm", enforce_file_format=True)
    token = archive.announcement.tokens["owner"]
    with Api(archive.announcement.base_url, token) as api:
        api.create_project(project)
    with door(archive) as opened:
        client = started(folder, at=opened, project=project, token=token, work=tmp_path, threads=1)
        opened.wait_for_parts(2, alive=partial(_runs, client))
        assert _runs(client), client.communicate()
        client.send_signal(signal.SIGKILL)
        client.communicate()
        opened.wait_until_empty()
        assert 2 <= len(opened.parts) < 5
        last = started(folder, at=opened, project=project, token=token, work=tmp_path)
        output, _ = last.communicate()
        assert last.returncode == 0, output
    assert Counter(opened.parts.values()) == {1: 5}
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["totals"] == {"archived": 1}
