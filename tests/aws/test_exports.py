from dataclasses import replace

import pytest

from scanloft.aws.exports import KEPT_S, ExportFiles, ExportIndex, ExportWishes
from scanloft.core.errors import NotFound
from scanloft.core.exports import Export, ExportFile, ExportStatus
from scanloft.core.items_of_people import export_item
from scanloft.core.layouts import Layout
from scanloft.core.selections import Selection, Wish
from tests.support.cloud import Cloud

EXPORT = Export(
    project="alpha",
    export="e1",
    created_at="2026-01-01T00:00:00Z",
    created_by="olga",
    site="north",
    layout="bids",
    file_count=3,
    size_bytes=30,
    ends_at=1_000_000,
)
WISH = Wish(
    project="alpha",
    title="Project",
    site="north",
    layout=Layout.BIDS,
    selection=Selection(sessions=frozenset({"1.2"}), resources=True),
)
FILES = [ExportFile(f"f{number}", f"k{number}", number, 10, "00", "text") for number in range(100)]


@pytest.fixture
def index(cloud: Cloud) -> ExportIndex:
    return ExportIndex(cloud.rows)


def test_an_export_is_read_as_it_was_written(index: ExportIndex) -> None:
    done = replace(EXPORT, status=ExportStatus.READY, zip_bytes=5, worker="w", code="c", reason="r")
    assert index.create(EXPORT)
    assert index.export("alpha", "e1") == EXPORT
    assert index.put(done, over_worker="")
    assert index.export("alpha", "e1") == done


def test_the_row_of_an_export_goes_some_time_after_its_zip(
    cloud: Cloud, index: ExportIndex
) -> None:
    index.create(EXPORT)
    row = cloud.rows.get(export_item("alpha", "e1"))
    assert row
    assert row["expires_at"] == EXPORT.ends_at + KEPT_S


def test_a_name_is_given_once(index: ExportIndex) -> None:
    assert index.create(EXPORT)
    assert not index.create(replace(EXPORT, created_by="mia"))


def test_only_the_worker_of_an_export_writes_it(index: ExportIndex) -> None:
    index.create(EXPORT)
    assert index.put(replace(EXPORT, worker="one"), over_worker="")
    assert not index.put(replace(EXPORT, worker="two"), over_worker="")
    assert not index.put(replace(EXPORT, worker="two"), over_worker="three")
    assert index.put(replace(EXPORT, worker="one", files_done=1), over_worker="one")
    assert index.put(replace(EXPORT, worker="two"), over_worker="one")


def test_who_read_an_export_before_another_worker_took_it_does_not_write_it(
    index: ExportIndex,
) -> None:
    index.create(EXPORT)
    assert index.take(replace(EXPORT, worker="one", turn=1), over=EXPORT)
    assert index.put(replace(EXPORT, worker="", turn=1), over_worker="one")
    assert not index.take(replace(EXPORT, worker="two", turn=1), over=EXPORT)
    assert not index.put(replace(EXPORT, files_done=1), over_worker="")


def test_an_export_that_was_deleted_is_not_written_again(index: ExportIndex) -> None:
    index.create(EXPORT)
    index.delete("alpha", "e1")
    assert not index.put(EXPORT, over_worker="")
    assert index.export("alpha", "e1") is None


def test_the_exports_of_a_project_are_listed_in_order_from_any_on(index: ExportIndex) -> None:
    for name in ("e2", "e1", "e3"):
        index.create(replace(EXPORT, export=name))
    index.create(replace(EXPORT, project="beta"))
    assert [each.export for each in index.exports("alpha")] == ["e1", "e2", "e3"]
    assert [each.export for each in index.exports("alpha", after="e1")] == ["e2", "e3"]


@pytest.mark.parametrize("start", [0, 1, 99, 100, 101])
def test_a_list_of_files_is_read_from_any_place_on(cloud: Cloud, start: int) -> None:
    files = ExportFiles(cloud.archive)
    files.write("alpha", "e1", iter(FILES))
    assert list(files.read("alpha", "e1", start=start)) == FILES[start:]


def test_the_same_list_is_the_same_object(cloud: Cloud) -> None:
    files = ExportFiles(cloud.archive)
    for export in ("e1", "e2"):
        files.write("alpha", export, FILES)
    one, other = (cloud.archive.get(f"exports/alpha/{name}.files").body for name in ("e1", "e2"))
    assert one == other


def test_the_first_list_stays(cloud: Cloud) -> None:
    files = ExportFiles(cloud.archive)
    assert not files.are_listed("alpha", "e1")
    files.write("alpha", "e1", FILES)
    assert files.are_listed("alpha", "e1")
    files.write("alpha", "e1", [])
    assert list(files.read("alpha", "e1")) == FILES


def test_a_wish_is_read_as_it_was_written(cloud: Cloud) -> None:
    wishes = ExportWishes(cloud.archive)
    wishes.write("e1", WISH)
    assert wishes.read("alpha", "e1") == WISH
    with pytest.raises(NotFound):
        wishes.read("alpha", "e2")


def test_a_list_that_is_gone_is_not_found(cloud: Cloud) -> None:
    with pytest.raises(NotFound):
        next(ExportFiles(cloud.archive).read("alpha", "e1"))
