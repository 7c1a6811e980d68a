"""Search across projects: what fits, in which order, and where the next page begins."""

import base64
import binascii
import heapq
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple, Self

from scanloft.core.annotations import Level
from scanloft.core.identifiers import PROJECT, is_uid

Fields = Mapping[str, str | int | float | bool]


class Sort(StrEnum):
    """By what hits are ordered; the project and the name decide between equals."""

    DATE = "date"
    LABEL = "label"
    SUBJECT = "subject"
    PROJECT = "project"
    SIZE = "size"


class Key(NamedTuple):
    """Where a hit stands in the order: no two hits of a level have the same."""

    value: str | int
    project: str
    name: str


class Place(NamedTuple):
    """A study of a project, in the order in which projects and their studies are read."""

    project: str
    study_uid: str

    @property
    def is_possible(self) -> bool:
        """Whether there can be such a place; `BEGIN` is one."""
        if not self.project:
            return not self.study_uid
        is_study = self.study_uid in ("", PROJECT_END) or is_uid(self.study_uid)
        return is_study and PROJECT.fullmatch(self.project) is not None


BEGIN = Place("", "")
PROJECT_END = "~"
"""Stands for what comes after all studies of a project: UIDs have digits and dots."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A subject, session or scan; `name` is the one of its level in the project.

    Of a subject, dates and counts are those of the sessions that fit; its date is the latest.
    """

    level: Level
    project: str
    name: str
    subject: str
    study_uid: str = ""
    series_uid: str = ""
    label: str = ""
    study_date: str = ""
    description: str = ""
    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    quality: str = ""
    fields: Fields = field(default_factory=dict)
    sessions: int = 0
    scans: int = 0
    instances: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a hit must be like; empty texts match all, dates are "YYYYMMDD", both included."""

    subject: str = ""
    label: str = ""
    first_date: str = ""
    last_date: str = ""
    modality: str = ""
    text: str = ""
    body_part: str = ""
    quality: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def of_images(self) -> "Criteria":
        """What is asked of the images, not of the cards that people write."""
        return replace(self, label="", quality="", fields={})

    def of_cards(self) -> "Criteria":
        """What is asked of the cards."""
        return Criteria(label=self.label, quality=self.quality, fields=self.fields)

    def matches(self, hit: Hit) -> bool:
        """Whether the hit fits; without a date it fits only where no date is asked."""
        return (
            _is(self.subject, hit.subject)
            and _is_part_of(self.label, hit.label)
            and _is(self.quality, hit.quality)
            and self._has_date(hit.study_date)
            and _is_among(self.modality, hit.modalities)
            and _is_among(self.body_part, hit.body_parts)
            and _is_part_of(self.text, f"{hit.description}\n{hit.label}\n{hit.subject}")
            and all(_has_field(hit.fields, *wanted) for wanted in self.fields.items())
        )

    def _has_date(self, date: str) -> bool:
        if not (self.first_date or self.last_date):
            return True
        return date != "" and self.first_date <= date <= (self.last_date or "99999999")


@dataclass(frozen=True, slots=True)
class Order:
    """The order of hits."""

    sort: Sort
    descending: bool

    def key(self, hit: Hit) -> Key:
        """Where the hit stands."""
        value_by_sort: Mapping[Sort, str | int] = {
            Sort.DATE: hit.study_date,
            Sort.LABEL: hit.label.casefold(),
            Sort.SUBJECT: hit.subject,
            Sort.PROJECT: hit.project,
            Sort.SIZE: hit.size_bytes,
        }
        return Key(value_by_sort[self.sort], hit.project, hit.name)

    def first(self, hits: Iterable[Hit], *, after: Key | None, limit: int) -> list[Hit]:
        """The first hits after a key; so many are held in memory, however many there are."""
        later = (hit for hit in hits if after is None or self._follows(self.key(hit), after))
        choose = heapq.nlargest if self.descending else heapq.nsmallest
        return choose(limit, later, key=self.key)

    def _follows(self, key: Key, after: Key) -> bool:
        return key < after if self.descending else key > after


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins: in the part of the data between two places, after a key.

    One request reads a bounded part of all projects. `begin` is where its part begins, `end` where
    it ended; empty while it is not known. Hits are in order within each part.
    """

    begin: Place = BEGIN
    end: Place | None = None
    after: Key | None = None

    def to_text(self) -> str:
        """The cursor as text of letters, digits, `-` and `_`."""
        described = [*self.begin, *(self.end or ("", "")), *(self.after or ())]
        text = json.dumps(described, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def from_text(cls, text: str, *, sort: Sort) -> Self:
        """The cursor that the text holds.

        Raises:
            ValueError: it holds none, or one of another order.
        """
        try:
            described = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (binascii.Error, UnicodeDecodeError, RecursionError):
            raise ValueError("This is no cursor.") from None
        if not isinstance(described, list) or len(described) not in (4, 7):
            raise ValueError("This is no cursor.")
        kinds = [str] * 4 + ([int if sort is Sort.SIZE else str, str, str])
        if [type(part) for part in described] != kinds[: len(described)]:
            raise ValueError("This is no cursor of this order.")
        begin, end = Place(described[0], described[1]), Place(described[2], described[3])
        if not (begin.is_possible and end.is_possible and (end == BEGIN or end > begin)):
            raise ValueError("There are no such places.")
        return cls(
            begin=begin,
            end=end if end != BEGIN else None,
            after=Key(*described[4:]) if len(described) == 7 else None,
        )


def _is(wanted: str, found: str) -> bool:
    return not wanted or wanted.casefold() == found.casefold()


def _is_part_of(wanted: str, found: str) -> bool:
    return wanted.casefold() in found.casefold()


def _is_among(wanted: str, found: Iterable[str]) -> bool:
    return not wanted or wanted.casefold() in {each.casefold() for each in found}


def _has_field(fields: Fields, name: str, wanted: str) -> bool:
    if name not in fields:
        return False
    value = fields[name]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.casefold() == wanted.casefold()
