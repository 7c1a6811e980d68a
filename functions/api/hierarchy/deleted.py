"""What is deleted and can come back, and what a delete would take along."""

from collections.abc import Sequence

from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.hierarchy.deleting import sessions_of
from functions.api.hierarchy.places import merged_into, own_session, own_subject
from functions.api.services import Services
from scanloft.core.annotations import Level, Tombstone
from scanloft.core.hierarchy import merged, scan_name
from scanloft.core.model import Study
from scanloft.core.overlap import overlapped

THREADS = 16


class DeletedShown(Shown):
    """Something that is deleted; with `moved_to` it is in another project, and does not return."""

    level: Level
    name: str
    deleted_at: str
    deleted_by: str
    until: str
    along_with: str | None
    moved_to: str | None


class DeletedPage(Shown):
    """A page of what is deleted."""

    deleted: list[DeletedShown]
    next: str | None


class Consequences(Shown):
    """How much goes along with something that is deleted."""

    sessions: int
    scans: int
    instances: int
    size_bytes: int
    resources: int
    shares: int


def listed(services: Services, request: Request) -> Answer:
    """A page of what is deleted in a project, by level and name."""
    wanted = request.asked(Page)
    entries = services.tombstones.all(request.project, after=wanted.after, page_size=wanted.reads)
    taken, following = page(entries, limit=wanted.limit, place=_named)
    return Answer(DeletedPage(deleted=[_shown(one) for one in taken], next=following))


def of_session(services: Services, request: Request) -> Answer:
    """What goes along with a session."""
    found = own_session(services, request)
    parts = merged_into(services, request.presence, [found.card])
    studies = [found.study, *parts.get(found.study.study_uid, ())]
    return _counted(services, request.project, studies, above=[])


def of_subject(services: Services, request: Request) -> Answer:
    """What goes along with a subject."""
    subject = own_subject(services, request).subject.subject
    studies = sessions_of(services, request.presence, subject)
    return _counted(services, request.project, studies, above=[(Level.SUBJECT, subject)])


def _counted(
    services: Services, project: str, studies: Sequence[Study], *, above: list[tuple[Level, str]]
) -> Answer:
    scans, instances, size_bytes, _ = merged(studies)

    def below(study: Study) -> int:
        series = services.instances.series_of_study(project, study.study_uid)
        names = [(Level.SCAN, scan_name(row.study_uid, row.series_uid)) for row in series]
        places = [(Level.SESSION, study.study_uid), *names]
        return sum(_resources(services, project, place) for place in places)

    counts = overlapped(studies, below, threads=THREADS)
    for count in counts:
        if isinstance(count, Exception):
            raise count
    places = [*above, *((Level.SESSION, study.study_uid) for study in studies)]
    return Answer(
        Consequences(
            sessions=len(studies),
            scans=scans,
            instances=instances,
            size_bytes=size_bytes,
            resources=sum(count for count in counts if isinstance(count, int))
            + sum(_resources(services, project, place) for place in above),
            shares=sum(_shares(services, project, place) for place in places),
        )
    )


def _resources(services: Services, project: str, place: tuple[Level, str]) -> int:
    return sum(1 for _ in services.resources.resources(project, *place))


def _shares(services: Services, project: str, place: tuple[Level, str]) -> int:
    return sum(1 for _ in services.shares.of(project, *place))


def _named(one: Tombstone) -> str:
    return f"{one.level}#{one.name}"


def _shown(one: Tombstone) -> DeletedShown:
    return DeletedShown(
        level=one.level,
        name=one.name,
        deleted_at=one.deleted_at,
        deleted_by=one.deleted_by,
        until=one.until,
        along_with=one.along_with or None,
        moved_to=one.moved_to or None,
    )
