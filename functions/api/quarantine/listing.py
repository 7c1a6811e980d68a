"""What waits in quarantine, and why: codes and reasons, never a value of a data set."""

from collections.abc import Iterable

from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.services import Services
from scanloft.core.model import QuarantineItem


class ItemShown(Shown):
    """An object that waits for a person, and why."""

    item: str
    project: str
    code: str
    reason: str
    upload: str
    number: str
    size_bytes: int
    arrived_at: str


class ItemPage(Shown):
    """A page of what waits."""

    items: list[ItemShown]
    next: str | None


def listed(services: Services, request: Request) -> Answer:
    """A page of the quarantine of a project."""
    wanted = request.asked(Page)
    return _page(services.quarantine.items(request.project, after=wanted.after), wanted)


def unassigned(services: Services, request: Request) -> Answer:
    """A page of what is addressed to no project."""
    wanted = request.asked(Page)
    return _page(services.quarantine.unassigned(after=wanted.after), wanted)


def _page(items: Iterable[QuarantineItem], wanted: Page) -> Answer:
    entries, following = page(items, limit=wanted.limit, place=lambda item: item.item)
    return Answer(ItemPage(items=[_shown(entry) for entry in entries], next=following))


def _shown(entry: QuarantineItem) -> ItemShown:
    return ItemShown(
        item=entry.item,
        project=entry.project,
        code=entry.code,
        reason=entry.reason,
        upload=entry.upload,
        number=entry.number,
        size_bytes=entry.size_bytes,
        arrived_at=entry.arrived_at,
    )
