"""The whole archive in this process: the pipeline behind the API, one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from functions.api.services import services
from functions.sweep.handler import broom
from functions.sweep.tombstones import remove_deleted
from functions.transfer.handler import mover
from scanloft.core.blueprint import ANONYMISE, INGEST, SUMMARISE, TRANSFER
from tests.functions.api.front import Front, Reply
from tests.support.cloud import Cloud, new_cloud

MADE = (services, broom, mover)


class Archive:
    """Images in, and what the API says of them."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.front = Front()

    def open(self, name: str = "alpha", *, user: str = "olga") -> str:
        """A project of somebody; its path."""
        made = self.front.call(
            "POST", "/api/projects", user=user, body={"name": name, "title": name}
        )
        assert made.status == 201
        return f"/api/projects/{name}"

    def send(self, *files: bytes, project: str = "alpha", upload: str = "u1") -> None:
        """Sends images, and lets everything be done that follows."""
        self.cloud.send(*files, project=project, upload=upload)
        self.settle()

    def settle(self) -> None:
        """Lets all messages be worked on."""
        assert self.cloud.settle(ANONYMISE, INGEST, TRANSFER, SUMMARISE)

    def call(self, method: str, path: str, body: object = None, *, user: str = "olga") -> Reply:
        """A request to the API."""
        return self.front.call(method, path, user=user, body=body)

    def done(self, method: str, path: str, body: object = None, *, user: str = "olga") -> Reply:
        """The same, and what follows from it; it must be taken."""
        reply = self.call(method, path, body, user=user)
        assert reply.status < 300, reply.body
        self.settle()
        return reply

    def sessions(self, project: str = "alpha", *, user: str = "olga") -> list[str]:
        """The UIDs of the sessions of a project."""
        reply = self.call("GET", f"/api/projects/{project}/sessions", user=user)
        return [session["session"] for session in reply.body["sessions"]]

    def scans(self, path: str) -> list[str]:
        """The UIDs of the scans of a session."""
        return [scan["scan"] for scan in self.call("GET", f"{path}/scans").body["scans"]]

    def sweep(self, *, days: int = 31) -> int:
        """The daily sweep, some days from now."""
        later = replace(broom(), now=lambda: datetime.now(UTC) + timedelta(days=days))
        removed = remove_deleted(later, lambda: 900.0)
        self.settle()
        return removed


@contextmanager
def new_archive() -> Iterator[Archive]:
    """An empty one."""
    with new_cloud() as cloud:
        for each in MADE:
            each.cache_clear()
        yield Archive(cloud)
        for each in MADE:
            each.cache_clear()
