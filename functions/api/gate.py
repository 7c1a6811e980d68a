"""Whether a caller may: the rights of a route, and what else depends on a right."""

from scanloft.aws.access import Access
from scanloft.core.caller import Caller
from scanloft.core.errors import Forbidden
from scanloft.core.roles import Right


def require_one(access: Access, caller: Caller, *, project: str, rights: tuple[Right, ...]) -> None:
    """Lets pass who has one of the rights in the project.

    Raises:
        NotFound: no such project, or the caller is an outsider.
        Forbidden: the caller is a member with none of the rights.
    """
    *others, last = rights
    if any(may(access, caller, project=project, right=right) for right in others):
        return
    access.require(caller, project=project, right=last)


def may(access: Access, caller: Caller, *, project: str, right: Right) -> bool:
    """Whether a member of the project has the right.

    Raises:
        NotFound: no such project, or the caller is an outsider.
    """
    try:
        access.require(caller, project=project, right=right)
    except Forbidden:
        return False
    return True
