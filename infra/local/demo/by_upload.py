"""Sending a folder by presigned upload, with the client that everybody uses."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from infra.local.demo.api import Api
from infra.local.demo.outcome import Outcome, Route
from scanloft.client.upload_journal import Job
from scanloft.client.upload_session import Order, Session


@dataclass(frozen=True, slots=True)
class Sending:
    """An upload on its way, and which file has which number: names stay on this side."""

    upload: str
    path_by_number: dict[str, str]


def send(*, base_url: str, token: str, project: str, folder: Path) -> Sending:
    """Sends the files of the folder as one upload.

    Raises:
        RefusedError, UnreachableError: the archive or its inbox did not take it.
    """
    with tempfile.TemporaryDirectory(prefix="scanloft-demo-") as state_folder:
        order = Order(
            job=Job(base_url, project, (folder,)),
            token=token,
            state_folder=Path(state_folder),
            wait=False,
        )
        account = Session(order, Console(quiet=True)).perform()
    path_by_number = {
        result.number: str(Path(result.name).relative_to(folder.name))
        for result in account.results
        if result.number.isdigit()
    }
    return Sending(account.upload, path_by_number)


def outcomes(api: Api, *, project: str, sending: Sending) -> list[Outcome] | None:
    """The fates of the files and of the members of zips among them; None while some wait."""
    files = list(api.files(project, sending.upload))
    done = {entry["number"] for entry in files if entry["fate"] != "waiting"}
    expected = set(sending.path_by_number)
    for entry in files:
        if "members" in entry["actions"]:
            expected |= {f"{entry['number']}.{n}" for n in range(entry["actions"]["members"])}
    if not expected <= done:
        return None
    return [_outcome(entry, sending.path_by_number) for entry in files]


def _outcome(entry: dict[str, Any], path_by_number: dict[str, str]) -> Outcome:
    number, _, member = entry["number"].partition(".")
    return Outcome(
        route=Route.UPLOAD,
        path=path_by_number[number] + (f"#{member}" if member else ""),
        fate=entry["fate"],
        code=entry["code"],
        reason=entry["reason"],
        archive_key=entry["archive_key"] or "",
        actions=entry["actions"],
    )
