from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.sweep.broom import Broom
from functions.sweep.resources import clear_owner, clear_trash
from scanloft.core.annotations import Level, ResourceFile, Trashed
from scanloft.core.retention import kept_until
from tests.support.brooms import broom_of
from tests.support.cloud import Cloud, new_cloud
from tests.support.disturbances import calls_listed, refused_at
from tests.support.resources import Collection

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LONG_AGO, LATELY = "2026-01-01T00:00:00Z", "2026-02-20T00:00:00Z"


def broom(cloud: Cloud, *, now: datetime = NOW) -> Broom:
    return broom_of(cloud, now=lambda: now)


def enough() -> float:
    return 900.0


@pytest.fixture
def results(alpha: Cloud) -> Collection:
    return Collection(alpha)


def kept(results: Collection, name: str) -> ResourceFile:
    """A file of the resource, with its bytes."""
    file = ResourceFile(name, f"files/alpha/{name}", 1, "f" * 64, "", LONG_AGO, "olga")
    results.cloud.archive.put(file.key, b"x")
    assert results.resources.put_new_file(results.resource, file)
    return file


def thrown_away(results: Collection, name: str, *, at: str) -> Trashed:
    file = kept(results, name)
    entry = Trashed(Level.PROJECT, "", "results", file, at, "olga", kept_until(at))
    results.trash.put("alpha", entry)
    results.resources.remove_file(results.resource, file)
    return entry


def delete_resource(results: Collection, *, at: str) -> None:
    buried = replace(results.resource, deleted_at=at, until=kept_until(at))
    results.trash.put_resource(buried)
    results.resources.put(buried)


def test_what_was_deleted_long_ago_goes_and_neighbours_stay(results: Collection) -> None:
    thrown_away(results, "old", at=LONG_AGO)
    thrown_away(results, "new", at=LATELY)
    kept(results, "neighbour")
    assert clear_trash(broom(results.cloud), enough) == 1
    assert results.cloud.keys(results.cloud.archive) == ["files/alpha/neighbour", "files/alpha/new"]
    assert list(results.deleted()) == ["new"]


def test_a_file_that_is_in_use_again_is_never_removed(results: Collection) -> None:
    """A crash between trash and list, or one that was brought back."""
    entry = thrown_away(results, "a", at=LONG_AGO)
    results.resources.put_new_file(results.resource, entry.file)
    assert clear_trash(broom(results.cloud), enough) == 0
    assert results.contents() == {"a": b"x"}
    assert results.deleted() == {}


def test_a_deleted_resource_goes_with_its_files_after_its_days(results: Collection) -> None:
    kept(results, "a")
    thrown_away(results, "b", at=LATELY)
    delete_resource(results, at=LONG_AGO)
    assert clear_trash(broom(results.cloud, now=NOW - timedelta(days=40)), enough) == 0
    assert results.contents() == {"a": b"x"}
    assert clear_trash(broom(results.cloud), enough) == 1
    assert results.cloud.keys(results.cloud.archive) == []
    assert results.resources.resource("alpha", Level.PROJECT, "", "results") is None
    assert list(results.trash.resources("alpha")) == []


def test_a_resource_that_was_brought_back_or_never_deleted_stays(results: Collection) -> None:
    kept(results, "a")
    for at in (LONG_AGO, LATELY):
        results.trash.put_resource(replace(results.resource, until=kept_until(at)))
        assert clear_trash(broom(results.cloud), enough) == 0
        assert results.contents() == {"a": b"x"}
    assert len(list(results.trash.resources("alpha"))) == 1


def test_all_resources_of_something_that_is_removed_go(results: Collection) -> None:
    kept(results, "a")
    duty = {"project": "alpha", "level": Level.PROJECT, "owner": ""}
    assert clear_owner(broom(results.cloud), enough, **duty)  # type: ignore[arg-type]  # mixed
    assert results.cloud.keys(results.cloud.archive) == []


def test_without_time_nothing_is_begun(results: Collection) -> None:
    thrown_away(results, "old", at=LONG_AGO)
    assert clear_trash(broom(results.cloud), lambda: 1.0) == 0
    assert list(results.deleted()) == ["old"]


def ready() -> Iterator[Collection]:
    with new_cloud() as cloud:
        cloud.project()
        results = Collection(cloud)
        kept(results, "a")
        thrown_away(results, "b", at=LONG_AGO)
        delete_resource(results, at=LONG_AGO)
        yield results


def test_an_interrupted_sweep_is_finished_by_the_next() -> None:
    for results in ready():
        with calls_listed(results.cloud) as calls:
            clear_trash(broom(results.cloud), enough)
        expected = results.cloud.snapshot()
    for place in range(1, len(calls) + 1):
        for results in ready():
            with refused_at(results.cloud, place), pytest.raises(Exception, match="service"):
                clear_trash(broom(results.cloud), enough)
            clear_trash(broom(results.cloud), enough)
            assert results.cloud.snapshot() == expected, calls[place - 1]
