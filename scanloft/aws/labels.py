"""Labels in the index table: each belongs to one subject or session of a project.

A label is claimed before the card that has it is written, and released after another one was. A
claim that no card bears out belongs to who is just writing the card, or to somebody who broke off:
after a minute, which no request takes, it can be taken over.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scanloft.aws.cards import CardIndex
from scanloft.aws.rows import Row, Rows
from scanloft.core.annotations import Card, Level
from scanloft.core.errors import Conflict
from scanloft.core.items_of_people import label_item

RUNS_S = 60
"""Longer than a request may take."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a label was given to, when (seconds since 1970), and a mark of this very claim."""

    name: str
    at: int
    mark: str


class LabelIndex:
    """The labels of the subjects and sessions of all projects; letter case does not count."""

    def __init__(self, rows: Rows, cards: CardIndex) -> None:
        self._rows = rows
        self._cards = cards

    def name_of(self, project: str, level: Level, label: str) -> str | None:
        """The name of what bears the label, None where nothing does."""
        claim = self._claim(project, level, label)
        if claim is None or not self._is_borne(project, level, label, name=claim.name):
            return None
        return claim.name

    def borne(self, project: str, level: Level, labels: Iterable[str]) -> set[str]:
        """Those of the labels that something bears, a hundred a call."""
        places = {label_item(project, level, label): label for label in labels}
        claims = self._rows.get_many(places)
        name_by_label = {places[key]: row["name"] for key, row in claims.items()}
        cards = self._cards.many(project, [(level, name) for name in name_by_label.values()])
        return {
            label
            for label, name in name_by_label.items()
            if cards[level, name].label.casefold() == label.casefold()
        }

    def put(self, card: Card, *, before: str, now: int, mark: Callable[[], str]) -> Card:
        """Writes a card whose label is to be its own; `before` is the label that it had.

        Raises:
            Conflict: another subject or session of the project bears the label.
            Outdated: somebody else changed the card since it was read.
        """
        project, level, name = card.project, card.level, card.name
        if card.label.casefold() == before.casefold():
            return self._cards.put(card)
        left = self._claim(project, level, before) if before else None
        if card.label:
            self._take(project, level, card.label, claim=Claim(name, now, mark()))
        written = self._cards.put(card)
        if left is not None and left.name == name:
            self._release(project, level, before, left)
        return written

    def release(self, card: Card) -> None:
        """Gives up the label of a card that is removed."""
        claim = self._claim(card.project, card.level, card.label) if card.label else None
        if claim is not None and claim.name == card.name:
            self._release(card.project, card.level, card.label, claim)

    def _take(self, project: str, level: Level, label: str, *, claim: Claim) -> None:
        key = label_item(project, level, label)
        row: Row = {"name": claim.name, "at": claim.at, "mark": claim.mark}
        if self._rows.put_new(key, row):
            return
        there = self._claim(project, level, label)
        if there is None or not self._may_take(project, level, label, there=there, claim=claim):
            raise _taken(level)
        if not self._rows.put_if(key, row, condition="#mark = :mark", values={"mark": there.mark}):
            raise _taken(level)

    def _may_take(
        self, project: str, level: Level, label: str, *, there: Claim, claim: Claim
    ) -> bool:
        if there.name == claim.name:
            return True
        is_old = there.at + RUNS_S < claim.at
        return is_old and not self._is_borne(project, level, label, name=there.name)

    def _is_borne(self, project: str, level: Level, label: str, *, name: str) -> bool:
        card = self._cards.card(project, level, name)
        return card.label.casefold() == label.casefold()

    def _claim(self, project: str, level: Level, label: str) -> Claim | None:
        row = self._rows.get(label_item(project, level, label))
        return None if row is None else Claim(row["name"], row["at"], row["mark"])

    def _release(self, project: str, level: Level, label: str, claim: Claim) -> None:
        key = label_item(project, level, label)
        self._rows.delete_if(key, condition="#mark = :mark", values={"mark": claim.mark})


def _taken(level: Level) -> Conflict:
    return Conflict(f"Another {level} of the project has this label: choose another one.")
