"""The gate before every project: looks up the caller's role and asks the table of rights."""

from scanloft.aws.projects import ProjectIndex
from scanloft.core.caller import Caller
from scanloft.core.identifiers import PROJECT
from scanloft.core.model import Role
from scanloft.core.roles import Right, require


class Access:
    """What callers may do, by their membership as it is now."""

    def __init__(self, projects: ProjectIndex) -> None:
        self._projects = projects

    def require(self, caller: Caller, *, project: str, right: Right) -> None:
        """Lets pass who has the right in the project; site administrators have every right.

        Raises:
            NotFound: no such project, or the caller is an outsider.
            Forbidden: the caller is a member without the right.
        """
        if caller.is_admin and PROJECT.fullmatch(project):
            self._projects.project(project)
            return
        require(self._role(caller, project), right)

    def _role(self, caller: Caller, project: str) -> Role | None:
        if PROJECT.fullmatch(project) is None:
            return None
        return self._projects.role(project, caller.user)
