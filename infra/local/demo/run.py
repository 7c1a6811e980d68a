"""The run of the demo: sent both ways, waited for, searched, fetched back, accounted for."""

import time
from collections.abc import Sequence
from pathlib import Path

from infra.local.archive import LocalArchive
from infra.local.demo import by_dicom, by_upload
from infra.local.demo.account import Account
from infra.local.demo.api import Api
from infra.local.demo.outcome import Outcome, Route
from infra.local.memory import peak_memory_mb
from infra.local.place import queue_url
from scanloft.core.blueprint import QUEUES
from scanloft.core.keys import ArchiveKey
from scanloft.core.overlap import overlapped

TIMEOUT_S = 900
"""For the whole run; real folders of gigabytes want more patience than memory allows anyway."""
POLL_S = 0.5
THREADS = 4
PROJECT_BY_ROUTE = {Route.DICOM: "demo-dicom", Route.UPLOAD: "demo-upload"}


def run(
    archive: LocalArchive, *, folder: Path, caller: str = "DEMO", timeout_s: float = TIMEOUT_S
) -> Account:
    """Sends the folder both ways into an archive and gives the account of it.

    `caller` begins the calling AE titles; no two runs into one archive may share it.

    Raises:
        TimeoutError: some files had no fate, or could not be found, when the time was up.
    """
    started = time.monotonic()
    deadline = started + timeout_s
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    announcement = archive.announcement
    with Api(announcement.base_url, announcement.tokens["owner"]) as api:
        if PROJECT_BY_ROUTE[Route.UPLOAD] not in api.projects():
            api.create_project(PROJECT_BY_ROUTE[Route.UPLOAD])
        dicom = by_dicom.send(
            host=announcement.dicom_host,
            port=announcement.dicom_port,
            ae_title=announcement.ae_title,
            folder=folder,
            paths=paths,
            caller=caller,
        )
        upload = by_upload.send(
            base_url=announcement.base_url,
            token=announcement.tokens["owner"],
            project=PROJECT_BY_ROUTE[Route.UPLOAD],
            folder=folder,
        )
        outcomes = _waited_for(api, dicom, upload, deadline=deadline)
        searchable = {
            route: _searchable(api, route, outcomes, deadline=deadline) for route in Route
        }
        lost = _unretrievable(api, outcomes)
    dead_letters = _dead_letters(archive)
    return Account(
        folder=str(folder),
        project_by_route=PROJECT_BY_ROUTE,
        outcomes=outcomes,
        searchable=searchable,
        retrieved=len(_archive_keys(outcomes)) - len(lost),
        unretrievable=len(lost),
        dead_letters=dead_letters,
        seconds=time.monotonic() - started,
        peak_memory_mb=peak_memory_mb(archive.processes.pids()),
        problems=_problems(dead_letters=dead_letters, lost=lost),
    )


def _waited_for(
    api: Api, dicom: by_dicom.Sending, upload: by_upload.Sending, *, deadline: float
) -> list[Outcome]:
    while True:
        by_c_store = by_dicom.outcomes(api, project=PROJECT_BY_ROUTE[Route.DICOM], sending=dicom)
        uploaded = by_upload.outcomes(api, project=PROJECT_BY_ROUTE[Route.UPLOAD], sending=upload)
        if by_c_store is not None and uploaded is not None:
            return by_c_store + uploaded
        if time.monotonic() > deadline:
            raise TimeoutError("Some files have no fate yet: see the logs of the local run.")
        time.sleep(POLL_S)


def _searchable(api: Api, route: Route, outcomes: Sequence[Outcome], *, deadline: float) -> int:
    """The number of instances that QIDO-RS finds, once it finds all that the fates name.

    It may find more: what was there before.
    """
    expected = len(_archive_keys([one for one in outcomes if one.route is route]))
    while True:
        found = api.searchable(PROJECT_BY_ROUTE[route])
        if found >= expected:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError("Not all that is archived can be found: see the logs.")
        time.sleep(POLL_S)


def _archive_keys(outcomes: Sequence[Outcome]) -> list[ArchiveKey]:
    keys = {outcome.archive_key for outcome in outcomes if outcome.archive_key}
    return [ArchiveKey.parse(key) for key in sorted(keys)]


def _unretrievable(api: Api, outcomes: Sequence[Outcome]) -> list[ArchiveKey]:
    """Those of the archived instances that do not come back as DICOM by WADO-RS."""

    def fetch(key: ArchiveKey) -> bytes:
        path = f"studies/{key.study_uid}/series/{key.series_uid}/instances/{key.sop_uid}"
        return api.retrieve(path, key.project)

    keys = _archive_keys(outcomes)
    bodies = overlapped(keys, fetch, threads=THREADS)
    return [
        key
        for key, body in zip(keys, bodies, strict=True)
        if isinstance(body, Exception) or body[128:132] != b"DICM"
    ]


def _dead_letters(archive: LocalArchive) -> int:
    sqs = archive.client("sqs")
    total = 0
    for queue in QUEUES:
        url = queue_url(archive.announcement.aws_url, queue, dead_letters=True)
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        total += int(attributes["Attributes"]["ApproximateNumberOfMessages"])
    return total


def _problems(*, dead_letters: int, lost: Sequence[ArchiveKey]) -> list[str]:
    problems = []
    if dead_letters:
        problems.append(f"{dead_letters} messages are in dead-letter queues.")
    if lost:
        problems.append(f"{len(lost)} archived instances could not be retrieved.")
    return problems
