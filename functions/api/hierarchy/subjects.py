"""Subjects: the people of a study by their pseudonyms, as images name them or an editor does."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown
from functions.api.hierarchy.cards import (
    CardShown,
    Label,
    SubjectEdit,
    card_values,
    check_unchanged,
    edited_cards,
    tell,
    written,
)
from functions.api.hierarchy.places import (
    FoundSubject,
    editable,
    living,
    subject_named,
    subject_of_path,
)
from functions.api.hierarchy.sessions import SessionPage, SessionShown, shown_many
from functions.api.services import Services
from scanloft.core.annotations import Card, Level, Share, Subject
from scanloft.core.errors import Conflict, Gone, NotFound
from scanloft.core.hierarchy import LABEL, shared_subject, subject_key
from scanloft.core.model import Study

RANDOM_BYTES = 10
NewLabel = Annotated[str, Field(min_length=1, max_length=64, pattern=f"^{LABEL.pattern}$")]


class NewSubject(Body):
    """A subject to be made; images whose Patient ID is its label will be its sessions."""

    label: NewLabel


class SubjectQuery(Page):
    """Which subjects: a page of all, or the one with this label."""

    label: Annotated[Label, Field(description="the one subject with this label")] = ""


class SubjectShown(CardShown):
    """A subject: `subject` is its name in addresses; `shared_from` the project that owns it."""

    subject: str
    created_at: str
    created_by: str
    shared_from: str | None


class SubjectPage(Shown):
    """A page of subjects; it may show fewer than asked for, and the next one may show more."""

    subjects: list[SubjectShown]
    next: str | None


def listed(services: Services, request: Request) -> Answer:
    """A page of the subjects of a project by name, and of those that are shared with it.

    Who is bound to a site sees the subjects that this site alone submitted something of.
    """
    wanted = request.asked(SubjectQuery)
    if wanted.label:
        found = _labelled(services, request, wanted.label)
        return Answer(SubjectPage(subjects=found, next=None))
    entries = heapq.merge(_own(services, request, wanted), _shares(services, request, wanted))
    names, following = page(entries, limit=wanted.limit, place=str)
    return Answer(SubjectPage(subjects=_shown_many(services, request, names), next=following))


def show(services: Services, request: Request) -> Answer:
    """One subject."""
    found = subject_of_path(services, request)
    return Answer(_shown(found), etag=found.etag)


def create(services: Services, request: Request) -> Answer:
    """A new subject without sessions, with a label of its own.

    The card is written first: a subject that somebody made is never without its label.

    Raises:
        Conflict: another subject has this label, or this name.
    """
    project, label = request.project, request.body(NewSubject).label
    key = subject_key(label)
    known = services.subjects.subject(project, key)
    if known is not None:
        if not services.cards.card(project, Level.SUBJECT, key).label:
            raise Conflict("There is a subject of this name: give that one the label.")
        key = f"s-{services.random(RANDOM_BYTES).hex()}"
    card = services.cards.card(project, Level.SUBJECT, key)
    labelled_card = written(services, replace(card, label=label), before=card)
    subject = Subject(
        project,
        key,
        created_at=timestamp(services.now()),
        created_by=request.caller.user,
        sites=(request.presence.site,) if request.presence.site else (),
    )
    services.subjects.create(subject)
    tell(services, project, Level.SUBJECT, key, what="created")
    found = FoundSubject(key, subject, labelled_card)
    return Answer(_shown(found), etag=found.etag)


def edit(services: Services, request: Request) -> Answer:
    """Changes what is said of a subject; through a share, its label there alone is of there.

    Raises:
        Forbidden: it belongs to another project, where the caller may not edit.
        InvalidRequest, Conflict: fields that the project does not have so, or a label in use.
        Outdated: somebody else changed it since it was read.
    """
    found, wanted = subject_of_path(services, request), request.body(SubjectEdit)
    owner = editable(services, request, found.share)
    check_unchanged(request, found.etag)
    _check_name_free(services, request, wanted.label, name=found.name)
    card, here = edited_cards(
        services, wanted, card=found.card, here=found.here, schema=owner.fields
    )
    tell(services, owner.name, Level.SUBJECT, found.subject.subject, what="edited")
    changed = replace(found, card=card, here=here)
    return Answer(_shown(changed), etag=changed.etag)


def sessions(services: Services, request: Request) -> Answer:
    """A page of the sessions of a subject; of a shared one, those that are shared too."""
    found, wanted = subject_of_path(services, request), request.asked(Page)
    owner, subject = found.subject.project, found.subject.subject
    uids = services.subjects.study_uids(owner, subject, after=wanted.after, page_size=wanted.reads)
    taken, following = page(uids, limit=wanted.limit, place=str)
    entries: Sequence[Study | Share]
    if found.share is None:
        studies = services.instances.studies_among(owner, taken)
        entries = [studies[uid] for uid in taken if uid in studies]
    else:
        shares = services.shares.among(request.project, Level.SESSION, taken)
        entries = [shares[uid] for uid in taken if uid in shares and shares[uid].source == owner]
    shown = shown_many(services, request, entries)
    return Answer(SessionPage(sessions=_of(found.name, shown), next=following))


def _of(subject: str, shown: Iterable[SessionShown]) -> list[SessionShown]:
    """Those that are sessions of the subject now: what led to them are hints."""
    return [session for session in shown if session.subject == subject]


def _own(services: Services, request: Request, wanted: SubjectQuery) -> Iterator[str]:
    site = request.presence.site
    if site:
        return services.subjects.keys_of_site(
            request.project, site, after=wanted.after, page_size=wanted.reads
        )
    subjects = services.subjects.subjects(
        request.project, after=wanted.after, page_size=wanted.reads
    )
    return (subject.subject for subject in subjects)


def _shares(services: Services, request: Request, wanted: SubjectQuery) -> Iterator[str]:
    if request.presence.site:
        return iter(())
    shares = services.shares.into(
        request.project, Level.SUBJECT, after=wanted.after, page_size=wanted.reads
    )
    return (shared_subject(share.source, share.name) for share in shares)


def _shown_many(services: Services, request: Request, names: Sequence[str]) -> list[SubjectShown]:
    """Those of the subjects that the caller may see, in order, read a hundred a call."""
    project, presence = request.project, request.presence
    subjects = services.subjects.known(project, names)
    places = [(Level.SUBJECT, name) for name in names]
    cards = services.cards.many(project, places)
    deleted = services.tombstones.among(project, places)
    shared = _shared(services, request, set(names) - set(subjects), here=cards)
    found: list[FoundSubject] = []
    for name, place in zip(names, places, strict=True):
        if name in shared:
            found.append(shared[name])
        elif name in subjects and place not in deleted and presence.sees(subjects[name].sites):
            found.append(FoundSubject(name, subjects[name], cards[place]))
    return [_shown(each) for each in found]


def _shared(
    services: Services,
    request: Request,
    names: Iterable[str],
    *,
    here: Mapping[tuple[Level, str], Card],
) -> dict[str, FoundSubject]:
    """Those of the shared subjects that are still there."""
    if request.presence.site:
        return {}
    shares = services.shares.among(request.project, Level.SUBJECT, names)
    found: dict[str, FoundSubject] = {}
    for source in living(services, shares.values()):
        own = {share.name: name for name, share in shares.items() if share.source == source}
        places = [(Level.SUBJECT, subject) for subject in own]
        subjects = services.subjects.known(source, own)
        cards = services.cards.many(source, places)
        deleted = services.tombstones.among(source, places)
        for key, subject in subjects.items():
            name, place = own[key], (Level.SUBJECT, key)
            if place not in deleted:
                local = here[Level.SUBJECT, name]
                found[name] = FoundSubject(name, subject, cards[place], shares[name], local)
    return found


def _labelled(services: Services, request: Request, label: str) -> list[SubjectShown]:
    name = services.labels.name_of(request.project, Level.SUBJECT, label)
    if name is None:
        return []
    try:
        return [_shown(subject_named(services, request, name))]
    except (NotFound, Gone):
        return []


def _check_name_free(services: Services, request: Request, label: str, *, name: str) -> None:
    """Keeps one subject from being labelled as another one is named.

    Raises:
        Conflict: it would be.
    """
    if label and label != name and services.subjects.subject(request.project, label) is not None:
        raise Conflict("Another subject of the project has this name: choose another label.")


def _shown(found: FoundSubject) -> SubjectShown:
    return SubjectShown.model_validate(
        {
            **card_values(found.card),
            "label": found.label,
            "subject": found.name,
            "created_at": found.subject.created_at,
            "created_by": found.subject.created_by,
            "shared_from": found.share.source if found.share else None,
        }
    )
