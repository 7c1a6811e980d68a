"""Projects and their members: rows to values and back."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from scanloft.aws.rows import Rows, Value
from scanloft.core.errors import Conflict, NotFound, Outdated
from scanloft.core.items import (
    ALL_PROJECTS,
    MEMBER_SORT,
    member_item,
    membership_item,
    project_item,
    project_listing_item,
    project_partition,
    user_partition,
)
from scanloft.core.items_of_people import OPEN_PROJECTS, open_project_item
from scanloft.core.model import (
    Accessibility,
    Membership,
    Prearchive,
    Project,
    ProjectState,
    Role,
)
from scanloft.core.tables import SORT_KEY


class ProjectIndex:
    """The projects and who is a member of them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def create(self, project: Project) -> None:
        """Writes a new project; make its secret first, so that no project is ever without one.

        The row by which it is listed goes first, so that no project is ever hidden.

        Raises:
            Conflict: the name is taken.
        """
        row = {**_project_row(project), "revision": 1}
        self._rows.put(project_listing_item(project.name), {"name": project.name})
        if not self._rows.put_new(project_item(project.name), row):
            raise Conflict("A project of this name exists already: choose another name.")

    def update(self, project: Project) -> Project:
        """Writes a project over the revision that it was read at; as it is then is the answer.

        One that is not private is listed as such before it is, and for a while after: whoever
        reads that list looks at the project itself.

        Raises:
            Outdated: somebody else changed it since.
        """
        changed = replace(project, revision=project.revision + 1)
        is_open = project.accessibility is not Accessibility.PRIVATE
        listing = open_project_item(project.name)
        if is_open:
            self._rows.put(listing, {"name": project.name, "revision": project.revision})
        written = self._rows.put_if(
            project_item(project.name),
            {**_project_row(changed), "revision": changed.revision},
            condition="#revision = :revision",
            values={"revision": project.revision},
        )
        if not written:
            raise Outdated("Somebody changed the project meanwhile: read it again.")
        if not is_open:
            self._rows.delete_if(
                listing,
                condition="#revision < :revision",
                values={"revision": changed.revision},
            )
        return changed

    def remove(self, name: str) -> None:
        """Removes a project itself, which nobody finds any more; what it holds is not touched."""
        self._rows.delete(open_project_item(name))
        self._rows.delete(project_item(name))
        self._rows.delete(project_listing_item(name))

    def project(self, name: str) -> Project:
        """One project.

        Raises:
            NotFound: there is none of this name.
        """
        row = self._rows.get(project_item(name))
        if row is None:
            raise NotFound("There is no such project, or you are not a member of it.")
        return _project(row)

    def presence(self, name: str, user: str) -> tuple[Project | None, Membership | None]:
        """A project and the user's membership in it, read together; None for what is not there."""
        keys = project_item(name), member_item(name, user)
        rows = self._rows.get_many(keys)
        project, member = (rows.get(key) for key in keys)
        return (
            None if project is None else _project(project),
            None if member is None else _membership(member),
        )

    def presences(
        self, names: Iterable[str], user: str
    ) -> dict[str, tuple[Project, Membership | None]]:
        """The same for several projects, those that exist by name."""
        names = list(names)
        keys = [key for name in names for key in (project_item(name), member_item(name, user))]
        rows = self._rows.get_many(keys)
        found: dict[str, tuple[Project, Membership | None]] = {}
        for name in names:
            project, member = rows.get(project_item(name)), rows.get(member_item(name, user))
            if project is not None:
                found[name] = _project(project), _membership(member) if member else None
        return found

    def projects(self, names: Iterable[str]) -> dict[str, Project]:
        """Those of the projects that exist, by name."""
        rows = self._rows.get_many(map(project_item, names))
        return {row["name"]: _project(row) for row in rows.values()}

    def names(self, *, after: str | None = None, page_size: int | None = None) -> Iterator[str]:
        """The names of all projects in order, after one or all: for site administrators."""
        rows = self._rows.query(ALL_PROJECTS, after=after, page_size=page_size)
        return (row[SORT_KEY] for row in rows)

    def open_names(
        self, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[str]:
        """The names of what may be open projects, in order, after one or all."""
        rows = self._rows.query(OPEN_PROJECTS, after=after, page_size=page_size)
        return (row[SORT_KEY] for row in rows)

    def put_member(self, membership: Membership) -> None:
        """Writes a membership; the later of two wins."""
        row: dict[str, Value] = {
            "project": membership.project,
            "user": membership.user,
            "role": membership.role.value,
            "site": membership.site,
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
        self.forget_member(membership.project, membership.user)

    def forget_member(self, project: str, user: str) -> None:
        """Takes a project off the list of a user who is no member of it."""
        self._rows.delete(membership_item(user, project))

    def member(self, project: str, user: str) -> Membership | None:
        """The membership of a user in a project, None for outsiders."""
        row = self._rows.get(member_item(project, user))
        return None if row is None else _membership(row)

    def members(
        self, project: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[Membership]:
        """The members of a project by user, after one or all."""
        rows = self._rows.query(
            project_partition(project),
            sort_prefix=MEMBER_SORT,
            after=None if after is None else member_item(project, after).sort,
            page_size=page_size,
        )
        return map(_membership, rows)

    def memberships(
        self, user: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[Membership]:
        """The projects of a user by name, after one or all."""
        rows = self._rows.query(
            user_partition(user),
            sort_prefix=MEMBER_SORT,
            after=None if after is None else membership_item(user, after).sort,
            page_size=page_size,
        )
        return map(_membership, rows)


def _project_row(project: Project) -> dict[str, Value]:
    return {
        "name": project.name,
        "title": project.title,
        "created_at": project.created_at,
        "created_by": project.created_by,
        "profile": json.dumps(dict(project.profile), sort_keys=True),
        "record_ids": project.record_ids,
        "description": project.description,
        "aliases": list(project.aliases),
        "accessibility": project.accessibility.value,
        "prearchive": project.prearchive.value,
        "sites": list(project.sites),
        "routing": project.routing,
        "fields": json.dumps(dict(project.fields), sort_keys=True),
        "state": project.state.value,
        "deleted_until": project.deleted_until,
        "identifiable": project.identifiable,
    }


def _project(row: Mapping[str, Any]) -> Project:
    return Project(
        name=row["name"],
        title=row["title"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        profile=json.loads(row["profile"]),
        record_ids=row["record_ids"],
        description=row["description"],
        aliases=tuple(row["aliases"]),
        accessibility=Accessibility(row["accessibility"]),
        prearchive=Prearchive(row["prearchive"]),
        sites=tuple(row["sites"]),
        routing=row["routing"],
        fields=json.loads(row["fields"]),
        state=ProjectState(row["state"]),
        deleted_until=row["deleted_until"],
        identifiable=row["identifiable"],
        revision=row["revision"],
    )


def _membership(row: Mapping[str, Any]) -> Membership:
    return Membership(
        project=row["project"], user=row["user"], role=Role(row["role"]), site=row["site"]
    )
