"""What waits in quarantine, and why: codes and reasons, never a value of a data set."""

from collections.abc import Iterable

from functions.api.fields import query_fields
from functions.api.pages import PAGE_PARAMETERS, page, page_after, page_limit
from functions.api.request import Answer, Request
from functions.api.services import Services
from scanloft.core.errors import NotFound
from scanloft.core.model import QuarantineItem


def listed(services: Services, request: Request) -> Answer:
    """A page of the quarantine of a project.

    Raises:
        InvalidRequest: a parameter that cannot be used.
    """
    items = services.quarantine.items(request.path["project"], after=_after(request))
    return _page(items, request)


def unassigned(services: Services, request: Request) -> Answer:
    """A page of what is addressed to no project.

    Raises:
        NotFound: for everybody but site administrators.
    """
    if not request.caller.is_admin:
        raise NotFound("There is no such page.")
    return _page(services.quarantine.unassigned(after=_after(request)), request)


def _after(request: Request) -> str | None:
    return page_after(query_fields(request.query, allowed=PAGE_PARAMETERS))


def _page(items: Iterable[QuarantineItem], request: Request) -> Answer:
    entries, following = page(items, limit=page_limit(request.query), place=lambda item: item.item)
    return Answer({"items": [_shown(entry) for entry in entries], "next": following})


def _shown(entry: QuarantineItem) -> dict[str, object]:
    return {
        "item": entry.item,
        "project": entry.project,
        "code": entry.code,
        "reason": entry.reason,
        "upload": entry.upload,
        "number": entry.number,
        "size_bytes": entry.size_bytes,
        "arrived_at": entry.arrived_at,
    }
