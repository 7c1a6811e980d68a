"""What one project has that fits: sessions and scans, as their images and their cards say."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from functions.api.services import Services
from scanloft.aws.access import Presence
from scanloft.core.annotations import Card, Level
from scanloft.core.hierarchy import subject_of
from scanloft.core.model import Attributes, Series, Study
from scanloft.core.search import Criteria, Hit

STUDY_DATE, DESCRIPTION, PATIENT_ID = "00080020", "00081030", "00100020"
SERIES_DESCRIPTION, MODALITY, BODY_PART = "0008103E", "00080060", "00180015"


@dataclass(slots=True)
class ProjectRooms:
    """One project as a caller sees it; cards and tombstones are read with its first study."""

    services: Services
    presence: Presence
    level: Level
    criteria: Criteria
    _opened: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The name of the project."""
        return self.presence.project.name

    def opened(self, study_uid: str) -> bool:
        """Whether the scans of a study had to be asked for."""
        return study_uid in self._opened

    def studies(self, *, after: str) -> Iterator[tuple[str, list[Hit]]]:
        """The studies after one, each with what of it fits; of subjects, their sessions."""
        rows = self.services.instances.studies(self.name, after=after or None)
        cards: Mapping[str, Card] | None = None
        for study in rows:
            if cards is None:
                cards, buried = self._cards(Level.SESSION), buried_in(self.services, self.name)
                scan_cards = self._cards(Level.SCAN) if self.level is Level.SCAN else {}
            card = cards.get(study.study_uid, Card(self.name, Level.SESSION, study.study_uid))
            session = _session(study, card)
            hidden = (
                not self.presence.sees(study.sites)
                or card.merged_into != ""
                or (Level.SESSION, study.study_uid) in buried
                or (Level.SUBJECT, session.subject) in buried
            )
            hits = [] if hidden else self._of_study(study, session, scan_cards)
            if buried:
                hits = [hit for hit in hits if (hit.level, hit.name) not in buried]
            yield study.study_uid, hits

    def _of_study(self, study: Study, session: Hit, scan_cards: Mapping[str, Card]) -> list[Hit]:
        if self.level is Level.SCAN:
            return list(self._scans(study, session, scan_cards))
        criteria = self.criteria.of_images() if self.level is Level.SUBJECT else self.criteria
        if not replace(criteria, body_part="").matches(session):
            return []
        if criteria.body_part:
            body_parts = (_first(one.attributes, BODY_PART) for one in self._series(study))
            session = replace(session, body_parts=tuple(body_parts))
        return [session] if criteria.matches(session) else []

    def _scans(self, study: Study, session: Hit, cards: Mapping[str, Card]) -> Iterator[Hit]:
        wanted = self.criteria
        of_session = Criteria(
            subject=wanted.subject,
            first_date=wanted.first_date,
            last_date=wanted.last_date,
            modality=wanted.modality,
        )
        if not of_session.matches(session):
            return
        for series in self._series(study):
            name = f"{study.study_uid}/{series.series_uid}"
            card = cards.get(name, Card(self.name, Level.SCAN, name))
            scan = _scan(series, session, card)
            if self.presence.sees(series.sites) and wanted.matches(scan):
                yield scan

    def _series(self, study: Study) -> Iterator[Series]:
        self._opened.add(study.study_uid)
        return self.services.instances.series_of_study(self.name, study.study_uid)

    def _cards(self, level: Level) -> Mapping[str, Card]:
        return {card.name: card for card in self.services.cards.all(self.name, level)}


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
