"""What waits in quarantine, and why: codes and reasons, never a value of a data set."""

from collections.abc import Iterable

from functions.api.fields import query_fields
from functions.api.pages import PAGE_PARAMETERS, page, page_after, page_limit
from functions.api.request import Answer, Request
from functions.api.services import Services
from scanloft.aws.quarantine import QuarantineIndex
from scanloft.core.errors import NotFound
from scanloft.core.model import QuarantineItem


def listed(services: Services, request: Request) -> Answer:
    """A page of the quarantine of a project.

    Raises:
        InvalidRequest: a parameter that cannot be used.
    """
    return _page(_index(services, request).items(request.path["project"]), request)


def unassigned(services: Services, request: Request) -> Answer:
    """A page of what is addressed to no project.

    Raises:
        NotFound: for everybody but site administrators.
    """
    if not request.caller.is_admin:
        raise NotFound("There is no such page.")
    return _page(_index(services, request).unassigned(), request)


def _index(services: Services, request: Request) -> QuarantineIndex:
    after = page_after(query_fields(request.query, allowed=PAGE_PARAMETERS))
    return services.quarantine if after is None else QuarantineIndex(services.rows_after(after))


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
