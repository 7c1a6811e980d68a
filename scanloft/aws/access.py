"""The gate before every project: what somebody is in it, and what that lets them do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanloft.aws.projects import ProjectIndex
from scanloft.core.batching import batches
from scanloft.core.caller import Caller
from scanloft.core.errors import Forbidden
from scanloft.core.identifiers import PROJECT
from scanloft.core.model import Membership, Project, ProjectState, Role
from scanloft.core.roles import (
    RIGHTS_BY_STATE,
    VISITOR_BY_ACCESSIBILITY,
    Right,
    check,
    deleted_project,
    no_such_project,
    rights_of,
)

PROJECTS_AT_ONCE = 50
"""Of each the project and the membership are read: a hundred rows take one call."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody in a project, as both are now; `role` and `site` are those of the membership."""

    project: Project
    rights: frozenset[Right]
    role: Role | None = None
    site: str = ""

    def may(self, right: Right) -> bool:
        """Whether they have the right."""
        return right in self.rights

    def sees(self, sites: Iterable[str]) -> bool:
        """Whether they may see data that was submitted by these sites: all of it theirs."""
        return not self.site or set(sites) == {self.site}


class Access:
    """What callers may do, by what projects and memberships are now."""

    def __init__(self, projects: ProjectIndex) -> None:
        self._projects = projects

    def enter(self, caller: Caller, *, project: str, rights: Iterable[Right]) -> Presence:
        """Lets pass who has one of the rights in the project.

        Site administrators have every right. Credentials that are made for less, as a personal
        access token that only reads, leave less.

        Raises:
            NotFound: no such project, or the caller is an outsider.
            Gone: the project was deleted; members alone are told.
            Forbidden: the caller has none of the rights.
        """
        if PROJECT.fullmatch(project) is None or not caller.may_enter(project):
            raise no_such_project()
        found, member = self._projects.presence(project, caller.user)
        if found is None:
            raise no_such_project()
        theirs = _rights(caller, found, member)
        if found.state is ProjectState.DELETED and not theirs & set(rights):
            raise _gone(caller, member)
        check(theirs, rights)
        left = theirs & caller.rights
        if not left & set(rights):
            raise Forbidden("This token was made for less than that: make another one.")
        return _presence(caller, found, member)

    def presences(self, caller: Caller, names: Iterable[str]) -> Iterator[Presence]:
        """What the caller is in several projects, in their order, fifty projects a call.

        Projects that do not exist are left out, and those that the credentials do not open.
        """
        opened = (name for name in names if caller.may_enter(name))
        for chunk in batches(opened, size=PROJECTS_AT_ONCE):
            found = self._projects.presences(chunk, caller.user)
            for name in chunk:
                if name in found:
                    yield _presence(caller, *found[name])


def _presence(caller: Caller, project: Project, member: Membership | None) -> Presence:
    return Presence(
        project=project,
        rights=_rights(caller, project, member) & caller.rights,
        role=member.role if member else None,
        site="" if caller.is_admin or member is None else member.site,
    )


def _rights(caller: Caller, project: Project, member: Membership | None) -> frozenset[Right]:
    if caller.is_admin:
        return RIGHTS_BY_STATE[project.state]
    standing = member.role if member else VISITOR_BY_ACCESSIBILITY[project.accessibility]
    if standing is None:
        return frozenset()
    return rights_of(standing, site=member.site if member else "", state=project.state)


def _gone(caller: Caller, member: Membership | None) -> Exception:
    if member is None and not caller.is_admin:
        return no_such_project()
    return deleted_project()
