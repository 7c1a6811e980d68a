"""The routes of the API: what each does, and the right that it takes."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.api import (
    downloads,
    files,
    members,
    projects,
    quarantine,
    search,
    tokens,
    uploads,
    whoami,
)
from functions.api.gate import require_one
from functions.api.request import Answer, Request
from functions.api.services import Services
from scanloft.core.roles import Right

MANAGE, READ, REVIEW, SUBMIT = (Right.MANAGE,), (Right.READ,), (Right.REVIEW,), (Right.SUBMIT,)
ANY = (Right.READ, Right.SUBMIT)
OWN = ()
"""No project is asked for: the answer is made of what is the caller's own."""

PROJECT = "/api/projects/<project>"
MEMBER = f"{PROJECT}/members/<user>"
UPLOAD = f"{PROJECT}/uploads/<upload>"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path, what answers it, and the rights of which the caller needs one."""

    method: str
    path: str
    act: Callable[[Services, Request], Answer]
    rights: tuple[Right, ...]

    def answer(self, services: Services, request: Request) -> Answer:
        """What the route answers, once the caller is through the gate of the project.

        Raises:
            NotFound: no such project, or the caller is an outsider.
            Forbidden: the caller is a member without the right.
        """
        if self.rights:
            project = request.path["project"]
            require_one(services.access, request.caller, project=project, rights=self.rights)
        return self.act(services, request)


ROUTES = (
    Route("GET", "/api/whoami", whoami.show, OWN),
    Route("POST", "/api/tokens", tokens.create, OWN),
    Route("GET", "/api/projects", projects.listed, OWN),
    Route("POST", "/api/projects", projects.create, OWN),
    Route("GET", "/api/quarantine/unassigned", quarantine.unassigned, OWN),
    Route("GET", PROJECT, projects.show, ANY),
    Route("GET", f"{PROJECT}/summary", search.summary, READ),
    Route("GET", f"{PROJECT}/search", search.studies, READ),
    Route("GET", f"{PROJECT}/download/<study>/<series>/<sop>", downloads.link, READ),
    Route("GET", f"{PROJECT}/quarantine", quarantine.listed, REVIEW),
    Route("GET", f"{PROJECT}/members", members.listed, MANAGE),
    Route("GET", MEMBER, members.show, MANAGE),
    Route("PUT", MEMBER, members.put, MANAGE),
    Route("DELETE", MEMBER, members.remove, MANAGE),
    Route("GET", f"{PROJECT}/uploads", uploads.listed, SUBMIT),
    Route("POST", f"{PROJECT}/uploads", uploads.create, SUBMIT),
    Route("GET", UPLOAD, uploads.show, SUBMIT),
    Route("GET", f"{UPLOAD}/files", files.listed, SUBMIT),
    Route("POST", f"{UPLOAD}/files", files.declare, SUBMIT),
)
