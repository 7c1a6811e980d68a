"""What waits in quarantine, and why: codes and reasons, never a value of a data set."""

from itertools import islice
from typing import Annotated

from pydantic import Field

from functions.api.edge.pages import Page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.quarantine.services import ReviewServices
from functions.api.quarantine.shapes import CODE
from functions.api.services import Services
from scanloft.aws.quarantine import QuarantineIndex
from scanloft.core.identifiers import UPLOAD
from scanloft.core.model import QuarantineItem

READ_LIMIT = 5000
"""How many items one request looks through: a filter that hits few gives short pages."""


class Wanted(Page):
    """Which items: those of a code, those of an upload, or all."""

    code: Annotated[str, Field(max_length=64, pattern=CODE)] | None = None
    upload: Annotated[str, Field(max_length=64, pattern=f"^{UPLOAD.pattern}$")] | None = None

    def takes(self, entry: QuarantineItem) -> bool:
        """Whether the item is wanted."""
        return self.code in (None, entry.code) and self.upload in (None, entry.upload)


class ItemShown(Shown):
    """An object that waits for a person, and why; `receiver` took one that is in no project."""

    item: str
    project: str
    code: str
    reason: str
    upload: str
    number: str
    size_bytes: int
    arrived_at: str
    receiver: str


class ItemPage(Shown):
    """A page of what waits; one with a filter may have few entries and a next one all the same."""

    items: list[ItemShown]
    next: str | None


def listed(services: Services, request: Request) -> Answer:
    """A page of the quarantine of a project."""
    return _page(services.quarantine, request.project, request.asked(Wanted))


def unassigned(services: ReviewServices, request: Request) -> Answer:
    """A page of what is addressed to no project."""
    return _page(services.quarantine, None, request.asked(Wanted))


def shown(entry: QuarantineItem) -> ItemShown:
    """An item as answers show it."""
    return ItemShown(
        item=entry.item,
        project=entry.project,
        code=entry.code,
        reason=entry.reason,
        upload=entry.upload,
        number=entry.number,
        size_bytes=entry.size_bytes,
        arrived_at=entry.arrived_at,
        receiver=entry.receiver,
    )


def _page(quarantine: QuarantineIndex, project: str | None, wanted: Wanted) -> Answer:
    is_filtered = wanted.code is not None or wanted.upload is not None
    reads = None if is_filtered else wanted.reads
    found: list[QuarantineItem] = []
    following: str | None = None
    entries = quarantine.items(project, after=wanted.after, page_size=reads)
    for count, entry in enumerate(islice(entries, READ_LIMIT), start=1):
        if wanted.takes(entry):
            if len(found) == wanted.limit:
                following = found[-1].item
                break
            found.append(entry)
        if count == READ_LIMIT:
            following = entry.item
    return Answer(ItemPage(items=[shown(entry) for entry in found], next=following))
