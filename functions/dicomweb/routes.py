"""The routes of DICOMweb: what answers each, behind one gate (PS3.18 10.1.1)."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.dicomweb import metadata, retrieve, search
from functions.dicomweb.request import Request
from functions.dicomweb.services import Services
from scanloft.aws.gateway import Reply
from scanloft.core.errors import Forbidden
from scanloft.core.roles import Right

ROOT = "/api/projects/<project>/dicomweb"
STUDY = f"{ROOT}/studies/<study>"
SERIES = f"{STUDY}/series/<series>"
INSTANCE = f"{SERIES}/instances/<instance>"


@dataclass(frozen=True, slots=True)
class Route:
    """A path that is read, and what answers it."""

    path: str
    act: Callable[[Services, Request], Reply]

    def answer(self, services: Services, request: Request) -> Reply:
        """What the route answers, once the caller is through the gate of the project.

        Raises:
            NotFound: no such project, or the caller is an outsider.
            Gone: the project was deleted.
            Forbidden: the caller is a member who may not read, or who is bound to a site.
        """
        presence = services.access.enter(
            request.caller, project=request.project, rights=(Right.READ,)
        )
        if presence.site:
            raise Forbidden(
                "Who is bound to one site of a study reads by the REST API, which knows sites: "
                "ask an owner of the project."
            )
        return self.act(services, request)


ROUTES = (
    Route(f"{ROOT}/studies", search.studies),
    Route(f"{ROOT}/series", search.series),
    Route(f"{ROOT}/instances", search.instances),
    Route(f"{STUDY}/series", search.series),
    Route(f"{STUDY}/instances", search.instances),
    Route(f"{SERIES}/instances", search.instances),
    Route(f"{STUDY}/metadata", metadata.study),
    Route(f"{SERIES}/metadata", metadata.series),
    Route(f"{INSTANCE}/metadata", metadata.instance),
    Route(STUDY, retrieve.study),
    Route(SERIES, retrieve.series),
    Route(INSTANCE, retrieve.instance),
)
