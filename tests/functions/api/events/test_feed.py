"""The feed through the handler: in order, to be read on, and for each what is theirs."""

from typing import Any

import pytest

from functions.api.events import feed as feeds
from scanloft.core.annotations import Change
from scanloft.core.model import Membership, Role
from tests.functions.api.front import Front

FEED = "/api/projects/alpha/feed"
AT = "2026-01-01T00:00:00Z"


def add(front: Front, *names: str, site: str = "") -> None:
    front.services.feed.append(
        "alpha", [Change("session", name, "changed", AT, sites=(site,)) for name in names]
    )


def read(front: Front, user: str = "olga", **query: int) -> Any:
    texts = {name: str(value) for name, value in query.items()}
    reply = front.call("GET", FEED, user=user, query=texts)
    assert reply.status == 200
    return reply.body


@pytest.fixture
def world(front: Front) -> Front:
    front.project(mia=Role.MEMBER)
    front.services.projects.put_member(Membership("alpha", "nora", Role.MEMBER, site="north"))
    return front


def test_an_empty_feed_says_where_to_begin(world: Front) -> None:
    assert read(world) == {"changes": [], "next": 0, "more": False}


def test_changes_are_read_on_from_any_number_and_none_is_missed(world: Front) -> None:
    for names in (("1", "2"), ("3",), ("4",)):
        add(world, *names)
    seen: list[str] = []
    after, more = 0, True
    while more:
        page = read(world, after=after, limit=1)
        seen += [change["name"] for change in page["changes"]]
        after, more = page["next"], page["more"]
    assert seen == ["1", "2", "3", "4"]
    add(world, "5")
    page = read(world, after=after)
    assert [change["name"] for change in page["changes"]] == ["5"]
    assert (page["next"], page["more"]) == (4, False)
    assert page["changes"][0] == {
        "sequence": 4,
        "kind": "session",
        "name": "5",
        "what": "changed",
        "at": AT,
    }


def test_who_is_bound_to_a_site_hears_of_that_site_alone(world: Front) -> None:
    add(world, "1", site="north")
    add(world, "2", site="south")
    add(world, "3")
    world.services.feed.append("alpha", [Change("upload", "u1", "closed", AT)])
    world.services.feed.append(
        "alpha", [Change("session", "4", "changed", AT, sites=("north", "south"))]
    )
    page = read(world, "nora")
    assert [change["name"] for change in page["changes"]] == ["1"]
    assert page["next"] == 5
    assert len(read(world, "mia")["changes"]) == 5


def test_one_request_reads_a_bounded_part_of_what_one_may_not_see(
    world: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "ENTRIES_READ", 2)
    for number in range(5):
        add(world, str(number), site="south")
    add(world, "mine", site="north")
    first = read(world, "nora")
    assert (first["changes"], first["next"], first["more"]) == ([], 2, True)
    second = read(world, "nora", after=4)
    assert [change["name"] for change in second["changes"]] == ["mine"]


@pytest.mark.parametrize("query", [{"after": "-1"}, {"after": "x"}, {"limit": "0"}, {"x": "1"}])
def test_a_query_of_another_shape_is_refused(world: Front, query: dict[str, str]) -> None:
    assert world.call("GET", FEED, query=query).status == 400


def test_a_number_beyond_the_feed_is_where_nothing_is_yet(world: Front) -> None:
    add(world, "1")
    assert read(world, after=10**12 - 1) == {"changes": [], "next": 10**12 - 1, "more": False}
