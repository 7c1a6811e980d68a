"""What somebody becomes in a project: a role, and the site whose data alone they see."""

from typing import Annotated

from pydantic import Field

from functions.api.edge.request import Request
from functions.api.edge.shapes import Body, Shown
from scanloft.core.errors import Conflict
from scanloft.core.identifiers import SITE
from scanloft.core.model import Membership, Role

SiteOrNone = Annotated[str, Field(pattern=f"^({SITE.pattern})?$")]


class Binding(Body):
    """A role, and a site of the project; "" for none, which is the whole project."""

    role: Role
    site: SiteOrNone = ""


class Member(Shown):
    """A member of a project."""

    user: str
    role: Role
    site: str


def bound(request: Request, *, user: str, binding: Binding) -> Membership:
    """The membership that the binding makes of a user.

    Raises:
        Conflict: a site that the project does not have, or an owner bound to one.
    """
    check_binding(request, role=binding.role, site=binding.site)
    return Membership(request.project, user, binding.role, site=binding.site)


def check_binding(request: Request, *, role: Role, site: str) -> None:
    """Lets pass what a member of the project may be.

    Raises:
        Conflict: a site that the project does not have, or an owner bound to one.
    """
    if site and role is Role.OWNER:
        raise Conflict("An owner answers for the whole project: leave the site out.")
    if site and site not in request.presence.project.sites:
        raise Conflict("The project has no such site: add it to the sites of the project first.")


def shown_member(member: Membership) -> Member:
    """A member as answers show them."""
    return Member(user=member.user, role=member.role, site=member.site)
