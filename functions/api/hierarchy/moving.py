"""Where a session belongs: its subject, and the session that it is a part of."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body
from functions.api.hierarchy.cards import tell
from functions.api.hierarchy.places import own_session, session_named, subject_named
from functions.api.hierarchy.sessions import show
from functions.api.services import Services
from scanloft.core.annotations import Level
from scanloft.core.errors import Conflict
from scanloft.core.hierarchy import MERGED_LIMIT, SUBJECT
from scanloft.core.identifiers import UID

StudyUid = Annotated[str, Field(max_length=64, pattern=f"^{UID.pattern}$")]


class NewPlace(Body):
    """The subject that a session is of from now on; "" for the one that its images name."""

    subject: Annotated[str, Field(max_length=64, pattern=f"^({SUBJECT.pattern})?$")]


class Merge(Body):
    """The session that this one is a part of."""

    into: StudyUid


def move(services: Services, request: Request) -> Answer:
    """Moves a session to another subject of the project; no image is touched.

    What leads from the subject to it is written first: it is a hint, the card decides.

    Raises:
        Conflict: it is a part of another session, or belongs to another project.
        NotFound: there is no such subject.
    """
    found, subject = own_session(services, request), request.body(NewPlace).subject
    if found.card.merged_into:
        raise _is_part()
    card = replace(found.card, subject=subject)
    if subject:
        target = subject_named(services, request, subject).subject
        services.subjects.note(
            target.project,
            target.subject,
            study_uid=found.study.study_uid,
            sites=found.study.sites,
        )
    if card != found.card:
        services.cards.put(card)
        tell(services, request.project, Level.SESSION, card.name, what="moved")
    return show(services, request)


def merge(services: Services, request: Request) -> Answer:
    """Makes a session that was split a part of another one; no image is touched.

    The card of the other one is written first: whoever merges that one elsewhere at the same
    time has read an older one, so that one of the two is refused and no circle can come about.

    Raises:
        Conflict: the two are not of one subject, or one of them is merged already.
        Outdated: somebody else changed one of them meanwhile.
    """
    found = own_session(services, request)
    into = session_named(services, request, request.body(Merge).into)
    uid, target = found.study.study_uid, into.card
    if found.card.merged_into == target.name and uid in target.merged:
        return show(services, request)
    if into.share is not None or into.subject != found.subject or uid == target.name:
        raise Conflict("Only two sessions of one subject of this project can be merged.")
    if found.card.merged_into or target.merged_into or _parts(services, request, found.card.merged):
        raise Conflict("One of the two is merged with a session already: undo that first.")
    if len(target.merged) >= MERGED_LIMIT:
        raise Conflict(f"At most {MERGED_LIMIT} sessions can be merged into one.")
    services.cards.put(replace(target, merged=tuple(sorted({*target.merged, uid}))))
    services.cards.put(replace(found.card, merged_into=target.name))
    tell(services, request.project, Level.SESSION, uid, what="merged")
    return show(services, request)


def unmerge(services: Services, request: Request) -> Answer:
    """Makes a merged session one of its own again.

    Raises:
        Conflict: it is not merged.
    """
    found = own_session(services, request)
    if not found.card.merged_into:
        raise Conflict("This session is not a part of another one.")
    root = services.cards.card(request.project, Level.SESSION, found.card.merged_into)
    services.cards.put(replace(found.card, merged_into=""))
    left = tuple(name for name in root.merged if name != found.card.name)
    services.cards.put(replace(root, merged=left))
    tell(services, request.project, Level.SESSION, found.card.name, what="unmerged")
    return show(services, request)


def _parts(services: Services, request: Request, names: tuple[str, ...]) -> bool:
    """Whether any of these is merged into the session of the path, deleted ones too."""
    places = [(Level.SESSION, name) for name in names]
    cards = services.cards.many(request.project, places)
    return any(card.merged_into == request.path["study"] for card in cards.values())


def _is_part() -> Conflict:
    return Conflict("This session is a part of another one: move that one, or undo the merge.")
