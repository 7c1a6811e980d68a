"""Projects that are being removed for good, in the index table: since when, and how far it is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scanloft.aws.rows import Rows
from scanloft.core.items import ItemKey
from scanloft.core.items_of_people import CONDEMNED, condemned_item


@dataclass(frozen=True, slots=True)
class Condemned:
    """A project that is out of sight; its rows up to `scanned_to` are gone."""

    project: str
    since: datetime
    scanned_to: ItemKey | None = None


class CondemnedIndex:
    """The projects that are being removed."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, condemned: Condemned) -> None:
        """Condemns a project, or writes down how far its removal is."""
        self._rows.put(condemned_item(condemned.project), _row(condemned))

    def all(self) -> Iterator[Condemned]:
        """All of them."""
        for row in self._rows.query(CONDEMNED):
            place = json.loads(row["scanned_to"])
            since = datetime.fromisoformat(row["since"])
            yield Condemned(row["project"], since, ItemKey(*place) if place else None)

    def remove(self, project: str) -> None:
        """Nothing is left of the project."""
        self._rows.delete(condemned_item(project))


def _row(condemned: Condemned) -> dict[str, str]:
    return {
        "project": condemned.project,
        "since": condemned.since.isoformat(),
        "scanned_to": json.dumps(condemned.scanned_to),
    }
