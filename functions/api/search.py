"""Search: the studies of a project as plain JSON, filtered, newest first; and what it holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from functions.api.fields import query_fields, query_whole
from functions.api.request import Answer, Request
from functions.api.services import Services
from scanloft.core.errors import InvalidRequest
from scanloft.core.model import Study

STUDY_DATE, DESCRIPTION, PATIENT_ID = "00080020", "00081030", "00100020"
PARAMETERS = ("patient_id", "study_date", "modality", "text", "limit", "offset")
PAGE_DEFAULT, PAGE_LIMIT, OFFSET_LIMIT = 100, 1000, 1_000_000
TEXT_LIMIT = 64
DATE_RANGE = re.compile(r"(?P<first>[0-9]{8})?(?P<dash>-)?(?P<last>[0-9]{8})?")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a study must be like; empty texts match all, dates are "YYYYMMDD", both included."""

    patient_id: str = ""
    first_date: str = ""
    last_date: str = "99999999"
    modality: str = ""
    text: str = ""

    def matches(self, study: Study) -> bool:
        """Whether the study passes; a study without a date passes only where no date is asked."""
        patient_id, date = _value(study, PATIENT_ID), _value(study, STUDY_DATE)
        asks_date = bool(self.first_date) or self.last_date != "99999999"
        return (
            (not self.patient_id or self.patient_id.casefold() == patient_id.casefold())
            and (not asks_date or (date != "" and self.first_date <= date <= self.last_date))
            and (not self.modality or self.modality.upper() in study.modalities)
            and self.text.casefold() in f"{_value(study, DESCRIPTION)}\n{patient_id}".casefold()
        )


def studies(services: Services, request: Request) -> Answer:
    """A page of the matching studies, the latest study date first, and how many match in all.

    Raises:
        InvalidRequest: a parameter that cannot be used.
    """
    query = query_fields(request.query, allowed=PARAMETERS)
    wanted = _filter(query)
    limit = query_whole(query, "limit", default=PAGE_DEFAULT, least=1, most=PAGE_LIMIT)
    offset = query_whole(query, "offset", default=0, least=0, most=OFFSET_LIMIT)
    found = [s for s in services.instances.studies(request.path["project"]) if wanted.matches(s)]
    found.sort(key=lambda study: study.study_uid)
    found.sort(key=lambda study: _value(study, STUDY_DATE), reverse=True)
    shown = [_shown(study) for study in found[offset : offset + limit]]
    return Answer({"studies": shown, "total": len(found), "offset": offset})


def summary(services: Services, request: Request) -> Answer:
    """How much a project holds: studies, series, instances, bytes, and what waits."""
    project = request.path["project"]
    held = list(services.instances.studies(project))
    return Answer(
        {
            "studies": len(held),
            "series": sum(study.series_count for study in held),
            "instances": sum(study.instance_count for study in held),
            "size_bytes": sum(study.size_bytes for study in held),
            "quarantined": sum(1 for _ in services.quarantine.items(project)),
        }
    )


def _filter(query: Mapping[str, str]) -> Filter:
    first, last = _dates(query.get("study_date", ""))
    return Filter(
        patient_id=_text(query, "patient_id"),
        first_date=first,
        last_date=last,
        modality=_text(query, "modality"),
        text=_text(query, "text"),
    )


def _dates(value: str) -> tuple[str, str]:
    match = DATE_RANGE.fullmatch(value)
    if match is None or value == "-" or (match["first"] and match["last"] and not match["dash"]):
        raise InvalidRequest('"study_date" must be YYYYMMDD, or a range as YYYYMMDD-YYYYMMDD.')
    if match["first"] and not match["dash"]:
        return match["first"], match["first"]
    return match["first"] or "", match["last"] or "99999999"


def _text(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "")
    if len(value) > TEXT_LIMIT:
        raise InvalidRequest(f'"{name}" has at most {TEXT_LIMIT} characters.')
    return value


def _value(study: Study, tag: str) -> str:
    values = study.attributes.get(tag, ())
    return str(values[0]) if values else ""


def _shown(study: Study) -> dict[str, object]:
    return {
        "study_uid": study.study_uid,
        "study_date": _value(study, STUDY_DATE),
        "description": _value(study, DESCRIPTION),
        "patient_id": _value(study, PATIENT_ID),
        "modalities": list(study.modalities),
        "series_count": study.series_count,
        "instance_count": study.instance_count,
        "size_bytes": study.size_bytes,
    }
