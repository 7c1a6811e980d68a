"""Routes as data: what a path takes, answers and needs; and the one way through the gate."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from functions.api.edge import idempotency, record
from functions.api.edge.request import Answer, Request
from functions.api.edge.services import EdgeServices
from functions.api.edge.shapes import Empty, Query, asked, parsed
from scanloft.core.errors import ArchiveError, Forbidden, NotFound
from scanloft.core.model import ProjectState
from scanloft.core.roles import Right, deleted_project

Act = Callable[[Any, Request], Answer]
"""Gets the services of the function that the route belongs to."""

CHANGING = ("POST", "PUT", "PATCH", "DELETE")


class NoQuery(Query):
    """A query without parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A method and a path, as "/api/projects/<project>", what it takes and what answers it.

    `name` is its operation ID. The caller needs one of the `rights` in the project of the path;
    without any, the answer is made of what is the caller's own. `admin`: site administrators
    alone, the page does not exist for others. `is_open`: for everybody, also without signing in.
    Of each request that changes something, and of those of an `audited` route, the audit log
    knows before it is done; `told` names the fields of the body that it is told. `function` is
    the Lambda function that answers.
    """

    method: str
    path: str
    name: str
    summary: str
    act: Act
    rights: tuple[Right, ...] = ()
    admin: bool = False
    is_open: bool = False
    audited: bool = False
    told: tuple[str, ...] = ()
    query: type[Query] = NoQuery
    body: type[BaseModel] = Empty
    answer: type[BaseModel] | None = None
    status: int = 200
    function: str = "api"
    answers_html: bool = False
    media_type: str = ""
    """Of an answer that is a text for other programs, beside JSON or in its place."""
    shows_secret: bool = False
    """The answer holds a secret that is shown once: it is never kept for a repeated request."""
    once: bool = False
    """It makes something: the same again with its idempotency key is answered as the first time.

    Not for what reads, or gives forms and addresses that end: a kept answer would be an old one.
    """
    for_bound: bool = False
    """Without a project in its path, and yet for tokens of one project: it shows that one alone."""
    unless: Callable[[Any, Request], Answer | None] | None = None
    """Looks first, before the audit log is told: it answers where nothing has to be done and
    raises what is refused. So nobody fills the log of others with what changes nothing."""
    of_deleted: bool = False
    """It is answered for a deleted project too; others are a 410 to those who manage it."""

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return self.method in CHANGING

    def answered(self, services: EdgeServices, request: Request) -> tuple[int, Answer]:
        """The status and the answer, once the caller is through the gate.

        Raises:
            NotFound: no such project, or the caller is an outsider.
            Gone: it was deleted, and the route is not for deleted projects.
            Forbidden: the caller is a member without the right.
            InvalidRequest: a body or a query of another shape.
        """
        request = self._through_the_gate(services, request)
        request = replace(
            request,
            content=parsed(self.body, request.raw_body) if self.changes else None,
            query=asked(self.query, dict(request.raw_query)),
        )
        if self.changes or self.audited:
            record.reason_of(request)
        if self.once:
            return idempotency.once(self, services, request, self._done)
        return self._done(services, request)

    def _done(self, services: EdgeServices, request: Request) -> tuple[int, Answer]:
        """Does it; what changes something, and what is audited, is written down before."""
        if not (self.changes or self.audited):
            return self.status, self.act(services, request)
        done_already = self.unless(services, request) if self.unless else None
        if done_already is not None:
            return self.status, done_already
        entry = record.begun(self, services, request)
        try:
            return self.status, self.act(services, request)
        except ArchiveError as error:
            record.refused(services, entry, error)
            raise

    def _through_the_gate(self, services: EdgeServices, request: Request) -> Request:
        if self.is_open:
            return request
        if self.admin and not request.caller.is_admin:
            raise NotFound("There is no such page.")
        if self.rights:
            presence = services.access.enter(
                request.caller, project=request.project, rights=self.rights
            )
            if presence.project.state is ProjectState.DELETED and not self.of_deleted:
                raise deleted_project()
            return replace(request, in_project=presence)
        if request.caller.project and not self.for_bound:
            raise Forbidden("This token was made for one project: make another one.")
        needed = Right.MANAGE if self.changes or self.admin else Right.READ
        if needed not in request.caller.rights:
            raise Forbidden("This token was made for less than that: make another one.")
        return request
