"""The caller, as the archive knows them."""

from functions.api.request import Answer, Request
from functions.api.services import Services


def show(_services: Services, request: Request) -> Answer:
    """The name by which projects know the caller."""
    return Answer({"user": request.caller.user, "admin": request.caller.is_admin})
