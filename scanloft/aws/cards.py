"""Cards in the index table: what people say of subjects, sessions and scans."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scanloft.aws.rows import Rows
from scanloft.core.annotations import Card, Level
from scanloft.core.errors import Outdated
from scanloft.core.items_of_people import card_item, cards_partition

Place = tuple[Level, str]
"""A level and a name, as `Card` has them."""


class CardIndex:
    """The cards of all projects; what has no card yet has an empty one."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def card(self, project: str, level: Level, name: str) -> Card:
        """The card of one, an empty one of revision 0 where there is none."""
        row = self._rows.get(card_item(project, level, name))
        return Card(project, level, name) if row is None else _card(row)

    def many(self, project: str, places: Iterable[Place]) -> dict[Place, Card]:
        """The cards of several, a hundred a call; empty ones for those without."""
        places = list(places)
        rows = self._rows.get_many(card_item(project, *place) for place in places)
        found = {_place(row): _card(row) for row in rows.values()}
        return {place: found.get(place, Card(project, *place)) for place in places}

    def all(self, project: str, level: Level) -> Iterator[Card]:
        """All cards of a level that there are."""
        return map(_card, self._rows.query(cards_partition(project), sort_prefix=f"{level}#"))

    def put(self, card: Card) -> Card:
        """Writes a card over the revision that it was read at; as it is then is the answer.

        Raises:
            Outdated: somebody else changed it since.
        """
        row = {
            "project": card.project,
            "level": card.level.value,
            "name": card.name,
            "label": card.label,
            "notes": card.notes,
            "quality": card.quality,
            "fields": json.dumps(dict(card.fields), sort_keys=True),
            "subject": card.subject,
            "merged_into": card.merged_into,
            "merged": list(card.merged),
            "revision": card.revision + 1,
        }
        key = card_item(card.project, card.level, card.name)
        if card.revision == 0:
            written = self._rows.put_new(key, row)
        else:
            written = self._rows.put_if(
                key, row, condition="#revision = :revision", values={"revision": card.revision}
            )
        if not written:
            raise Outdated("Somebody changed this meanwhile: read it again.")
        return _card(row)

    def remove(self, project: str, level: Level, name: str) -> None:
        """Removes a card; no error where there is none."""
        self._rows.delete(card_item(project, level, name))


def _place(row: Mapping[str, Any]) -> Place:
    return Level(row["level"]), row["name"]


def _card(row: Mapping[str, Any]) -> Card:
    return Card(
        project=row["project"],
        level=Level(row["level"]),
        name=row["name"],
        label=row["label"],
        notes=row["notes"],
        quality=row["quality"],
        fields=json.loads(row["fields"]),
        subject=row["subject"],
        merged_into=row["merged_into"],
        merged=tuple(row["merged"]),
        revision=row["revision"],
    )
