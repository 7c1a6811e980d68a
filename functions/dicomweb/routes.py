"""The routes of DICOMweb: what answers each, behind one gate (PS3.18 10.1.1)."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.dicomweb import metadata, retrieve, search
from functions.dicomweb.request import Request
from functions.dicomweb.services import Services
from scanloft.aws.gateway import Reply
from scanloft.core.annotations import Level
from scanloft.core.errors import Forbidden, Gone
from scanloft.core.hierarchy import scan_name
from scanloft.core.identifiers import is_uid
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
            Gone: the project, the study or the series was deleted.
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
        _check_kept(services, request)
        return self.act(services, request)


def _check_kept(services: Services, request: Request) -> None:
    """Asks for what the path names with one call; searches find no deleted studies anyway."""
    study, series = (request.path.get(part, "") for part in ("study", "series"))
    places = [(Level.SESSION, study)] if is_uid(study) else []
    if places and is_uid(series):
        places.append((Level.SCAN, scan_name(study, series)))
    if places and services.tombstones.among(request.project, places):
        raise Gone("This study or series was deleted; an owner can bring it back for 30 days.")


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
