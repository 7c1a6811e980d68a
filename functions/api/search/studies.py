"""Search: the studies of a project as plain JSON, filtered, newest first; and what it holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Query, Shown
from functions.api.search.sessions import buried_in
from functions.api.services import Services
from scanloft.core.annotations import Level
from scanloft.core.hierarchy import subject_of
from scanloft.core.model import Study
from scanloft.core.roles import Right

STUDY_DATE, DESCRIPTION, PATIENT_ID = "00080020", "00081030", "00100020"
PAGE_DEFAULT, PAGE_LIMIT, OFFSET_LIMIT = 100, 1000, 1_000_000
TEXT_LIMIT = 64
LAST_DATE = "99999999"
DATE_RANGE = re.compile(r"(?P<first>[0-9]{8})?(?P<dash>-)?(?P<last>[0-9]{8})?")
DATES = r"^([0-9]{8}|[0-9]{8}-|-[0-9]{8}|[0-9]{8}-[0-9]{8})?$"

Short = Annotated[str, Field(max_length=TEXT_LIMIT)]


class Wanted(Query):
    """What studies must be like, and which of them are shown."""

    patient_id: Short = ""
    study_date: Annotated[str, Field(pattern=DATES)] = ""
    modality: Short = ""
    text: Short = ""
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT
    offset: Annotated[int, Field(ge=0, le=OFFSET_LIMIT)] = 0


class StudyShown(Shown):
    """A study."""

    study_uid: str
    study_date: str
    description: str
    patient_id: str
    modalities: list[str]
    series_count: int
    instance_count: int
    size_bytes: int


class Found(Shown):
    """A page of the studies that match, and how many match in all."""

    studies: list[StudyShown]
    total: int
    offset: int


class Summary(Shown):
    """How much a project holds; what waits is null for those who may not review it."""

    studies: int
    series: int
    instances: int
    size_bytes: int
    quarantined: int | None


@dataclass(frozen=True, slots=True)
class Filter:
    """What a study must be like; empty texts match all, dates are "YYYYMMDD", both included."""

    patient_id: str = ""
    first_date: str = ""
    last_date: str = LAST_DATE
    modality: str = ""
    text: str = ""

    def matches(self, study: Study) -> bool:
        """Whether the study passes; a study without a date passes only where no date is asked."""
        patient_id, date = _value(study, PATIENT_ID), _value(study, STUDY_DATE)
        asks_date = bool(self.first_date) or self.last_date != LAST_DATE
        return (
            (not self.patient_id or self.patient_id.casefold() == patient_id.casefold())
            and (not asks_date or (date != "" and self.first_date <= date <= self.last_date))
            and (not self.modality or self.modality.upper() in study.modalities)
            and self.text.casefold() in f"{_value(study, DESCRIPTION)}\n{patient_id}".casefold()
        )


def studies(services: Services, request: Request) -> Answer:
    """A page of the matching studies, the latest study date first, and how many match in all."""
    asked = request.asked(Wanted)
    wanted, limit, offset = _filter(asked), asked.limit, asked.offset
    found = [study for study in _seen(services, request) if wanted.matches(study)]
    found.sort(key=lambda study: study.study_uid)
    found.sort(key=lambda study: _value(study, STUDY_DATE), reverse=True)
    shown = [_shown(study) for study in found[offset : offset + limit]]
    return Answer(Found(studies=shown, total=len(found), offset=offset))


def summary(services: Services, request: Request) -> Answer:
    """How much a project holds: studies, series, instances, bytes, and what waits."""
    held = list(_seen(services, request))
    waiting = services.quarantine.items(request.project)
    reviews = request.presence.may(Right.REVIEW)
    return Answer(
        Summary(
            studies=len(held),
            series=sum(study.series_count for study in held),
            instances=sum(study.instance_count for study in held),
            size_bytes=sum(study.size_bytes for study in held),
            quarantined=sum(1 for _ in waiting) if reviews else None,
        )
    )


def _seen(services: Services, request: Request) -> Iterator[Study]:
    """The studies of the project that the caller may see, without those that were deleted."""
    buried = buried_in(services, request.project)
    cards = services.cards.all(request.project, Level.SESSION) if buried else ()
    card_by_study = {card.name: card for card in cards}
    into = {name: card.merged_into or name for name, card in card_by_study.items()}
    held = list(services.instances.studies(request.project))
    subjects = {
        study.study_uid: subject_of(study.attributes, card_by_study.get(study.study_uid))
        for study in held
    }
    for study in held:
        uid = study.study_uid
        root = into.get(uid, uid)
        subject = subjects.get(root, subjects[uid])
        places = {(Level.SESSION, uid), (Level.SESSION, root), (Level.SUBJECT, subject)}
        if request.presence.sees(study.sites) and not places & buried:
            yield study


def _filter(asked: Wanted) -> Filter:
    first, last = dates_of(asked.study_date)
    return Filter(
        patient_id=asked.patient_id,
        first_date=first,
        last_date=last or LAST_DATE,
        modality=asked.modality,
        text=asked.text,
    )


def dates_of(value: str) -> tuple[str, str]:
    """The first and the last date of a range as `DATES` has them, "" where it is open."""
    match = DATE_RANGE.fullmatch(value)
    if match is None:
        return "", ""
    if match["first"] and not match["dash"]:
        return match["first"], match["first"]
    return match["first"] or "", match["last"] or ""


def _value(study: Study, tag: str) -> str:
    values = study.attributes.get(tag, ())
    return str(values[0]) if values else ""


def _shown(study: Study) -> StudyShown:
    return StudyShown(
        study_uid=study.study_uid,
        study_date=_value(study, STUDY_DATE),
        description=_value(study, DESCRIPTION),
        patient_id=_value(study, PATIENT_ID),
        modalities=list(study.modalities),
        series_count=study.series_count,
        instance_count=study.instance_count,
        size_bytes=study.size_bytes,
    )
