"""QIDO-RS: studies, series and instances that match (PS3.18 10.6)."""

import gzip
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from functions.dicomweb.addresses import dicomweb_url, series_url, study_url
from functions.dicomweb.request import PRIVATE, Request
from functions.dicomweb.services import Services
from scanloft.aws.gateway import Reply
from scanloft.core.accept import DICOM_JSON, JSON, MediaType, choose
from scanloft.core.attributes import Attribute, Level, attributes_json
from scanloft.core.errors import Oversized
from scanloft.core.model import Attributes, Instance, Series, Study
from scanloft.core.query import Query, parse_query, study_order

STUDY_UID = "0020000D"
LOOKUP_LIMIT = 100
"""Up to so many studies are looked up one by one; for more, all are read."""
PARTITION_LIMIT = 1000
"""How many studies or series one search looks into for what is in them."""
INSTANCE_LIMIT = 100_000
GZIP_FROM_BYTES = 2048
OFFERS = (MediaType(DICOM_JSON), MediaType(JSON))

Row = TypeVar("Row")

_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def studies(services: Services, request: Request) -> Reply:
    """The matching studies, the latest first."""
    media, query = _asked(request, Level.STUDY)
    found = iter(_studies(services, request.project, query))
    return _page(services, request, query=query, found=found, media=media, defaults=Level.STUDY)


def series(services: Services, request: Request) -> Reply:
    """The matching series of a study or, study by study, of the project."""
    media, query = _asked(request, Level.SERIES)
    found = (entry for entry in _series(services, request, query) if query.matches(entry))
    defaults = Level.SERIES if "study" in request.path else Level.STUDY
    return _page(services, request, query=query, found=found, media=media, defaults=defaults)


def instances(services: Services, request: Request) -> Reply:
    """The matching instances of a series, of a study or, series by series, of the project."""
    media, query = _asked(request, Level.INSTANCE)
    found = _instances(services, request, query)
    nested = Level.INSTANCE if "series" in request.path else Level.SERIES
    defaults = nested if "study" in request.path else Level.STUDY
    return _page(services, request, query=query, found=found, media=media, defaults=defaults)


def _asked(request: Request, level: Level) -> tuple[MediaType, Query]:
    return choose(request.accept, OFFERS), parse_query(request.query, level=level)


def _studies(services: Services, project: str, query: Query) -> list[Attributes]:
    uids = query.uids(STUDY_UID)
    rows: Iterable[Study | None] = services.index.studies(project)
    if 0 < len(uids) <= LOOKUP_LIMIT:
        rows = (services.index.study(project, uid) for uid in uids)
    entries = [_of_study(services, row) for row in rows if row is not None]
    found = [entry for entry in entries if query.matches(entry, level=Level.STUDY)]
    return sorted(found, key=lambda entry: study_order(str(entry[STUDY_UID][0]), entry))


def _series(services: Services, request: Request, query: Query) -> Iterator[Attributes]:
    """All series of the studies that match, the rows of the studies deciding where they differ."""
    for above in _studies_above(services, request, query):
        study_uid = str(above[STUDY_UID][0])
        for row in services.index.series_of_study(request.project, study_uid):
            yield {**row.attributes, **above, **_of_series(services, row)}


def _instances(services: Services, request: Request, query: Query) -> Iterator[Attributes]:
    series_above = _bounded(_series_above(services, request, query), limit=PARTITION_LIMIT)
    rows = (
        (above, row)
        for above in series_above
        for row in services.index.instances(
            request.project, str(above[STUDY_UID][0]), str(above["0020000E"][0])
        )
    )
    for above, row in _bounded(rows, limit=INSTANCE_LIMIT):
        entry = {**row.attributes, **above, **_of_instance(services, row)}
        if query.matches(entry):
            yield entry


def _studies_above(services: Services, request: Request, query: Query) -> Iterator[Attributes]:
    """The studies to look into; the one of the path even before it is summed up."""
    if "study" not in request.path:
        yield from _bounded(_studies(services, request.project, query), limit=PARTITION_LIMIT)
        return
    study_uid = request.uid("study")
    row = services.index.study(request.project, study_uid)
    yield _of_study(services, row) if row else {STUDY_UID: (study_uid,)}


def _series_above(services: Services, request: Request, query: Query) -> Iterator[Attributes]:
    if "series" not in request.path:
        found = _series(services, request, query)
        yield from (entry for entry in found if query.matches(entry, level=Level.SERIES))
        return
    series_uid = request.uid("series")
    (above,) = _studies_above(services, request, query)
    row = services.index.series(request.project, request.uid("study"), series_uid)
    own = {**row.attributes, **_of_series(services, row)} if row else {}
    yield {**own, **above, "0020000E": (series_uid,)}


def _bounded(rows: Iterable[Row], *, limit: int) -> Iterator[Row]:
    """The rows, up to a limit.

    Raises:
        Oversized: there are more, so that the search would cost too much.
    """
    for place, row in enumerate(rows):
        if place == limit:
            raise Oversized(
                "This search would look into too much at once: narrow it by StudyInstanceUID, "
                "StudyDate or another attribute of the study.",
                limit=limit,
            )
        yield row


def _of_study(services: Services, study: Study) -> Attributes:
    return {
        **study.attributes,
        STUDY_UID: (study.study_uid,),
        "00080056": ("ONLINE",),
        "00080061": study.modalities,
        "00081190": (study_url(services, study.project, study.study_uid),),
        "00201206": (study.series_count,),
        "00201208": (study.instance_count,),
    }


def _of_series(services: Services, series: Series) -> Attributes:
    url = series_url(services, series.project, series.study_uid, series.series_uid)
    return {
        "0020000E": (series.series_uid,),
        "00080056": ("ONLINE",),
        "00081190": (url,),
        "00201209": (series.instance_count,),
    }


def _of_instance(services: Services, row: Instance) -> Attributes:
    url = series_url(services, row.project, row.study_uid, row.series_uid)
    return {
        STUDY_UID: (row.study_uid,),
        "0020000E": (row.series_uid,),
        "00080016": (row.sop_class_uid,),
        "00080018": (row.sop_uid,),
        "00080056": ("ONLINE",),
        "00081190": (f"{url}/instances/{row.sop_uid}",),
        "00083002": (row.transfer_syntax_uid,),
    }


def _page(
    services: Services,
    request: Request,
    *,
    query: Query,
    found: Iterator[Attributes],
    media: MediaType,
    defaults: Level,
) -> Reply:
    """One page of what was found, as much of it as fits into an answer."""
    wanted = query.wanted(defaults_from=defaults)
    rest = islice(found, query.offset, None)
    limit = services.settings.body_limit_bytes
    texts, is_cut = _texts(rest, wanted, query=query, limit_bytes=limit)
    warnings = list(query.warnings)
    if is_cut:
        is_costly = "study" not in request.path and query.level > Level.STUDY
        amount = "" if is_costly else f"{1 + sum(1 for _ in rest)} "
        warnings.append(f"There are {amount}additional results that can be requested")
    headers = {"Cache-Control": "private, no-cache", **PRIVATE}
    if warnings:
        service = dicomweb_url(services, request.project)
        headers["Warning"] = ", ".join(f"299 {service}: {text}" for text in warnings)
    if not texts:
        return Reply(204, headers=headers)
    body = f"[{','.join(texts)}]"
    if not request.takes_gzip or len(body) < GZIP_FROM_BYTES:
        return Reply(200, body, media.name, headers)
    packed = gzip.compress(body.encode(), 3, mtime=0)
    return Reply(200, packed, media.name, {**headers, "Content-Encoding": "gzip"})


def _texts(
    rest: Iterator[Attributes], wanted: list[Attribute], *, query: Query, limit_bytes: int
) -> tuple[list[str], bool]:
    """The JSON of the results of a page, and whether at least one more was taken from the rest."""
    texts: list[str] = []
    size_bytes = 2
    for entry in rest:
        text = _ENCODE(attributes_json(entry, wanted))
        size_bytes += len(text.encode()) + 1
        if len(texts) == query.limit or size_bytes > limit_bytes:
            return texts, True
        texts.append(text)
    return texts, False
