"""The feed: whole, in order, and told of."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from scanloft.aws import feed as feeds
from scanloft.aws.feed import Feed
from scanloft.aws.rows import Rows
from scanloft.core.annotations import Change
from tests.functions.api.tables import new_rows

AT = "2026-01-01T00:00:00Z"


@pytest.fixture
def rows() -> Iterator[Rows]:
    with mock_aws():
        yield new_rows()


def change(name: str) -> Change:
    return Change("session", name, "changed", AT, sites=("north",))


def test_changes_are_read_as_they_were_added_under_their_numbers(rows: Rows) -> None:
    feed = Feed(rows)
    assert feed.last("alpha") == 0
    assert feed.append("alpha", [change("1"), change("2")]) == 1
    assert feed.append("alpha", [change("3")]) == 2
    feed.append("beta", [change("4")])
    found = list(feed.changes("alpha"))
    assert [(one.name, one.sequence) for one in found] == [("1", 1), ("2", 1), ("3", 2)]
    assert {one.sites for one in found} == {("north",)}
    assert [one.name for one in feed.changes("alpha", after=1)] == ["3"]
    assert feed.last("alpha") == 2


def test_many_changes_get_several_numbers(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "CHANGES_PER_ENTRY", 2)
    feed = Feed(rows)
    assert feed.append("alpha", [change(str(n)) for n in range(5)]) == 3
    assert [len(entry.changes) for entry in feed.entries("alpha")] == [2, 2, 1]
    assert [one.name for one in feed.changes("alpha")] == list("01234")


def test_who_delivers_is_woken_after_the_changes_are_there(rows: Rows) -> None:
    seen: list[tuple[str, int]] = []
    feed = Feed(rows, tell=lambda project: seen.append((project, Feed(rows).last(project))))
    feed.append("alpha", [change("1")])
    feed.append("alpha", [])
    assert seen == [("alpha", 1)]
