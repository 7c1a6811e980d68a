"""Names, titles and aliases of projects in the index table: claimed before a project bears them.

A claim that no project bears, left by a request that broke off, is free again after a minute.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from scanloft.aws.projects import ProjectIndex
from scanloft.aws.rows import ABSENT, Rows
from scanloft.core.errors import Conflict, NotFound
from scanloft.core.items_of_people import name_item
from scanloft.core.project_names import folded, names_of

PENDING_S = 60
"""Longer than a request takes from its claim to the project that bears the name."""


class NameIndex:
    """Which project bears which name."""

    def __init__(self, rows: Rows, projects: ProjectIndex) -> None:
        self._rows = rows
        self._projects = projects

    def claim(self, names: Iterable[str], project: str, *, revision: int, now: int) -> None:
        """Gives names to a project, which was read at the revision; its own again is a no-op.

        Raises:
            Conflict: another project bears one of them, or bore it and was removed.
        """
        for name in sorted(names):
            self._claim(name, project, revision=revision, now=now)

    def release(self, names: Iterable[str], project: str, *, revision: int) -> None:
        """Frees names that a project does not bear any more as of the revision.

        One that a later edit of the project claimed meanwhile stays.
        """
        for name in names:
            self._rows.delete_if(
                name_item(folded(name)),
                condition="#project = :project AND #revision < :revision AND #kept = :kept",
                values={"project": project, "revision": revision, "kept": False},
            )

    def keep(self, name: str, project: str) -> None:
        """Keeps the name of a project that is removed, for good: nobody can take its place."""
        self._rows.put(name_item(folded(name)), _row(project, revision=0, now=0, kept=True))

    def project_of(self, name: str) -> str | None:
        """The project that bears the name, None where none does."""
        row = self._rows.get(name_item(folded(name)))
        return row["project"] if row and not row["kept"] and self._is_borne(name, row) else None

    def _claim(self, name: str, project: str, *, revision: int, now: int) -> None:
        key, row = name_item(folded(name)), _row(project, revision=revision, now=now)
        claimed = self._rows.put_if(
            key,
            row,
            condition=f"{ABSENT} OR (#project = :project AND #kept = :kept)",
            values={"project": project, "kept": False},
        )
        if claimed:
            return
        there = self._rows.get(key)
        if there and self._is_abandoned(name, there, now=now):
            seen = {each: there[each] for each in ("project", "at", "kept")}
            condition = "#project = :project AND #at = :at AND #kept = :kept"
            if self._rows.put_if(key, row, condition=condition, values=seen):
                return
        raise Conflict("Another project is called so already, or was: choose another name.")

    def _is_abandoned(self, name: str, row: Mapping[str, Any], *, now: int) -> bool:
        if row["kept"] or row["at"] > now - PENDING_S:
            return False
        return not self._is_borne(name, row)

    def _is_borne(self, name: str, row: Mapping[str, Any]) -> bool:
        try:
            return folded(name) in names_of(self._projects.project(row["project"]))
        except NotFound:
            return False


def _row(project: str, *, revision: int, now: int, kept: bool = False) -> dict[str, Any]:
    return {"project": project, "revision": revision, "at": now, "kept": kept}
