from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import sampled_from
from moto import mock_aws

from scanloft.aws.cards import CardIndex
from scanloft.aws.labels import RUNS_S, LabelIndex
from scanloft.aws.rows import Row, Rows
from scanloft.core.annotations import Card, Level
from scanloft.core.errors import Conflict, Outdated
from scanloft.core.items_of_people import label_item
from tests.functions.api.tables import new_rows

MARKS = count()


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rows]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield new_rows()


class Desk:
    """Somebody who labels sessions of alpha."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.cards = CardIndex(rows)
        self.labels = LabelIndex(rows, self.cards)
        self.now = 1000

    def read(self, name: str) -> Card:
        return self.cards.card("alpha", Level.SESSION, name)

    def write(self, before: Card, label: str) -> Card:
        card = replace(before, label=label)
        mark = f"m{next(MARKS)}"
        return self.labels.put(card, before=before.label, now=self.now, mark=lambda: mark)

    def give(self, name: str, label: str) -> Card:
        return self.write(self.read(name), label)

    def bearer(self, label: str) -> str | None:
        return self.labels.name_of("alpha", Level.SESSION, label)


def test_of_many_labels_those_are_told_that_something_bears(rows: Rows) -> None:
    desk = Desk(rows)
    desk.write(desk.read("1.2"), "Before")
    desk.write(desk.read("1.5"), "after")
    desk.write(desk.write(desk.read("1.7"), "never"), "")
    unfinished = label_item("alpha", Level.SESSION, "claimed")
    rows.put_new(unfinished, {"name": "1.9", "at": 0, "mark": "x"})
    asked = ["before", "BEFORE", "after", "never", "claimed", "none"]
    found = desk.labels.borne("alpha", Level.SESSION, asked)
    assert found == {"before", "BEFORE", "after"}
    assert desk.labels.borne("alpha", Level.SUBJECT, asked) == set()
    assert desk.labels.borne("beta", Level.SESSION, asked) == set()


def test_a_label_belongs_to_one_whatever_its_case(rows: Rows) -> None:
    desk = Desk(rows)
    desk.give("1.1", "Visit")
    with pytest.raises(Conflict):
        desk.give("1.2", "VISIT")
    assert desk.bearer("visit") == "1.1"
    assert desk.give("1.1", "VISIT").label == "VISIT"
    desk.give("1.1", "Other")
    assert desk.bearer("visit") is None
    assert desk.give("1.2", "visit").label == "visit"


def test_a_claim_of_somebody_who_is_just_writing_is_not_taken_over(rows: Rows) -> None:
    desk = Desk(rows)
    claim: Row = {"name": "1.9", "at": desk.now, "mark": "theirs"}
    rows.put(label_item("alpha", Level.SESSION, "a"), claim)
    desk.now += RUNS_S
    with pytest.raises(Conflict):
        desk.give("1.1", "a")
    desk.now += 1
    assert desk.give("1.1", "a").label == "a"


def test_an_edit_that_came_too_late_does_not_free_the_label_of_the_one_before(rows: Rows) -> None:
    desk = Desk(rows)
    old = desk.read("1.1")
    desk.write(old, "a")
    with pytest.raises(Outdated):
        desk.write(old, "a")
    with pytest.raises(Conflict):
        desk.give("1.2", "a")


def test_who_leaves_a_label_late_does_not_free_it_for_who_came_back(rows: Rows) -> None:
    """The first of two edits gives up the label only after the second has it again."""
    desk = Desk(rows)
    desk.give("1.1", "a")
    left = desk.labels._claim("alpha", Level.SESSION, "a")
    desk.give("1.1", "b")
    desk.give("1.1", "a")
    assert left
    desk.labels._release("alpha", Level.SESSION, "a", left)
    assert desk.bearer("a") == "1.1"


def test_removing_a_card_frees_its_label(rows: Rows) -> None:
    desk = Desk(rows)
    card = desk.give("1.1", "a")
    desk.labels.release(card)
    desk.cards.remove("alpha", Level.SESSION, "1.1")
    assert desk.give("1.2", "a").label == "a"


class Power(Exception):
    """The process ended here."""


class Labelling(RuleBasedStateMachine):
    """Several people label sessions, and some break off at any call."""

    def __init__(self) -> None:
        super().__init__()
        self.mock = mock_aws()
        self.mock.start()
        self.desk = Desk(new_rows())

    def teardown(self) -> None:
        self.mock.stop()

    @rule(name=sampled_from(["1.1", "1.2", "1.3"]), label=sampled_from(["", "a", "b", "A"]))
    def give(self, name: str, label: str) -> None:
        self.desk.now += 1
        try:
            self.desk.give(name, label)
        except Conflict:
            return

    @rule(
        name=sampled_from(["1.1", "1.2"]),
        label=sampled_from(["a", "b"]),
        place=sampled_from(range(1, 8)),
    )
    def break_off(self, name: str, label: str, place: int) -> None:
        calls = count(1)

        def end(**_: object) -> None:
            if next(calls) == place:
                raise Power

        events = self.desk.rows._client.meta.events
        events.register("after-call", end)
        try:
            self.desk.give(name, label)
        except (Power, Conflict):
            pass
        finally:
            events.unregister("after-call", end)

    @rule()
    def wait(self) -> None:
        self.desk.now += RUNS_S + 1

    @invariant()
    def no_label_is_borne_twice(self) -> None:
        labels = [
            card.label.casefold()
            for card in self.desk.cards.all("alpha", Level.SESSION)
            if card.label
        ]
        assert len(labels) == len(set(labels))

    @invariant()
    def every_label_leads_to_who_bears_it(self) -> None:
        for card in self.desk.cards.all("alpha", Level.SESSION):
            if card.label:
                assert self.desk.bearer(card.label) == card.name


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")


Labelling.TestCase.settings = settings(max_examples=8, stateful_step_count=12, deadline=None)
TestLabelling = Labelling.TestCase
