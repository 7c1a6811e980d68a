"""Finding what a path names: of the project itself, or of another one that shares it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from functions.api.edge.request import Request
from functions.api.hierarchy.refusals import (
    both_rights,
    gone,
    no_scan,
    no_session,
    no_subject,
    of_another_project,
)
from functions.api.services import Services
from scanloft.aws.access import Presence
from scanloft.contents.standing import hidden_by_level
from scanloft.core.annotations import Card, Level, Share, Subject
from scanloft.core.errors import Forbidden, Gone, NotFound
from scanloft.core.hierarchy import (
    is_subject,
    parse_shared_subject,
    scan_name,
    shared_subject,
    subject_of,
)
from scanloft.core.identifiers import is_uid
from scanloft.core.model import Project, ProjectState, Series, Study
from scanloft.core.roles import Right


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session, its card in the project that owns it, and the share by which it is seen here.

    `here` is the card that it has in the project that it is shared with: its label there.
    """

    study: Study
    card: Card
    share: Share | None = None
    here: Card | None = None

    @property
    def label(self) -> str:
        """Its label in the project of the path."""
        return self.here.label if self.here else self.card.label

    @property
    def subject(self) -> str:
        """Its subject as it is called in the project of the path."""
        subject = subject_of(self.study.attributes, self.card)
        return shared_subject(self.share.source, subject) if self.share else subject

    @property
    def etag(self) -> str:
        """Changes with the cards and, after the dot, with what the images say."""
        here = f"-{self.here.revision}" if self.here else ""
        return f"{self.card.revision}{here}.{self.study.revision}"


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """A subject, its card in the project that owns it, and the share by which it is seen here."""

    name: str
    subject: Subject
    card: Card
    share: Share | None = None
    here: Card | None = None

    @property
    def label(self) -> str:
        """Its label in the project of the path."""
        return self.here.label if self.here else self.card.label

    @property
    def etag(self) -> str:
        """Changes with the cards."""
        here = f"-{self.here.revision}" if self.here else ""
        return f"{self.card.revision}{here}.0"


@dataclass(frozen=True, slots=True)
class FoundScan:
    """A scan with its card, and the session that it is of."""

    session: FoundSession
    series: Series
    card: Card

    @property
    def etag(self) -> str:
        """Changes with the card and, after the dot, with what the images say."""
        return f"{self.card.revision}.{self.series.revision}"


def session_of(services: Services, request: Request) -> FoundSession:
    """The session of the path.

    Raises:
        NotFound: there is none, or the caller may not see it.
        Gone: it is deleted.
    """
    return session_named(services, request, request.path["study"])


def session_named(services: Services, request: Request, study_uid: str) -> FoundSession:
    """A session by its UID; what is shared stands behind what the project has itself.

    Raises:
        NotFound, Gone: as `session_of`.
    """
    if not is_uid(study_uid):
        raise no_session()
    project, presence = request.project, request.presence
    study = services.instances.study(project, study_uid)
    hidden_by = hidden_by_level(services.shelves, project, study_uid, study)
    if study is not None and hidden_by is None:
        if not presence.sees(study.sites):
            raise no_session()
        return FoundSession(study, services.cards.card(project, Level.SESSION, study_uid))
    if presence.site:
        raise no_session()
    share = services.shares.granted(project, Level.SESSION, study_uid)
    if share is not None:
        return _shared_session(services, share)
    if hidden_by is not None:
        raise gone(hidden_by)
    raise no_session()


def own_session(services: Services, request: Request) -> FoundSession:
    """The session of the path, of this project itself.

    Raises:
        Conflict: it belongs to another project.
        NotFound, Gone: as `session_of`.
    """
    found = session_of(services, request)
    if found.share is not None:
        raise of_another_project()
    return found


def scan_of(services: Services, request: Request) -> FoundScan:
    """The scan of the path.

    Raises:
        NotFound: there is none, or the caller may not see it.
        Gone: it or its session is deleted.
    """
    session, series_uid = session_of(services, request), request.path["series"]
    if not is_uid(series_uid):
        raise no_scan()
    project, study_uid = session.study.project, session.study.study_uid
    name = scan_name(study_uid, series_uid)
    if services.tombstones.one(project, Level.SCAN, name) is not None:
        raise gone(Level.SCAN)
    series = services.instances.series(project, study_uid, series_uid)
    if series is None:
        raise no_scan()
    return FoundScan(session, series, services.cards.card(project, Level.SCAN, name))


def subject_of_path(services: Services, request: Request) -> FoundSubject:
    """The subject of the path.

    Raises:
        NotFound: there is none, or the caller may not see it.
        Gone: it is deleted.
    """
    return subject_named(services, request, request.path["subject"])


def subject_named(services: Services, request: Request, name: str) -> FoundSubject:
    """A subject by its name in this project.

    Raises:
        NotFound, Gone: as `subject_of_path`.
    """
    shared = parse_shared_subject(name)
    if shared is not None and not request.presence.site:
        share = services.shares.granted(request.project, Level.SUBJECT, name)
        if share is not None:
            return _shared_subject(services, share, name=name)
    if not is_subject(name):
        raise no_subject()
    project = request.project
    subject = services.subjects.subject(project, name)
    if subject is None or not request.presence.sees(subject.sites):
        raise no_subject()
    if services.tombstones.one(project, Level.SUBJECT, name) is not None:
        raise gone(Level.SUBJECT)
    return FoundSubject(name, subject, services.cards.card(project, Level.SUBJECT, name))


def own_subject(services: Services, request: Request) -> FoundSubject:
    """The subject of the path, of this project itself.

    Raises:
        Conflict: it belongs to another project.
        NotFound, Gone: as `subject_of_path`.
    """
    found = subject_of_path(services, request)
    if found.share is not None:
        raise of_another_project()
    return found


def owner_of(services: Services, share: Share) -> Project | None:
    """The project that owns what is shared, None where it is deleted: then the share has ended."""
    return living(services, [share]).get(share.source)


def living(services: Services, shares: Iterable[Share]) -> dict[str, Project]:
    """The projects that own what is shared, but for deleted ones, by name."""
    found = services.projects.projects({share.source for share in shares})
    return {
        name: project
        for name, project in found.items()
        if project.state is not ProjectState.DELETED
    }


def editable(services: Services, request: Request, share: Share | None) -> Project:
    """The project that owns what is to be edited; an edit through a share needs rights in both.

    Raises:
        Forbidden: the caller may not edit in the project that owns it.
    """
    if share is None:
        return request.presence.project
    try:
        presence = services.access.enter(request.caller, project=share.source, rights=(Right.EDIT,))
    except (NotFound, Forbidden, Gone):
        raise both_rights() from None
    if presence.site:
        raise both_rights()
    return presence.project


def merged_into(
    services: Services, presence: Presence, cards: Iterable[Card]
) -> Mapping[str, list[Study]]:
    """The sessions that are merged into those with these cards, by the UID of the latter.

    Those that the caller would not see on their own are left out.
    """
    project = presence.project.name
    root_by_name = {name: card.name for card in cards for name in card.merged}
    if not root_by_name:
        return {}
    places = [(Level.SESSION, name) for name in root_by_name]
    theirs = services.cards.many(project, places)
    deleted = services.tombstones.among(project, places)
    studies = services.instances.studies_among(project, root_by_name)
    found: dict[str, list[Study]] = {}
    for name, root in root_by_name.items():
        place = (Level.SESSION, name)
        is_part = theirs[place].merged_into == root and place not in deleted
        if is_part and name in studies and presence.sees(studies[name].sites):
            found.setdefault(root, []).append(studies[name])
    return found


def _shared_session(services: Services, share: Share) -> FoundSession:
    if owner_of(services, share) is None:
        raise no_session()
    study = services.instances.study(share.source, share.name)
    hidden_by = hidden_by_level(services.shelves, share.source, share.name, study)
    if hidden_by is not None:
        raise gone(hidden_by)
    if study is None:
        raise no_session()
    return FoundSession(
        study,
        services.cards.card(share.source, Level.SESSION, share.name),
        share,
        services.cards.card(share.target, Level.SESSION, share.name),
    )


def _shared_subject(services: Services, share: Share, *, name: str) -> FoundSubject:
    if owner_of(services, share) is None:
        raise no_subject()
    if services.tombstones.one(share.source, Level.SUBJECT, share.name) is not None:
        raise gone(Level.SUBJECT)
    subject = services.subjects.subject(share.source, share.name)
    if subject is None:
        raise no_subject()
    card = services.cards.card(share.source, Level.SUBJECT, share.name)
    here = services.cards.card(share.target, Level.SUBJECT, name)
    return FoundSubject(name, subject, card, share, here)
