"""Sessions: the studies of a project, what people say of them, and what is shared with it."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.hierarchy.cards import (
    DataCardShown,
    DataEdit,
    Label,
    check_unchanged,
    data_card_values,
    edited_cards,
    tell,
)
from functions.api.hierarchy.places import (
    FoundSession,
    editable,
    living,
    merged_into,
    session_named,
    session_of,
)
from functions.api.services import Services
from scanloft.contents.standing import hidden
from scanloft.core.annotations import Card, Level, Share
from scanloft.core.errors import Gone, NotFound
from scanloft.core.hierarchy import PATIENT_ID, merged
from scanloft.core.model import Study

STUDY_DATE, STUDY_TIME, DESCRIPTION = "00080020", "00080030", "00081030"


class SessionQuery(Page):
    """Which sessions: a page of all, or the one with this label."""

    label: Annotated[Label, Field(description="the one session with this label")] = ""


class SessionShown(DataCardShown):
    """A session: what its images say, and what people say of it.

    Counts are those of all sessions that were merged into it. `shared_from` is the project that
    owns it, where that is another one.
    """

    session: str
    subject: str
    study_date: str
    study_time: str
    description: str
    patient_id: str
    modalities: list[str]
    scan_count: int
    instance_count: int
    size_bytes: int
    sites: list[str]
    shared_from: str | None
    merged_into: str | None
    merged: list[str]


class SessionPage(Shown):
    """A page of sessions; it may show fewer than asked for, and the next one may show more."""

    sessions: list[SessionShown]
    next: str | None


def listed(services: Services, request: Request) -> Answer:
    """A page of the sessions of a project by UID, and of those that are shared with it.

    Sessions that were merged into another one are shown as part of that. What each page costs
    depends on its limit, never on how many sessions there are.
    """
    wanted = request.asked(SessionQuery)
    if wanted.label:
        found = _labelled(services, request, wanted.label)
        return Answer(SessionPage(sessions=found, next=None))
    studies: Iterable[Study | Share] = services.instances.studies(
        request.project, after=wanted.after, page_size=wanted.reads
    )
    shares: Iterable[Study | Share] = ()
    if not request.presence.site:
        shares = services.shares.into(
            request.project, Level.SESSION, after=wanted.after, page_size=wanted.reads
        )
    entries = heapq.merge(studies, shares, key=_uid)
    taken, following = page(entries, limit=wanted.limit, place=_uid)
    return Answer(SessionPage(sessions=shown_many(services, request, taken), next=following))


def show(services: Services, request: Request) -> Answer:
    """One session."""
    return _answer(services, request, session_of(services, request))


def edit(services: Services, request: Request) -> Answer:
    """Changes what is said of a session; through a share, its label there alone is of there.

    Raises:
        Forbidden: it belongs to another project, where the caller may not edit.
        InvalidRequest, Conflict: fields that the project does not have so, or a label in use.
        Outdated: somebody else changed it since it was read.
    """
    found, wanted = session_of(services, request), request.body(DataEdit)
    owner = editable(services, request, found.share)
    check_unchanged(request, found.etag)
    card, here = edited_cards(
        services, wanted, card=found.card, here=found.here, schema=owner.fields
    )
    tell(services, owner.name, Level.SESSION, found.study.study_uid, what="edited")
    return _answer(services, request, replace(found, card=card, here=here))


def shown_many(
    services: Services, request: Request, entries: Sequence[Study | Share]
) -> list[SessionShown]:
    """Those of the sessions that the caller may see, in order, read a hundred a call."""
    project, presence = request.project, request.presence
    own = {entry.study_uid: entry for entry in entries if isinstance(entry, Study)}
    places = [(Level.SESSION, _uid(entry)) for entry in entries]
    cards = services.cards.many(project, places)
    gone = hidden(services.shelves, project, own.values())
    parts = merged_into(services, presence, cards.values())
    shared = _shared(services, [entry for entry in entries if isinstance(entry, Share)], cards)
    shown: list[SessionShown] = []
    for entry in entries:
        uid = _uid(entry)
        place = (Level.SESSION, uid)
        if isinstance(entry, Share):
            if uid in shared and (uid not in own or uid in gone):
                shown.append(_shown(shared[uid], parts=()))
        elif uid not in gone and presence.sees(entry.sites) and not cards[place].merged_into:
            shown.append(_shown(FoundSession(entry, cards[place]), parts=parts.get(uid, ())))
    return shown


def _shared(
    services: Services, shares: Sequence[Share], here: Mapping[tuple[Level, str], Card]
) -> dict[str, FoundSession]:
    """Those of the shared sessions that are still there."""
    found: dict[str, FoundSession] = {}
    for source in living(services, shares):
        own = {share.name: share for share in shares if share.source == source}
        places = [(Level.SESSION, name) for name in own]
        studies = services.instances.studies_among(source, own)
        cards = services.cards.many(source, places)
        gone = hidden(services.shelves, source, studies.values())
        for name, study in studies.items():
            place = (Level.SESSION, name)
            if name not in gone:
                found[name] = FoundSession(study, cards[place], own[name], here[place])
    return found


def _labelled(services: Services, request: Request, label: str) -> list[SessionShown]:
    name = services.labels.name_of(request.project, Level.SESSION, label)
    if name is None:
        return []
    try:
        found = session_named(services, request, name)
    except (NotFound, Gone):
        return []
    return [_shown(found, parts=_parts(services, request, found))]


def _parts(services: Services, request: Request, found: FoundSession) -> Sequence[Study]:
    """What is merged into a session; whom it is shared with sees the session itself alone."""
    if found.share is not None:
        return ()
    parts = merged_into(services, request.presence, [found.card])
    return parts.get(found.study.study_uid, ())


def _answer(services: Services, request: Request, found: FoundSession) -> Answer:
    return Answer(_shown(found, parts=_parts(services, request, found)), etag=found.etag)


def _shown(found: FoundSession, *, parts: Sequence[Study]) -> SessionShown:
    study = found.study
    scans, instances, size_bytes, modalities = merged([study, *parts])
    return SessionShown.model_validate(
        {
            **data_card_values(found.card),
            "label": found.label,
            "session": study.study_uid,
            "subject": found.subject,
            "study_date": value_of(study, STUDY_DATE),
            "study_time": value_of(study, STUDY_TIME),
            "description": value_of(study, DESCRIPTION),
            "patient_id": value_of(study, PATIENT_ID),
            "modalities": list(modalities),
            "scan_count": scans,
            "instance_count": instances,
            "size_bytes": size_bytes,
            "sites": [] if found.share else [site for site in study.sites if site],
            "shared_from": found.share.source if found.share else None,
            "merged_into": found.card.merged_into or None,
            "merged": sorted(part.study_uid for part in parts),
        }
    )


def value_of(row: Study, tag: str) -> str:
    """The first value of an attribute of a study as text, "" where it has none."""
    values = row.attributes.get(tag, ())
    return str(values[0]) if values else ""


def _uid(entry: Study | Share) -> str:
    return entry.study_uid if isinstance(entry, Study) else entry.name
