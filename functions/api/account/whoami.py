"""The caller, as the archive knows them."""

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.services import Services


class Whoami(Shown):
    """The name by which projects know the caller."""

    user: str
    admin: bool


def show(_services: Services, request: Request) -> Answer:
    """The name by which projects know the caller."""
    return Answer(Whoami(user=request.caller.user, admin=request.caller.is_admin))
