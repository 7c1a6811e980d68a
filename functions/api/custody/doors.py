"""Who may open the pseudonyms table: people who are signed in, never a token."""

from collections.abc import Callable

from functions.api.custody.services import CustodyServices
from functions.api.edge.request import Answer, Request
from scanloft.core.errors import Forbidden

CustodyAct = Callable[[CustodyServices, Request], Answer]


def signed_in(act: CustodyAct) -> CustodyAct:
    """The act, for callers who are signed in.

    A token lies in scripts and on clusters, and whoever has this table knows who the patients are.
    """

    def guarded(services: CustodyServices, request: Request) -> Answer:
        if request.caller.by_token:
            raise Forbidden("A token does not open this: sign in to see who became whom.")
        return act(services, request)

    return guarded
