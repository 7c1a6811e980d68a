"""How it stands with a webhook, and what was tried: the log of the last thirty days."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import PAGE_DEFAULT, PAGE_LIMIT, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Query, Shown
from functions.api.events.hooks import found, is_on
from functions.api.services import Services
from scanloft.core.errors import NotFound
from scanloft.core.hooks import Attempt, HookStatus, status_of

Place = Annotated[str, Field(pattern=r"^[0-9]{13}-[0-9a-f]{1,16}$")]


class Wanted(Query):
    """Which attempts: those before one, at most so many."""

    after: Place | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT


class AttemptShown(Shown):
    """One try; `status` is the HTTP status, 0 with an `error` where there was no answer."""

    attempt: str
    at: str
    sequence: int
    changes: int
    status: int
    error: str
    duration_ms: int
    succeeded: bool


class AttemptPage(Shown):
    """How it stands: the number up to which all is delivered, and what was tried, latest first."""

    status: HookStatus
    delivered: int
    failures: int
    retry_at: str | None
    attempts: list[AttemptShown]
    next: str | None


def listed(services: Services, request: Request) -> Answer:
    """What was tried to reach a webhook.

    Raises:
        NotFound: there is none of this name.
    """
    hook, wanted = found(services, request), request.asked(Wanted)
    state = services.hooks.state(hook.project, hook.hook)
    if state is None:
        raise NotFound("The project has no such webhook.")
    tried = services.hooks.attempts(
        hook.project, hook.hook, after=wanted.after, page_size=wanted.limit + 1
    )
    entries, following = page(tried, limit=wanted.limit, place=lambda entry: entry.attempt)
    return Answer(
        AttemptPage(
            status=status_of(state, is_on=is_on(services, request, hook)),
            delivered=state.cursor,
            failures=state.failures,
            retry_at=_time(state.retry_at),
            attempts=[_shown(entry) for entry in entries],
            next=following,
        )
    )


def _time(seconds: int) -> str | None:
    return timestamp(datetime.fromtimestamp(seconds, UTC)) if seconds else None


def _shown(entry: Attempt) -> AttemptShown:
    return AttemptShown(
        attempt=entry.attempt,
        at=entry.at,
        sequence=entry.sequence,
        changes=entry.changes,
        status=entry.status,
        error=entry.error,
        duration_ms=entry.duration_ms,
        succeeded=entry.succeeded,
    )
