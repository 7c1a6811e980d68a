from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto import mock_aws

from scanloft.aws.resources import ResourceIndex
from scanloft.aws.trash import Trash
from scanloft.core.annotations import Level, Resource, ResourceFile, Trashed
from scanloft.core.errors import Outdated
from tests.functions.api.tables import new_rows

NEW = Resource("alpha", Level.SESSION, "1.2", "QC", "2026", "olga", format="CSV", content="x")
FILE = ResourceFile("a/b", "files/alpha/0123", 7, "f" * 64, "text/csv", "2026", "olga")
OTHER = replace(FILE, key="files/alpha/4567")


@pytest.fixture
def indexes() -> Iterator[tuple[ResourceIndex, Trash]]:
    with mock_aws():
        rows = new_rows()
        yield ResourceIndex(rows), Trash(rows)


@pytest.fixture
def resources(indexes: tuple[ResourceIndex, Trash]) -> ResourceIndex:
    return indexes[0]


@pytest.fixture
def trash(indexes: tuple[ResourceIndex, Trash]) -> Trash:
    return indexes[1]


def test_a_resource_is_read_as_it_was_written_and_where_it_was(resources: ResourceIndex) -> None:
    written = resources.put(NEW)
    assert written == replace(NEW, revision=1)
    assert resources.resource("alpha", Level.SESSION, "1.2", "QC") == written
    elsewhere = [("beta", Level.SESSION, "1.2"), ("alpha", Level.SUBJECT, "1.2"),
                 ("alpha", Level.SESSION, "1.2/1.3"), ("alpha", Level.SESSION, "1")]  # fmt: skip
    assert [resources.resource(*place, "QC") for place in elsewhere] == [None] * 4
    assert [list(resources.resources(*place)) for place in elsewhere] == [[]] * 4


def test_a_resource_is_changed_and_removed_as_it_was_read_alone(resources: ResourceIndex) -> None:
    first = resources.put(NEW)
    second = resources.put(replace(first, format="PDF"))
    for stale in (NEW, first):
        with pytest.raises(Outdated):
            resources.put(stale)
        assert not resources.remove(stale)
    assert resources.remove(second)
    assert resources.resource("alpha", Level.SESSION, "1.2", "QC") is None


def test_deleted_resources_are_listed_on_demand(resources: ResourceIndex) -> None:
    made = [resources.put(replace(NEW, label=label)) for label in "abc"]
    resources.put(replace(made[1], until="2999"))
    place = ("alpha", Level.SESSION, "1.2")
    assert [one.label for one in resources.resources(*place)] == ["a", "c"]
    listed = resources.resources(*place, deleted=True, after="a", page_size=1)
    assert [(one.label, one.is_deleted) for one in listed] == [("b", True), ("c", False)]


def test_files_are_read_by_path_and_in_order(resources: ResourceIndex) -> None:
    files = [replace(FILE, path=path) for path in ("a", "a/b", "b", "é")]
    for file in reversed(files):
        assert resources.put_new_file(NEW, file)
    assert list(resources.files(NEW)) == files
    assert [file.path for file in resources.files(NEW, after="a/b", page_size=1)] == ["b", "é"]
    assert resources.many_files(NEW, ["a", "x", "a"]) == {"a": files[0]}
    assert resources.file(NEW, "é") == files[3]
    assert list(resources.files(replace(NEW, label="Q"))) == []


def test_a_file_is_replaced_and_removed_as_it_was_read_alone(resources: ResourceIndex) -> None:
    assert resources.put_new_file(NEW, FILE)
    assert not resources.put_new_file(NEW, OTHER)
    assert not resources.replace_file(NEW, FILE, of=OTHER)
    assert resources.replace_file(NEW, OTHER, of=FILE)
    assert not resources.remove_file(NEW, FILE)
    assert resources.file(NEW, "a/b") == OTHER
    assert resources.remove_file(NEW, OTHER)
    assert resources.file(NEW, "a/b") is None
    assert not resources.replace_file(NEW, FILE, of=OTHER)


def entry(file: ResourceFile, *, label: str = "QC", until: str = "2999") -> Trashed:
    return Trashed(Level.SESSION, "1.2", label, file, "2026", "mia", until)


def test_the_trash_is_read_of_one_resource_or_of_the_project(trash: Trash) -> None:
    mine, next_one, others = entry(FILE), entry(OTHER), entry(FILE, label="QC2")
    for each in (others, next_one, mine):
        trash.put("alpha", each)
    assert list(trash.files(NEW)) == [mine, next_one]
    assert list(trash.files(NEW, after="0123", page_size=1)) == [next_one]
    assert trash.file(NEW, "0123") == mine
    assert trash.file(NEW, "89ab") is None
    assert len(list(trash.all_files("alpha"))) == 3
    assert list(trash.all_files("beta")) == []
    trash.put("alpha", entry(FILE, until="3000"))
    assert [one.until for one in trash.files(NEW)] == ["3000", "2999"]
    trash.remove("alpha", mine)
    assert list(trash.files(NEW)) == [next_one]


def test_a_resource_that_is_deleted_once_more_stays_on_the_list(trash: Trash) -> None:
    earlier, later = replace(NEW, until="2026"), replace(NEW, until="2027")
    trash.put_resource(earlier)
    trash.put_resource(later)
    (listed,) = trash.resources("alpha")
    assert (listed.level, listed.owner, listed.label, listed.until) == (
        Level.SESSION,
        "1.2",
        "QC",
        "2027",
    )
    trash.remove_resource(earlier)
    assert len(list(trash.resources("alpha"))) == 1
    trash.remove_resource(later)
    assert list(trash.resources("alpha")) == []
    assert list(trash.all_files("alpha")) == []
