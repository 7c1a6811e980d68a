"""What one project has that fits: sessions and scans, as their images and their cards say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from functions.api.services import Services
from scanloft.aws.access import Presence
from scanloft.core.annotations import Card, Level
from scanloft.core.batching import batches
from scanloft.core.hierarchy import subject_of
from scanloft.core.model import Attributes, Series, Study
from scanloft.core.search import Criteria, Hit

STUDY_DATE, DESCRIPTION, PATIENT_ID = "00080020", "00081030", "00100020"
SERIES_DESCRIPTION, MODALITY, BODY_PART = "0008103E", "00080060", "00180015"
STUDIES_AT_ONCE = 100
"""Their cards take one call; no card is read of a study that is not."""


@dataclass(slots=True)
class ProjectRooms:
    """One project as a caller sees it; tombstones are read with its first study."""

    services: Services
    presence: Presence
    level: Level
    criteria: Criteria
    _scans_by_study: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the project."""
        return self.presence.project.name

    def scans_read(self, study_uid: str) -> int | None:
        """How many scans of a study were read; None if it was not asked for them."""
        return self._scans_by_study.get(study_uid)

    def studies(self, *, after: str) -> Iterator[tuple[str, list[Hit]]]:
        """The studies after one, each with what of it fits; of subjects, their sessions."""
        buried: set[tuple[Level, str]] | None = None
        for study, card in self._studies(after):
            if buried is None:
                buried = buried_in(self.services, self.name)
            session = _session(study, card)
            hidden = (
                not self.presence.sees(study.sites)
                or card.merged_into != ""
                or (Level.SESSION, study.study_uid) in buried
                or (Level.SUBJECT, session.subject) in buried
            )
            hits = [] if hidden else self._of_study(study, session)
            if buried:
                hits = [hit for hit in hits if (hit.level, hit.name) not in buried]
            yield study.study_uid, hits

    def _studies(self, after: str) -> Iterator[tuple[Study, Card]]:
        rows = self.services.instances.studies(self.name, after=after or None)
        for studies in batches(rows, size=STUDIES_AT_ONCE):
            places = [(Level.SESSION, study.study_uid) for study in studies]
            cards = self.services.cards.many(self.name, places)
            yield from zip(studies, (cards[place] for place in places), strict=True)

    def _of_study(self, study: Study, session: Hit) -> list[Hit]:
        if self.level is Level.SCAN:
            return list(self._scans(study, session))
        criteria = self.criteria.of_images() if self.level is Level.SUBJECT else self.criteria
        if not replace(criteria, body_part="").matches(session):
            return []
        if criteria.body_part:
            body_parts = (_first(one.attributes, BODY_PART) for one in self._series(study))
            session = replace(session, body_parts=tuple(body_parts))
        return [session] if criteria.matches(session) else []

    def _scans(self, study: Study, session: Hit) -> Iterator[Hit]:
        wanted = self.criteria
        of_session = Criteria(
            subject=wanted.subject,
            first_date=wanted.first_date,
            last_date=wanted.last_date,
            modality=wanted.modality,
        )
        if not of_session.matches(session):
            return
        seen = [series for series in self._series(study) if self.presence.sees(series.sites)]
        places = [(Level.SCAN, f"{study.study_uid}/{series.series_uid}") for series in seen]
        cards = self.services.cards.many(self.name, places)
        for series, place in zip(seen, places, strict=True):
            scan = _scan(series, session, cards[place])
            if wanted.matches(scan):
                yield scan

    def _series(self, study: Study) -> list[Series]:
        found = list(self.services.instances.series_of_study(self.name, study.study_uid))
        self._scans_by_study[study.study_uid] = len(found)
        return found


def grouped(
    services: Services, presence: Presence, sessions: Iterable[Hit], criteria: Criteria
) -> list[Hit]:
    """The subjects that the sessions are of, where their own cards fit too.

    Who is bound to a site finds the subjects that this site alone submitted something of: what
    people say of others may be about the data of another site.
    """
    project = presence.project.name
    by_subject: dict[str, list[Hit]] = {}
    for session in sessions:
        by_subject.setdefault(session.subject, []).append(session)
    if presence.site:
        known = services.subjects.known(project, by_subject)
        own = {name for name, subject in known.items() if presence.sees(subject.sites)}
        by_subject = {name: found for name, found in by_subject.items() if name in own}
    places = [(Level.SUBJECT, subject) for subject in by_subject]
    cards = services.cards.many(project, places)
    subjects = [
        _subject(project, subject, cards[Level.SUBJECT, subject], found)
        for subject, found in by_subject.items()
    ]
    return [subject for subject in subjects if criteria.of_cards().matches(subject)]


def buried_in(services: Services, project: str) -> set[tuple[Level, str]]:
    """What was deleted in a project, by level and name."""
    return {(each.level, each.name) for each in services.tombstones.all(project)}


def _session(study: Study, card: Card) -> Hit:
    return Hit(
        level=Level.SESSION,
        project=study.project,
        name=study.study_uid,
        subject=subject_of(study.attributes, card),
        study_uid=study.study_uid,
        label=card.label,
        study_date=_first(study.attributes, STUDY_DATE),
        description=_first(study.attributes, DESCRIPTION),
        modalities=study.modalities,
        quality=card.quality,
        fields=card.fields,
        sessions=1,
        scans=study.series_count,
        instances=study.instance_count,
        size_bytes=study.size_bytes,
    )


def _scan(series: Series, session: Hit, card: Card) -> Hit:
    return Hit(
        level=Level.SCAN,
        project=session.project,
        name=card.name,
        subject=session.subject,
        study_uid=session.study_uid,
        series_uid=series.series_uid,
        label=card.label,
        study_date=session.study_date,
        description=_first(series.attributes, SERIES_DESCRIPTION),
        modalities=(_first(series.attributes, MODALITY),),
        body_parts=(_first(series.attributes, BODY_PART),),
        quality=card.quality,
        fields=card.fields,
        sessions=1,
        scans=1,
        instances=series.instance_count,
        size_bytes=series.size_bytes,
    )


def _subject(project: str, subject: str, card: Card, sessions: list[Hit]) -> Hit:
    return Hit(
        level=Level.SUBJECT,
        project=project,
        name=subject,
        subject=subject,
        label=card.label,
        study_date=max(session.study_date for session in sessions),
        modalities=tuple(sorted({each for session in sessions for each in session.modalities})),
        quality=card.quality,
        fields=card.fields,
        sessions=len(sessions),
        scans=sum(session.scans for session in sessions),
        instances=sum(session.instances for session in sessions),
        size_bytes=sum(session.size_bytes for session in sessions),
    )


def _first(attributes: Attributes, tag: str) -> str:
    values = attributes.get(tag, ())
    return str(values[0]).strip() if values else ""
