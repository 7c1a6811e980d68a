"""Scans: the series of a session, and what people say of them."""

from dataclasses import replace

from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.hierarchy.cards import (
    DataCardShown,
    DataEdit,
    check_unchanged,
    data_card_values,
    edited_cards,
    tell,
)
from functions.api.hierarchy.places import (
    FoundSession,
    editable,
    merged_into,
    scan_of,
    session_of,
)
from functions.api.services import Services
from scanloft.core.annotations import Card, Level
from scanloft.core.hierarchy import scan_name
from scanloft.core.model import Series

NUMBER, MODALITY, DESCRIPTION, BODY_PART = "00200011", "00080060", "0008103E", "00180015"


class ScanShown(DataCardShown):
    """A scan: what its images say, and what people say of it; `session` is the one it came with."""

    session: str
    scan: str
    number: str
    modality: str
    description: str
    body_part: str
    instance_count: int
    size_bytes: int


class ScanPage(Shown):
    """A page of scans; it may show fewer than asked for, and the next one may show more."""

    scans: list[ScanShown]
    next: str | None


def listed(services: Services, request: Request) -> Answer:
    """A page of the scans of a session, and of those that were merged into it."""
    found, wanted = session_of(services, request), request.asked(Page)
    rows = [row for uid in _uids(services, request, found) for row in _rows(services, found, uid)]
    rows.sort(key=_name)
    rest = [row for row in rows if _name(row) > (wanted.after or "")]
    taken, following = page(rest, limit=wanted.limit, place=_name)
    project = found.study.project
    places = [(Level.SCAN, _name(row)) for row in taken]
    cards = services.cards.many(project, places)
    deleted = services.tombstones.among(project, places)
    shown = [
        _shown(row, cards[place])
        for row, place in zip(taken, places, strict=True)
        if place not in deleted
    ]
    return Answer(ScanPage(scans=shown, next=following))


def show(services: Services, request: Request) -> Answer:
    """One scan."""
    found = scan_of(services, request)
    return Answer(_shown(found.series, found.card), etag=found.etag)


def edit(services: Services, request: Request) -> Answer:
    """Changes what is said of a scan; the label of a scan need not be its own alone.

    Raises:
        Forbidden: it belongs to another project, where the caller may not edit.
        InvalidRequest, Conflict: fields that the project does not have so.
        Outdated: somebody else changed it since it was read.
    """
    found, wanted = scan_of(services, request), request.body(DataEdit)
    owner = editable(services, request, found.session.share)
    check_unchanged(request, found.etag)
    card, _ = edited_cards(services, wanted, card=found.card, here=None, schema=owner.fields)
    tell(services, owner.name, Level.SCAN, card.name, what="edited")
    changed = replace(found, card=card)
    return Answer(_shown(changed.series, card), etag=changed.etag)


def _uids(services: Services, request: Request, found: FoundSession) -> list[str]:
    """The studies that a session is made of, in order."""
    study = found.study
    if found.share is not None:
        return [study.study_uid]
    parts = merged_into(services, request.presence, [found.card]).get(study.study_uid, [])
    return sorted([study.study_uid, *(part.study_uid for part in parts)])


def _rows(services: Services, found: FoundSession, study_uid: str) -> list[Series]:
    return list(services.instances.series_of_study(found.study.project, study_uid))


def _name(row: Series) -> str:
    return scan_name(row.study_uid, row.series_uid)


def _value(row: Series, tag: str) -> str:
    values = row.attributes.get(tag, ())
    return str(values[0]) if values else ""


def _shown(row: Series, card: Card) -> ScanShown:
    return ScanShown.model_validate(
        {
            **data_card_values(card),
            "session": row.study_uid,
            "scan": row.series_uid,
            "number": _value(row, NUMBER),
            "modality": _value(row, MODALITY),
            "description": _value(row, DESCRIPTION),
            "body_part": _value(row, BODY_PART),
            "instance_count": row.instance_count,
            "size_bytes": row.size_bytes,
        }
    )
