"""Who became whom: old and new identifiers of a project, in pages of bounded size."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Literal

from pydantic import Field

from functions.api.custody.doors import CustodyAct, signed_in
from functions.api.custody.services import CustodyServices
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Query, Shown
from scanloft.aws.pseudonyms import PATIENT, UID, Pair, PairPlace
from scanloft.core.csv_text import csv_text

PAGE_DEFAULT, PAGE_LIMIT = 1000, 5000
READ_LIMIT = 50_000
"""How many pairs one request reads, about 5 MB, however few of them are of the wanted kind."""
PLACE = re.compile(r"([0-9a-f]{64})-([0-9]{1,7})")
CSV = "text/csv"
HEADER = ("id_old", "id_new")


class Wanted(Query):
    """Which pairs: so many after a place, as JSON or as CSV."""

    after: Annotated[str, Field(pattern=f"^{PLACE.pattern}$")] | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT
    format: Literal["json", "csv"] = "json"


class PairShown(Shown):
    """What an identifier was, and what it is in the archive."""

    id_old: str
    id_new: str


class PairPage(Shown):
    """A page of pairs, each once on it; `next` is the place to go on after, null at the end."""

    pairs: list[PairShown]
    next: str | None


def _listed(kind: str) -> CustodyAct:
    def listed(services: CustodyServices, request: Request) -> Answer:
        wanted = request.asked(Wanted)
        recorded = services.pseudonyms.recorded(request.project, after=_place(wanted.after))
        found, following = _page(recorded, kind=kind, limit=wanted.limit)
        if wanted.format == "csv":
            return _as_csv(found, following)
        shown = [PairShown(id_old=_text(old), id_new=_text(new)) for old, new in found]
        return Answer(PairPage(pairs=shown, next=following))

    return signed_in(listed)


patients = _listed(PATIENT)
"""A page of Patient IDs and what they became."""
uids = _listed(UID)
"""A page of UIDs and what they became."""


def _page(
    recorded: Iterator[tuple[PairPlace, str, Pair]], *, kind: str, limit: int
) -> tuple[list[Pair], str | None]:
    found: dict[Pair, None] = {}
    last: PairPlace | None = None
    for place, its_kind, pair in islice(recorded, READ_LIMIT):
        last = place
        if its_kind == kind:
            found[pair] = None
        if len(found) == limit:
            break
    more = last is not None and next(recorded, None) is not None
    return list(found), f"{last.digest}-{last.number}" if more and last else None


def _place(text: str | None) -> PairPlace | None:
    match = PLACE.fullmatch(text or "")
    return PairPlace(match[1], int(match[2])) if match else None


def _as_csv(found: list[Pair], following: str | None) -> Answer:
    headers = {"Content-Disposition": 'attachment; filename="pairs.csv"'}
    if following:
        headers["Link"] = f'<?after={following}&format=csv>; rel="next"'
    text = csv_text([HEADER, *((_text(old), _text(new)) for old, new in found)])
    return Answer(None, text=text, media_type=CSV, headers=headers)


def _text(value: str) -> str:
    """The value as UTF-8 can write it: bytes that no character set explained are spelled out."""
    return value.encode("utf-8", "backslashreplace").decode()
