"""The lookup table of a project: which Patient ID becomes which, and what it still lacks."""

import base64
import binascii
from typing import Annotated

from pydantic import Field

from functions.api.custody.doors import signed_in
from functions.api.custody.services import CustodyServices
from functions.api.edge.pages import PAGE_DEFAULT, PAGE_LIMIT, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Query, Shown
from scanloft.core.errors import Conflict, NotFound

ENTRY_LIMIT = 1000
Key = Annotated[str, Field(min_length=3, max_length=200)]
Place = Annotated[str, Field(min_length=1, max_length=1024, pattern="^[A-Za-z0-9_=-]+$")]


class Wanted(Query):
    """Which page of a list of keys; a place does not show the key that it stands for."""

    after: Place | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT


class Named(Query):
    """The key of one entry, as "ptid/1234"."""

    key: Key


class Entry(Body):
    """A key as "ptid/1234", and the value that it becomes, or "@ptid/1234" that it leads on to."""

    key: Key
    new: Annotated[str, Field(min_length=1, max_length=200)]


class Entries(Body):
    """Entries to add, or to change where the key is there already."""

    entries: Annotated[list[Entry], Field(min_length=1, max_length=ENTRY_LIMIT)]


class EntryShown(Shown):
    """An entry of the lookup table."""

    key: str
    new: str


class EntryPage(Shown):
    """A page of the lookup table."""

    entries: list[EntryShown]
    next: str | None


class MissingPage(Shown):
    """A page of keys that images asked for and that the table lacks."""

    keys: list[str]
    next: str | None


class Written(Shown):
    """How many entries were written."""

    written: int


class Removed(Shown):
    """How many entries were removed."""

    removed: int


@signed_in
def listed(services: CustodyServices, request: Request) -> Answer:
    """A page of the lookup table."""
    wanted = request.asked(Wanted)
    entries = services.pseudonyms.entries(
        request.project, after=_key(wanted.after), page_size=wanted.limit + 1
    )
    found, following = page(entries, limit=wanted.limit, place=lambda entry: _place(entry[0]))
    shown = [EntryShown(key=key, new=new) for key, new in found]
    return Answer(EntryPage(entries=shown, next=following))


@signed_in
def missing(services: CustodyServices, request: Request) -> Answer:
    """A page of what the lookup table lacks."""
    wanted = request.asked(Wanted)
    keys = services.pseudonyms.missing(
        request.project, after=_key(wanted.after), page_size=wanted.limit + 1
    )
    found, following = page(keys, limit=wanted.limit, place=_place)
    return Answer(MissingPage(keys=found, next=following))


@signed_in
def put(services: CustodyServices, request: Request) -> Answer:
    """Adds entries; images that waited for them are retried from quarantine.

    Raises:
        InvalidProfile: an entry that cannot be used; none is written then.
        Conflict: a key that is there twice with two values.
    """
    entries = request.body(Entries).entries
    new_by_key: dict[str, str] = {}
    for entry in entries:
        if new_by_key.setdefault(entry.key, entry.new) != entry.new:
            raise Conflict("A key is there twice with two values: keep one of them.")
    services.pseudonyms.put_lookup(request.project, new_by_key)
    return Answer(Written(written=len(new_by_key)))


@signed_in
def remove(services: CustodyServices, request: Request) -> Answer:
    """Takes one entry out; what was archived by it stays as it is.

    Raises:
        NotFound: there is no such entry.
    """
    if not services.pseudonyms.remove_entry(request.project, request.asked(Named).key):
        raise NotFound("The lookup table has no such key.")
    return Answer(Removed(removed=1))


def _place(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _key(place: str | None) -> str | None:
    if place is None:
        return None
    try:
        key = base64.urlsafe_b64decode(place).decode()
    except (binascii.Error, UnicodeDecodeError):
        key = ""
    if not key:
        raise Conflict('"after" is not the place of a page: begin without it.')
    return key
