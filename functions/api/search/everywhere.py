"""Search across the projects of the caller, sorted, in pages that never repeat or miss a hit."""

from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import Field

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Query, Shown
from functions.api.search.part import Part
from functions.api.search.studies import DATES, dates_of
from functions.api.services import Services
from scanloft.core.annotations import Level
from scanloft.core.errors import Conflict
from scanloft.core.identifiers import PROJECT
from scanloft.core.search import Criteria, Cursor, Hit, Order, Sort

PAGE_DEFAULT, PAGE_LIMIT = 50, 500
TEXT_LIMIT = 64
PROJECTS_LIMIT = 50
PROJECTS = f"^({PROJECT.pattern}(,{PROJECT.pattern}){{0,{PROJECTS_LIMIT - 1}}})?$"
ASSIGNMENT = r"[a-z][a-z0-9_]{0,31}=[^;=]{0,128}"
FIELDS = f"^({ASSIGNMENT}(;{ASSIGNMENT}){{0,9}})?$"

Short = Annotated[str, Field(max_length=TEXT_LIMIT)]


class Wanted(Query):
    """What to search for, in which order, and which page."""

    level: Literal["subject", "session", "scan"] = "session"
    project: Annotated[
        str, Field(pattern=PROJECTS, description="names with commas between, all if empty")
    ] = ""
    public: Annotated[
        bool, Field(description="also in public projects that you are no member of")
    ] = False
    subject: Annotated[str, Field(max_length=TEXT_LIMIT, description="all of its key")] = ""
    label: Annotated[str, Field(max_length=TEXT_LIMIT, description="a part of it")] = ""
    study_date: Annotated[
        str, Field(pattern=DATES, description="YYYYMMDD, or a range YYYYMMDD-YYYYMMDD")
    ] = ""
    modality: Short = ""
    text: Annotated[
        str, Field(max_length=TEXT_LIMIT, description="a part of description, label or subject")
    ] = ""
    body_part: Short = ""
    quality: Short = ""
    fields: Annotated[str, Field(pattern=FIELDS, description="custom fields, as visit=1;arm=a")] = (
        ""
    )
    sort: Sort = Sort.DATE
    descending: bool = True
    after: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,1024}$")] | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT


class HitShown(Shown):
    """A subject, session or scan that fits."""

    level: Level
    project: str
    subject: str
    study_uid: str
    series_uid: str
    label: str
    study_date: str
    description: str
    modalities: list[str]
    quality: str
    fields: dict[str, str | int | float | bool]
    sessions: int
    scans: int
    instances: int
    size_bytes: int


class HitPage(Shown):
    """A page of hits; `next` is the place to go on after, null once all is read.

    `in_parts`: there is more data than one request reads. The hits of one part are in order and
    come before those of the next; a page may have few of them, or none, and still a next one.
    """

    hits: list[HitShown]
    next: str | None
    in_parts: bool


def found(services: Services, request: Request) -> Answer:
    """A page of what fits, in the projects that the caller may read now.

    Raises:
        Conflict: `after` is no place of a search in this order.
    """
    wanted = request.asked(Wanted)
    cursor, order = _cursor(wanted), Order(wanted.sort, wanted.descending)
    part = Part(
        services,
        request.caller,
        Level(wanted.level),
        criteria=_criteria(wanted),
        projects=tuple(filter(None, wanted.project.split(","))),
        public=wanted.public,
    )
    hits = part.hits(begin=cursor.begin, end=cursor.end)
    page = order.first(hits, after=cursor.after, limit=wanted.limit + 1)
    following = _following(cursor, part, page, limit=wanted.limit, order=order)
    return Answer(
        HitPage(
            hits=[_shown(hit) for hit in islice(page, wanted.limit)],
            next=following.to_text() if following else None,
            in_parts=part.end is not None or cursor.begin.project != "",
        )
    )


def _following(
    cursor: Cursor, part: Part, page: list[Hit], *, limit: int, order: Order
) -> Cursor | None:
    if len(page) > limit:
        return Cursor(cursor.begin, end=part.end, after=order.key(page[limit - 1]))
    return Cursor(part.end) if part.end else None


def _cursor(wanted: Wanted) -> Cursor:
    if wanted.after is None:
        return Cursor()
    try:
        return Cursor.from_text(wanted.after, sort=wanted.sort)
    except ValueError:
        raise Conflict(
            '"after" is not the place of a search in this order: begin without it.'
        ) from None


def _criteria(wanted: Wanted) -> Criteria:
    first, last = dates_of(wanted.study_date)
    assignments = filter(None, wanted.fields.split(";"))
    return Criteria(
        subject=wanted.subject,
        label=wanted.label,
        first_date=first,
        last_date=last,
        modality=wanted.modality,
        text=wanted.text,
        body_part=wanted.body_part,
        quality=wanted.quality,
        fields=dict(_assigned(assignment) for assignment in assignments),
    )


def _assigned(assignment: str) -> tuple[str, str]:
    name, _, value = assignment.partition("=")
    return name, value


def _shown(hit: Hit) -> HitShown:
    described: dict[str, Any] = {
        name: getattr(hit, name) for name in HitShown.model_fields if name != "modalities"
    }
    return HitShown(**described | {"fields": dict(hit.fields), "modalities": list(hit.modalities)})
