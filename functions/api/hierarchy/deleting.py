"""Deleting scans, sessions and subjects, for thirty days to be undone.

A tombstone hides what it is of at once; the rows that searches read go when summarise has been
told. It is told twice: before the tombstone is written or removed, with a delay that no request
outlives, and after it. So an end in the middle leaves nothing that is not put right.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from functions.api.edge.clock import timestamp
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.hierarchy.cards import tell
from functions.api.hierarchy.places import (
    FoundSession,
    merged_into,
    scan_of,
    session_of,
    subject_of_path,
)
from functions.api.hierarchy.refusals import no_scan, no_session, no_subject
from functions.api.hierarchy.sharing import end
from functions.api.services import Services
from scanloft.aws.access import Presence
from scanloft.core.annotations import Level, Tombstone
from scanloft.core.errors import Conflict, Gone, NotFound
from scanloft.core.hierarchy import is_subject, scan_name, subject_of
from scanloft.core.identifiers import is_uid
from scanloft.core.model import Study
from scanloft.core.series_changed import SeriesChanged

KEPT = timedelta(days=30)
SESSIONS_LIMIT = 5000
"""How many sessions one request can delete: it has half a minute."""
DELAY_S = 60
"""Longer than a request may take."""


class Deleted(Shown):
    """What was deleted: until when it can come back, and how many sessions with it.

    What another project owns is `unshared`: it stays there as it was.
    """

    level: Level
    name: str
    deleted_at: str
    until: str
    sessions: int
    unshared: bool = False


def delete_scan(services: Services, request: Request) -> Answer:
    """Deletes a scan; its neighbours stay."""
    study_uid, series_uid = request.path["study"], request.path["series"]
    place = (Level.SCAN, scan_name(study_uid, series_uid))
    there = _deleted_before(services, request, place)
    if there is None:
        found = scan_of(services, request)
        if found.session.share is not None:
            raise Conflict("This belongs to another project: only the session can be unshared.")
    changed = [SeriesChanged(request.project, study_uid, series_uid)]
    return _delete(services, request, place, changed=changed, along=(), there=there)


def delete_session(services: Services, request: Request) -> Answer:
    """Deletes a session with those that were merged into it; a shared one is unshared only."""
    place = (Level.SESSION, request.path["study"])
    there = _deleted_before(services, request, place)
    along: list[str] = []
    if there is None:
        found = session_of(services, request)
        if found.share is not None:
            end(services, found.share)
            return _unshared(services, place)
        if found.card.merged_into:
            raise Conflict("This session is a part of another one: undo the merge first.")
        along = [part.study_uid for part in _parts(services, request, found)]
    uids = [request.path["study"], *along, *(_along(services, request, place) if there else ())]
    changed = [SeriesChanged(request.project, uid, "") for uid in uids]
    return _delete(services, request, place, changed=changed, along=along, there=there)


def delete_subject(services: Services, request: Request) -> Answer:
    """Deletes a subject with its sessions; a shared one is unshared only.

    Raises:
        Conflict: it has too many sessions for one request.
    """
    name = request.path["subject"]
    place = (Level.SUBJECT, name)
    there = _deleted_before(services, request, place) if is_subject(name) else None
    if there is None:
        found = subject_of_path(services, request)
        if found.share is not None:
            end(services, found.share)
            return _unshared(services, place)
    along = [study.study_uid for study in sessions_of(services, request.presence, name)]
    uids = {*along, *(_along(services, request, place) if there else ())}
    changed = [SeriesChanged(request.project, uid, "") for uid in sorted(uids)]
    return _delete(services, request, place, changed=changed, along=along, there=there)


def undelete_scan(services: Services, request: Request) -> Answer:
    """Brings a scan back."""
    study_uid, series_uid = request.path["study"], request.path["series"]
    if not is_uid(study_uid) or not is_uid(series_uid):
        raise no_scan()
    changed = [SeriesChanged(request.project, study_uid, series_uid)]
    place = (Level.SCAN, scan_name(study_uid, series_uid))
    return _undelete(services, request, _tombstone(services, request, place), changed=changed)


def undelete_session(services: Services, request: Request) -> Answer:
    """Brings a session back, and those that were deleted along with it.

    One that was deleted with its subject brings that back too, without its other sessions.

    Raises:
        Conflict: it was deleted as a part of another one, or moved to another project.
    """
    if not is_uid(request.path["study"]):
        raise no_session()
    place = (Level.SESSION, request.path["study"])
    tombstone = _tombstone(services, request, place)
    level, _, above = tombstone.along_with.partition("#")
    if level == Level.SESSION:
        raise Conflict("This was deleted as a part of another session: bring that one back.")
    if level == Level.SUBJECT:
        for one in services.tombstones.among(request.project, [(Level.SUBJECT, above)]).values():
            services.tombstones.remove(one)
    uids = [tombstone.name, *_along(services, request, place)]
    changed = [SeriesChanged(request.project, uid, "") for uid in uids]
    return _undelete(services, request, tombstone, changed=changed)


def undelete_subject(services: Services, request: Request) -> Answer:
    """Brings a subject back with the sessions that were deleted along with it."""
    if not is_subject(request.path["subject"]):
        raise no_subject()
    place = (Level.SUBJECT, request.path["subject"])
    tombstone = _tombstone(services, request, place)
    changed = [SeriesChanged(request.project, uid, "") for uid in _along(services, request, place)]
    return _undelete(services, request, tombstone, changed=changed)


def sessions_of(services: Services, presence: Presence, subject: str) -> list[Study]:
    """The sessions of a subject that are not deleted, those that were merged too.

    Raises:
        Conflict: they are too many for one request.
    """
    project, uids = presence.project.name, list[str]()
    for uid in services.subjects.study_uids(project, subject):
        uids.append(uid)
        if len(uids) > SESSIONS_LIMIT:
            raise Conflict(
                f"This subject has more than {SESSIONS_LIMIT} sessions: delete some of them first."
            )
    studies = services.instances.studies_among(project, uids)
    places = [(Level.SESSION, uid) for uid in studies]
    cards = services.cards.many(project, places)
    deleted = services.tombstones.among(project, places)
    own = [
        studies[uid]
        for level, uid in places
        if (level, uid) not in deleted
        and not cards[level, uid].merged_into
        and subject_of(studies[uid].attributes, cards[level, uid]) == subject
    ]
    parts = merged_into(services, presence, [cards[Level.SESSION, one.study_uid] for one in own])
    return [*own, *(part for one in own for part in parts.get(one.study_uid, ()))]


def _delete(
    services: Services,
    request: Request,
    place: tuple[Level, str],
    *,
    changed: Sequence[SeriesChanged],
    along: Iterable[str],
    there: Tombstone | None,
) -> Answer:
    """Writes the tombstones, those of what goes along first, and has the rows computed anew."""
    level, name = place
    now = services.now()
    made = there or Tombstone(
        project=request.project,
        level=level,
        name=name,
        deleted_at=timestamp(now),
        deleted_by=request.caller.user,
        until=timestamp(now + KEPT),
    )
    bodies = [message.to_body() for message in changed]
    services.summarise.send_many(bodies, delay_s=DELAY_S)
    for uid in along:
        services.tombstones.put(
            Tombstone(
                project=request.project,
                level=Level.SESSION,
                name=uid,
                deleted_at=made.deleted_at,
                deleted_by=made.deleted_by,
                until=made.until,
                along_with=f"{level}#{name}",
            )
        )
    services.tombstones.put(made)
    services.summarise.send_many(bodies)
    tell(services, request.project, level, name, what="deleted")
    return Answer(_shown(made, sessions=_sessions(changed)))


def _unshared(services: Services, place: tuple[Level, str]) -> Answer:
    level, name = place
    at = timestamp(services.now())
    return Answer(
        Deleted(level=level, name=name, deleted_at=at, until="", sessions=0, unshared=True)
    )


def _undelete(
    services: Services,
    request: Request,
    tombstone: Tombstone,
    *,
    changed: Sequence[SeriesChanged],
) -> Answer:
    """Removes the tombstones, that of the thing itself last, and has the rows computed anew."""
    bodies = [message.to_body() for message in changed]
    services.summarise.send_many(bodies, delay_s=DELAY_S)
    own = (tombstone.level, tombstone.name)
    places = [(Level.SESSION, message.study_uid) for message in changed]
    for one in services.tombstones.among(request.project, places).values():
        if (one.level, one.name) != own and one.along_with == _mark(own):
            services.tombstones.remove(one)
    services.tombstones.remove(tombstone)
    services.summarise.send_many(bodies)
    tell(services, request.project, tombstone.level, tombstone.name, what="undeleted")
    return Answer(_shown(tombstone, sessions=_sessions(changed)))


def _tombstone(services: Services, request: Request, place: tuple[Level, str]) -> Tombstone:
    """Raises:
    NotFound: this is not deleted.
    Conflict: it was moved to another project.
    Gone: it is too late.
    """
    found = services.tombstones.one(request.project, *place)
    if found is None:
        raise NotFound("Nothing of this name is deleted in this project.")
    if found.moved_to:
        raise Conflict("This was moved to another project: move it back from there.")
    if found.until <= timestamp(services.now()):
        raise Gone("This was deleted more than 30 days ago: it is being removed for good.")
    return found


def _deleted_before(
    services: Services, request: Request, place: tuple[Level, str]
) -> Tombstone | None:
    """The tombstone that an earlier request wrote: deleting again finishes what it began."""
    found = services.tombstones.one(request.project, *place)
    return None if found is None or found.moved_to else found


def _along(services: Services, request: Request, place: tuple[Level, str]) -> list[str]:
    """The sessions that were deleted along with something."""
    mark = _mark(place)
    tombstones = services.tombstones.all(request.project)
    return [one.name for one in tombstones if one.along_with == mark]


def _parts(services: Services, request: Request, found: FoundSession) -> Sequence[Study]:
    parts = merged_into(services, request.presence, [found.card])
    return parts.get(found.study.study_uid, [])


def _mark(place: tuple[Level, str]) -> str:
    return f"{place[0]}#{place[1]}"


def _sessions(changed: Iterable[SeriesChanged]) -> int:
    return sum(1 for message in changed if not message.series_uid)


def _shown(tombstone: Tombstone, *, sessions: int) -> Deleted:
    return Deleted(
        level=tombstone.level,
        name=tombstone.name,
        deleted_at=tombstone.deleted_at,
        until=tombstone.until,
        sessions=sessions,
    )
