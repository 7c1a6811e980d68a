"""The review function behind the real pipeline: what is decided, and what comes of it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from functions.api import review_handler
from infra.local.context import LocalContext
from infra.local.place import table_name
from scanloft.aws.audit import AuditLog
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.rows import Rows
from scanloft.core.model import AuditEntry, Membership, Prearchive, QuarantineItem, Role
from scanloft.core.tables import AUDIT
from tests.functions.api.front import Reply, event
from tests.support.cloud import Cloud

ULTRASOUND: Mapping[str, Any] = {"Modality": "US"}


class Desk:
    """Olga owns alpha and beta, mia is a member of alpha, ben owns beta; root administers."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.projects = ProjectIndex(cloud.rows)
        for name, owners in (("alpha", ("olga",)), ("beta", ("olga", "ben"))):
            cloud.project(name)
            for owner in owners:
                self.projects.put_member(Membership(name, owner, Role.OWNER))
        self.projects.put_member(Membership("alpha", "mia", Role.MEMBER))

    def call(
        self, method: str, path: str, *, user: str = "olga", body: object = None, **more: Any
    ) -> Reply:
        """A request to review."""
        text = None if body is None else json.dumps(body)
        request = event(method, path, user=user, admin=user == "root", body=text, **more)
        answer = review_handler.handler(request, LocalContext("review"))
        return Reply(answer["statusCode"], json.loads(answer["body"]), answer["headers"])

    def decide(self, home: str | None = "alpha", /, *, user: str = "olga", **body: Any) -> Reply:
        """A decision about the quarantine of a project, or of nobody."""
        place = f"projects/{home}/quarantine" if home else "quarantine/unassigned"
        return self.call("POST", f"/api/{place}/actions", user=user, body=body)

    def look(self, item: str, project: str | None = "alpha", *, user: str = "olga") -> Reply:
        """A look at an item."""
        place = f"projects/{project}/quarantine" if project else "quarantine/unassigned"
        return self.call("GET", f"/api/{place}/{item}", user=user)

    def waiting(self, project: str | None = "alpha") -> list[QuarantineItem]:
        """What waits, as the index has it."""
        return list(self.cloud.quarantine.items(project))

    def items(self, project: str | None = "alpha") -> list[str]:
        """The names of the same."""
        return [entry.item for entry in self.waiting(project)]

    def prearchive(self, mode: Prearchive, project: str = "alpha") -> None:
        """Sets the mode of a project."""
        found = self.projects.project(project)
        self.projects.update(replace(found, prearchive=mode))

    def acts(self, project: str = "alpha") -> list[AuditEntry]:
        """What the audit log has of a project."""
        log = AuditLog(Rows(table_name(AUDIT), self.cloud.dynamodb))
        return list(log.entries(project))

    def residue(self) -> list[str]:
        """The keys of the inbox: none where nothing waits and nothing is on its way."""
        return self.cloud.keys(self.cloud.inbox)


@contextmanager
def new_desk(cloud: Cloud) -> Iterator[Desk]:
    """A desk, with the function made anew for this archive."""
    for made in (review_handler.services, review_handler.edge):
        made.cache_clear()
    yield Desk(cloud)
    for made in (review_handler.services, review_handler.edge):
        made.cache_clear()
