"""schemathesis asks the running archive whether it keeps what its OpenAPI document says."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra.local.archive import LocalArchive, Options
from infra.local.demo.run import run
from tests.flows.conftest import RECEIVERS
from tests.flows.images import write_folder

REFUSALS = ["401", "403", "404", "405", "409", "410", "412", "413", "422", "429", "503"]
"""What a request may be answered with that has the right shape: who asks, and what is there."""
CONFIG = """
[parameters]
"path.project" = "{project}"
"path.study" = "{study}"
"path.series" = "{series}"
"path.sop" = "{sop}"

[checks.positive_data_acceptance]
expected-statuses = {accepted}

[[operations]]
include-operation-id = {unclear}
checks.positive_data_acceptance.expected-statuses = {refusable}
"""
UNCLEAR = ["receiver_set", "routing_set", "quarantine_decide", "unassigned_decide"]
"""Regular expressions, networks and what goes together: more than JSON Schema can say."""

CORE = ("project", "member", "session", "upload", "token", "whoami")
"""What `make test` asks; `make test-slow` asks all."""
PREDICTABLE = (
    *("--phases", "examples,coverage", "--max-examples", "2", "--seed", "1"),
    "--generation-deterministic",
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalArchive]:
    """An archive of its own with some images: what is asked here changes and deletes."""
    folder = tmp_path_factory.mktemp("images")
    write_folder(folder)
    with LocalArchive(Options(http_port=0, dicom_port=0, receivers=RECEIVERS)) as archive:
        run(archive, folder=folder, timeout_s=100)
        yield archive


def asked(archive: LocalArchive, folder: Path, *arguments: str) -> None:
    """Asks as a site administrator; what is found wrong fails the test in schemathesis' words."""
    config = folder / "schemathesis.toml"
    accepted = ["2xx", "304", *REFUSALS]
    allowed = {"accepted": accepted, "unclear": UNCLEAR, "refusable": [*accepted, "400"]}
    config.write_text(CONFIG.format(**allowed, **_places(archive)))
    base = archive.announcement.base_url
    token = archive.announcement.tokens["admin"]
    schemathesis = Path(sys.executable).parent / "schemathesis"
    done = subprocess.run(
        [
            *(str(schemathesis), "--config-file", str(config), "run"),
            *("--header", f"Authorization: Bearer {token}", "--suppress-health-check", "all"),
            *("--request-timeout", "30", "--max-failures", "20", "--no-color", *arguments),
            f"{base}/api/openapi.json",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=1500,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def _places(archive: LocalArchive) -> dict[str, str]:
    """Something that is there, so that requests reach what lies behind the gate."""
    token = archive.announcement.tokens["admin"]
    with httpx.Client(
        base_url=archive.announcement.base_url,
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
        timeout=30,
    ) as http:
        for project in http.get("/api/projects").raise_for_status().json()["projects"]:
            address = f"/api/projects/{project['name']}/dicomweb/instances"
            found = http.get(address, params={"limit": 1})
            if found.content and found.json():
                (instance,) = found.json()
                uids = {
                    name: instance[tag]["Value"][0]
                    for name, tag in (
                        ("study", "0020000D"),
                        ("series", "0020000E"),
                        ("sop", "00080018"),
                    )
                }
                return {"project": project["name"], **uids}
    raise AssertionError("The archive holds nothing.")


def test_the_core_of_the_api_keeps_what_its_document_says(
    filled: LocalArchive, tmp_path: Path
) -> None:
    tags = [part for tag in CORE for part in ("--include-tag", tag)]
    asked(filled, tmp_path, *PREDICTABLE, *tags)


@pytest.mark.slow
def test_the_whole_api_keeps_what_its_document_says(filled: LocalArchive, tmp_path: Path) -> None:
    asked(filled, tmp_path, *PREDICTABLE)


@pytest.mark.slow
def test_the_api_keeps_what_its_document_says_whatever_it_is_asked(
    filled: LocalArchive, tmp_path: Path
) -> None:
    asked(filled, tmp_path, "--phases", "fuzzing", "--max-examples", "10")
