"""Sending a folder by presigned upload: declared first, then straight into the inbox."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from infra.local.demo.api import Api
from infra.local.demo.outcome import Outcome, Route
from scanloft.core.overlap import overlapped

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz")
FILES_PER_CALL = 500
THREADS = 8


@dataclass(frozen=True, slots=True)
class Sending:
    """An upload on its way, and which file has which number: names stay on this side."""

    upload: str
    path_by_number: dict[str, str]


def send(api: Api, *, project: str, folder: Path, paths: Sequence[Path]) -> Sending:
    """Sends the files as one upload.

    Raises:
        httpx.HTTPStatusError: the archive or its inbox refused.
    """
    upload = api.begin_upload(project)
    path_by_number: dict[str, str] = {}
    with httpx.Client(timeout=60, trust_env=False) as inbox:
        for start in range(0, len(paths), FILES_PER_CALL):
            chunk = paths[start : start + FILES_PER_CALL]
            described = [_described(path) for path in chunk]
            answer = api.declare(project, upload, {"first": start + 1, "files": described})
            put = _putter(inbox, answer["posts"])
            files = list(zip(chunk, described, answer["files"], strict=True))
            for result in overlapped(files, put, threads=THREADS):
                if isinstance(result, Exception):
                    raise result
            for path, entry in zip(chunk, answer["files"], strict=True):
                path_by_number[entry["number"]] = str(path.relative_to(folder))
    return Sending(upload, path_by_number)


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
        archive_key=entry.get("archive_key") or "",
        actions=entry["actions"],
    )


def _described(path: Path) -> dict[str, object]:
    body = path.read_bytes()
    return {
        "size_bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "kind": "archive" if path.name.lower().endswith(ARCHIVE_SUFFIXES) else "dicom",
    }


File = tuple[Path, dict[str, Any], dict[str, Any]]


def _putter(inbox: httpx.Client, posts: dict[str, Any]) -> Callable[[File], None]:
    def put(file: File) -> None:
        path, described, entry = file
        post = posts[described["kind"]]
        checksum = base64.b64encode(bytes.fromhex(described["sha256"])).decode()
        fields = post["fields"] | {"key": entry["key"], "x-amz-checksum-sha256": checksum}
        answer = inbox.post(post["url"], data=fields, files={"file": ("file", path.read_bytes())})
        answer.raise_for_status()

    return put
