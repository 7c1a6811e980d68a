"""Projects, their members and their secrets: rows to values and back."""

import base64
import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from scanloft.aws.rows import Rows, Value
from scanloft.core.errors import Conflict, NotFound, UnknownProject
from scanloft.core.items import (
    ALL_PROJECTS,
    MEMBER_SORT,
    member_item,
    membership_item,
    project_item,
    project_listing_item,
    project_partition,
    secret_item,
    user_partition,
)
from scanloft.core.model import Membership, Project, Role

SECRET_BYTES = 32


class ProjectIndex:
    """The projects and who is a member of them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def create(self, project: Project) -> None:
        """Writes a new project; make its secret first, so that no project is ever without one.

        Raises:
            Conflict: the name is taken.
        """
        if not self._rows.put_new(project_item(project.name), _project_row(project)):
            raise Conflict("A project of this name exists already: choose another name.")
        self._rows.put(project_listing_item(project.name), _project_row(project))

    def project(self, name: str) -> Project:
        """One project.

        Raises:
            NotFound: there is none of this name.
        """
        row = self._rows.get(project_item(name))
        if row is None:
            raise NotFound("There is no such project, or you are not a member of it.")
        return _project(row)

    def all_projects(self) -> Iterator[Project]:
        """Every project, by name: for site administrators."""
        return map(_project, self._rows.query(ALL_PROJECTS))

    def put_member(self, membership: Membership) -> None:
        """Writes a membership; the later of two wins."""
        row: dict[str, Value] = {
            "project": membership.project,
            "user": membership.user,
            "role": membership.role.value,
        }
        self._rows.put_many(
            [
                (member_item(membership.project, membership.user), row),
                (membership_item(membership.user, membership.project), row),
            ]
        )

    def remove_member(self, membership: Membership) -> None:
        """Ends a membership; the row that grants access goes first."""
        self._rows.delete(member_item(membership.project, membership.user))
        self._rows.delete(membership_item(membership.user, membership.project))

    def role(self, project: str, user: str) -> Role | None:
        """The role of a user in a project, None for outsiders."""
        row = self._rows.get(member_item(project, user))
        return None if row is None else Role(row["role"])

    def members(self, project: str) -> Iterator[Membership]:
        """The members of a project."""
        rows = self._rows.query(project_partition(project), sort_prefix=MEMBER_SORT)
        return map(_membership, rows)

    def memberships(self, user: str) -> Iterator[Membership]:
        """The projects of a user."""
        rows = self._rows.query(user_partition(user), sort_prefix=MEMBER_SORT)
        return map(_membership, rows)


class SecretStore:
    """Each project's secret, from which pseudonyms are derived, in the pseudonyms table."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def create(self, project: str) -> None:
        """Makes the secret of a project; an existing one is kept, always."""
        fresh = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        self._rows.put_new(secret_item(project), {"secret": fresh})

    def secret(self, project: str) -> bytes:
        """The secret of a project.

        Raises:
            UnknownProject: the project was never created.
        """
        row = self._rows.get(secret_item(project))
        if row is None:
            raise UnknownProject(
                "The project that this object is addressed to does not exist: create the project "
                "or correct the receiver, then retry the object from quarantine."
            )
        return base64.b64decode(row["secret"])


def _project_row(project: Project) -> dict[str, Value]:
    return {
        "name": project.name,
        "title": project.title,
        "created_at": project.created_at,
        "created_by": project.created_by,
        "profile": json.dumps(dict(project.profile), sort_keys=True),
        "record_ids": project.record_ids,
    }


def _project(row: Mapping[str, Any]) -> Project:
    return Project(
        name=row["name"],
        title=row["title"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        profile=json.loads(row["profile"]),
        record_ids=row.get("record_ids", True),
    )


def _membership(row: Mapping[str, Any]) -> Membership:
    return Membership(project=row["project"], user=row["user"], role=Role(row["role"]))
