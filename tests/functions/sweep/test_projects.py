"""Projects whose days are over are removed, whatever interrupts it, and nothing else is."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from functions.sweep import projects
from functions.sweep.broom import Broom
from functions.sweep.projects import condemn, erase
from functions.sweep.steps import STEPS
from scanloft.aws.condemned import CondemnedIndex
from scanloft.aws.names import NameIndex
from scanloft.aws.rows import Rows
from scanloft.aws.share_links import LinkIndex
from scanloft.core.admission import ShareLink
from scanloft.core.errors import Conflict
from scanloft.core.items import ItemKey, quarantine_item, series_item, unassigned_item
from scanloft.core.items_of_people import link_item
from scanloft.core.model import Accessibility, Membership, Project, ProjectState, Role
from scanloft.core.project_names import names_of
from tests.support.brooms import broom_of
from tests.support.cloud import Cloud
from tests.support.disturbances import PowerCut, calls_listed, cut_after

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PAST, FUTURE = "2026-05-31T00:00:00Z", "2026-06-30T00:00:00Z"


def enough() -> float:
    return 900.0


class Clock:
    """Time as the sweep sees it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def broom(cloud: Cloud, clock: Clock) -> Broom:
    return broom_of(cloud, now=clock)


def make(broom: Broom, name: str, *, until: str = "") -> None:
    """A project with people, links, rows and objects of all kinds."""
    project = Project(
        name=name,
        title=f"The {name}",
        created_at="2026-01-01T00:00:00Z",
        created_by="olga",
        profile={},
        accessibility=Accessibility.PUBLIC,
        state=ProjectState.DELETED if until else ProjectState.ACTIVE,
        deleted_until=until,
    )
    NameIndex(broom.rows, broom.projects).claim(names_of(project), name, revision=0, now=0)
    broom.projects.create(project)
    broom.projects.update(broom.projects.project(name))
    for user in ("olga", f"user-of-{name}"):
        broom.projects.put_member(Membership(name, user, Role.OWNER))
    LinkIndex(broom.rows).put(ShareLink(name, f"hash-{name}", "x", "olga", "", 4_000_000_000))
    broom.rows.put(series_item(name, "1.2", "1.2.3"), {"x": 1})
    broom.rows.put(quarantine_item(name, "item"), {"x": 1})
    for prefix in ("dicom", "derived", "files", "exports"):
        broom.archive.put(f"{prefix}/{name}/1.2/1.2.3/x", b"x")
    broom.inbox.put(f"quarantine/{name}/item", b"x")


def traces(cloud: Cloud, name: str) -> list[str]:
    """All that is left of a project."""
    rows = [
        f"{item['PK']['S']} {item['SK']['S']}"
        for page in cloud.dynamodb.get_paginator("scan").paginate(TableName=cloud.rows.table)
        for item in page["Items"]
    ]
    keys = [*cloud.keys(cloud.archive), *cloud.keys(cloud.inbox)]
    named = (f"#{name}", f"/{name}/", f" {name}", f"-{name}", f"P#{name} ", f"the {name}")
    return sorted(each for each in rows + keys if any(part in f"{each} " for part in named))


def swept(broom: Broom, clock: Clock, *, days: int = 2) -> None:
    for _ in range(days):
        condemn(broom, enough)
        erase(broom, enough)
        clock.now += DAY


def test_the_steps_are_taken_by_the_sweep() -> None:
    assert list(STEPS.values())[:2] == [condemn, erase]


def test_of_a_project_whose_days_are_over_the_name_alone_stays(
    cloud: Cloud, broom: Broom, clock: Clock
) -> None:
    make(broom, "alpha", until=PAST)
    make(broom, "beta")
    others = traces(cloud, "beta")
    swept(broom, clock)
    assert traces(cloud, "alpha") == ["NAMES alpha"]
    assert traces(cloud, "beta") == others
    assert broom.rows.get(link_item("hash-alpha")) is None
    assert list(broom.projects.memberships("user-of-alpha")) == []


def test_nobody_can_take_the_place_of_a_removed_project(broom: Broom, clock: Clock) -> None:
    make(broom, "alpha", until=PAST)
    swept(broom, clock)
    names = NameIndex(broom.rows, broom.projects)
    for project in ("alpha", "beta"):
        with pytest.raises(Conflict):
            names.claim(["Alpha"], project, revision=0, now=4_000_000_000)
    names.claim(["The Alpha"], "beta", revision=0, now=1)
    assert names.project_of("alpha") is None


@pytest.mark.parametrize("until", ["", FUTURE, "2026-06-01T11:30:00Z"])
def test_what_is_not_deleted_or_can_still_come_back_is_not_touched(
    cloud: Cloud, broom: Broom, clock: Clock, until: str
) -> None:
    make(broom, "alpha", until=until)
    before = cloud.snapshot()
    condemn(broom, enough)
    erase(broom, enough)
    assert cloud.snapshot() == before


def test_a_project_is_out_of_sight_a_day_before_its_data_are_deleted(
    cloud: Cloud, broom: Broom, clock: Clock
) -> None:
    make(broom, "alpha", until=PAST)
    assert (condemn(broom, enough), erase(broom, enough)) == (1, 0)
    assert broom.projects.presence("alpha", "olga") == (None, None)
    assert "dicom/alpha/1.2/1.2.3/x" in cloud.keys(cloud.archive)
    clock.now += DAY
    assert (condemn(broom, enough), erase(broom, enough)) == (0, 1)
    assert cloud.keys(cloud.archive) == []


def test_what_still_arrives_waits_for_the_administrators(
    cloud: Cloud, broom: Broom, clock: Clock
) -> None:
    make(broom, "alpha", until=PAST)
    condemn(broom, enough)
    broom.rows.put(unassigned_item("late"), {"item": "late"})
    broom.inbox.put("quarantine/alpha/late", b"x")
    broom.inbox.put("dicom/alpha/dicom-1/1", b"x")
    clock.now += DAY
    erase(broom, enough)
    assert cloud.keys(cloud.inbox) == ["dicom/alpha/dicom-1/1", "quarantine/alpha/late"]


def test_a_project_whose_name_begins_like_that_of_a_removed_one_keeps_everything(
    cloud: Cloud, broom: Broom, clock: Clock
) -> None:
    make(broom, "alpha", until=PAST)
    make(broom, "alpha-2")
    before = set(traces(cloud, "alpha-2"))
    swept(broom, clock)
    assert set(traces(cloud, "alpha-2")) == before


def test_a_removal_that_is_ended_after_any_call_is_finished_later(
    cloud: Cloud, broom: Broom, clock: Clock
) -> None:
    make(broom, "alpha", until=PAST)
    with calls_listed(cloud) as calls:
        swept(broom, clock)
    assert len(calls) > 20
    for place in range(1, len(calls) + 1):
        broom.rows.delete(ItemKey("NAMES", "alpha"))
        clock.now = NOW
        make(broom, "alpha", until=PAST)
        with suppress(PowerCut), cut_after(cloud, place):
            swept(broom, clock)
        swept(broom, clock, days=3)
        assert traces(cloud, "alpha") == ["NAMES alpha"]


def test_a_removal_without_time_goes_on_where_it_was(
    cloud: Cloud, broom: Broom, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(broom, "alpha", until=PAST)
    for number in range(5):
        broom.rows.put(series_item("alpha", "1.2", f"1.2.{number}"), {"x": 1})
    condemn(broom, enough)
    clock.now += DAY
    scan = Rows.scan_below

    def one_by_one(
        rows: Rows, partition: str, *, after: ItemKey | None = None
    ) -> Iterator[tuple[list[ItemKey], ItemKey | None]]:
        ((keys, _),) = scan(rows, partition)
        left = [key for key in keys if after is None or key > after]
        for place, key in enumerate(sorted(left)):
            yield [key], key if place < len(left) - 1 else None

    monkeypatch.setattr(Rows, "scan_below", one_by_one)
    monkeypatch.setattr(projects, "_emptied", lambda *_, **__: True)
    finished = [erase(broom, lambda: 0.0) for _ in range(20)]
    assert sum(finished) == 1
    assert finished.index(1) > 3
    assert list(CondemnedIndex(broom.rows).all()) == []


def test_without_time_nothing_is_begun(cloud: Cloud, broom: Broom, clock: Clock) -> None:
    make(broom, "alpha", until=PAST)
    before = cloud.snapshot()
    assert condemn(broom, lambda: 10.0) == 0
    assert cloud.snapshot() == before
    condemn(broom, enough)
    clock.now += DAY
    held = cloud.keys(cloud.archive)
    assert erase(broom, lambda: 10.0) == 0
    assert cloud.keys(cloud.archive) == held
