"""What is deleted while an export is made is not in its zip."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from scanloft.aws.cards import CardIndex
from scanloft.aws.resources import ResourceIndex
from scanloft.aws.tombstones import TombstoneIndex
from scanloft.core.annotations import Card, Level, Tombstone
from scanloft.core.exports import ExportStatus
from tests.functions.export.workshop import Workshop


def tomb(level: Level, name: str) -> Callable[[Workshop], None]:
    def delete(workshop: Workshop) -> None:
        tombstones = TombstoneIndex(workshop.cloud.rows)
        tombstones.put(Tombstone("alpha", level, name, "2026-03-04", "olga", "2026-04-03"))

    return delete


def merged_into_what_is_deleted(workshop: Workshop) -> None:
    CardIndex(workshop.cloud.rows).put(Card("alpha", Level.SESSION, "1.2", merged_into="1.1"))
    tomb(Level.SESSION, "1.1")(workshop)


def without_resource(workshop: Workshop) -> None:
    index = ResourceIndex(workshop.cloud.rows)
    found = index.resource("alpha", Level.SESSION, "1.2", "notes")
    assert found
    index.put(replace(found, until="2026-04-03"))


def without_file(workshop: Workshop) -> None:
    index = ResourceIndex(workshop.cloud.rows)
    found = index.resource("alpha", Level.SESSION, "1.2", "notes")
    assert found
    file = index.file(found, "a.txt")
    assert file
    index.remove_file(found, file)


def missing(workshop: Workshop) -> set[str]:
    lines = workshop.contents()["MISSING.txt"].decode().splitlines()[4:]
    assert all(line.endswith("\tdeleted") for line in lines)
    return {line.split("\t")[0] for line in lines}


DELETED = [
    (tomb(Level.SUBJECT, "P1"), 4),
    (tomb(Level.SESSION, "1.2"), 4),
    (merged_into_what_is_deleted, 4),
    (tomb(Level.SCAN, "1.2/1.2.3"), 3),
    (without_resource, 1),
    (without_file, 1),
]


@pytest.mark.parametrize(("delete", "count"), DELETED)
def test_what_is_deleted_before_it_is_read_is_listed_as_missing(
    workshop: Workshop, delete: Callable[[Workshop], None], count: int
) -> None:
    workshop.wish(images=3)
    workshop.remaining_s = 0.0
    workshop.work()
    listed = {file.name for file in workshop.files.read("alpha", "e1")}
    workshop.remaining_s = 900.0
    delete(workshop)
    while workshop.work() is not ExportStatus.READY:
        pass
    assert workshop.export.files_missing == count == len(missing(workshop))
    assert set(workshop.contents()) - {"MISSING.txt"} == listed - missing(workshop)


def test_a_zip_that_holds_what_was_deleted_is_begun_anew(workshop: Workshop) -> None:
    workshop.wish(images=3)
    workshop.remaining_s = 0.0
    for _ in range(3):
        assert workshop.work() is ExportStatus.RUNNING
    assert workshop.export.files_done == 3
    tomb(Level.SCAN, "1.2/1.2.3")(workshop)
    assert workshop.work() is ExportStatus.RUNNING
    assert workshop.export.setbacks == 1
    assert workshop.unfinished() == []
    workshop.remaining_s = 900.0
    assert workshop.work() is ExportStatus.READY
    assert workshop.export.files_missing == 3
    assert list(workshop.contents()) == ["P1/1.2/resources/notes/a.txt", "MISSING.txt"]
    assert workshop.unfinished() == []


def test_a_file_that_was_replaced_is_not_in_the_zip(workshop: Workshop) -> None:
    workshop.wish(images=1)
    workshop.remaining_s = 0.0
    workshop.work()
    index = ResourceIndex(workshop.cloud.rows)
    found = index.resource("alpha", Level.SESSION, "1.2", "notes")
    assert found
    file = index.file(found, "a.txt")
    assert file
    index.replace_file(found, replace(file, key="files/alpha/y"), of=file)
    assert workshop.work() is ExportStatus.READY
    assert missing(workshop) == {"P1/1.2/resources/notes/a.txt"}
