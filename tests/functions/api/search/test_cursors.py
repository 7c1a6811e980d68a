"""What cursors of the search show, what forged ones find, and how much one page reads."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.search import part
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.rows import Rows
from scanloft.core.annotations import Card, Level
from scanloft.core.model import Accessibility, ProjectState, Role
from scanloft.core.search import BEGIN, PROJECT_END, Cursor, Key, Place, Sort
from tests.functions.api.front import Front
from tests.functions.api.search.test_everywhere import search, study


def of(text: str) -> Cursor:
    return Cursor.from_text(text, sort=Sort.DATE)


@pytest.mark.parametrize("name", ["secret", "nosuch"])
@pytest.mark.parametrize(
    "forged",
    [
        Cursor(BEGIN, end=Place("aa", "")),
        Cursor(Place("secret", "")),
        Cursor(Place("secret", "1.1"), end=Place("secret", PROJECT_END)),
        Cursor(BEGIN, end=Place("zz", PROJECT_END), after=Key("9", "zz", "1")),
    ],
)
def test_a_forged_cursor_finds_no_project_that_is_hidden(
    front: Front, name: str, forged: Cursor
) -> None:
    front.project("secret")
    study(front, "1.2", project="secret")
    for query in ({"project": name}, {"project": name, "public": True}):
        page = search(front, "out", after=forged.to_text(), **query)
        assert (page["hits"], page["next"]) == ([], None)


def test_no_cursor_tells_the_name_of_a_project_that_is_hidden(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("aa-secret", "bb-open", "cc-deleted", "dd-open", "ee-secret"):
        front.project(name)
    for name in ("bb-open", "cc-deleted", "dd-open"):
        front.open_up(name, Accessibility.PUBLIC)
    front.turn("cc-deleted", ProjectState.DELETED, until="2999-01-01T00:00:00Z")
    monkeypatch.setattr(part, "READ_LIMIT", 1)
    told: list[str] = []
    page = search(front, "out", public=True)
    while page["next"] is not None:
        told.append(of(page["next"]).begin.project)
        page = search(front, "out", public=True, after=page["next"])
    assert told == ["bb-open", "dd-open"]


def test_an_end_does_not_lift_the_bound(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    front.project()
    for number in range(60):
        study(front, f"1.{number}")
    monkeypatch.setattr(part, "READ_LIMIT", 55)
    read = counted(monkeypatch, InstanceIndex, "studies")
    forged = Cursor(BEGIN, end=Place("zz", PROJECT_END)).to_text()
    page = search(front, text="nothing", after=forged)
    assert sum(read) == 60
    assert of(page["next"]).begin.project == "alpha"
    again = search(front, text="nothing", after=page["next"])
    assert again["hits"] == []


@pytest.mark.parametrize("level", ["session", "scan"])
def test_a_page_reads_the_cards_of_its_own_studies_alone(
    front: Front, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project()
    for number in range(3):
        study(front, f"1.{number}")
    for number in range(40):
        front.services.cards.put(Card("alpha", Level.SCAN, f"1.1/2.{number}"))
        front.services.cards.put(Card("alpha", Level.SESSION, f"2.{number}"))
    read = counted(monkeypatch, Rows, "query")
    assert len(search(front, level=level)["hits"]) == 3
    assert sum(read) < 20


def test_the_scans_of_a_study_count_into_what_a_page_reads(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project()
    for number in range(3):
        study(front, f"1.{number}")
    monkeypatch.setattr(part, "READ_LIMIT", part.COST_OF_PROJECT + part.COST_OF_SCANS + 2)
    page = search(front, level="scan")
    assert of(page["next"]).begin == Place("alpha", "1.0")


def test_only_reviewers_are_told_what_waits(front: Front) -> None:
    front.project(sam=Role.MEMBER, rita=Role.COLLABORATOR)
    told = [
        front.call("GET", "/api/projects/alpha/summary", user=user).body["quarantined"]
        for user in ("olga", "rita")
    ]
    assert told == [0, None]


def counted(patched: pytest.MonkeyPatch, shape: type, name: str) -> list[int]:
    """One entry for each row that is taken from now on."""
    taken: list[int] = []
    original = getattr(shape, name)

    def counting(*args: Any, **keywords: Any) -> Iterator[Any]:
        for row in original(*args, **keywords):
            taken.append(1)
            yield row

    patched.setattr(shape, name, counting)
    return taken
