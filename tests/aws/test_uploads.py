from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto import mock_aws

from scanloft.aws.uploads import UploadIndex
from scanloft.core.annotations import Level, Overwrite, Target
from scanloft.core.model import Declaration, Fate, FateKind, FileKind, Upload, UploadSource
from tests.functions.api.tables import new_rows

UPLOAD = Upload("alpha", "u-1", UploadSource.PRESIGNED, "2026-01-01T00:00:00Z", "olga", 3)


@pytest.fixture
def uploads() -> Iterator[UploadIndex]:
    with mock_aws():
        yield UploadIndex(new_rows())


def declared(*numbers: int) -> list[Declaration]:
    return [Declaration(str(number), 7, f"{number:064x}") for number in numbers]


def test_an_upload_is_read_as_it_was_written(uploads: UploadIndex) -> None:
    assert uploads.create(UPLOAD)
    assert uploads.upload("alpha", "u-1") == UPLOAD
    assert list(uploads.uploads("alpha")) == [UPLOAD]


def test_a_second_upload_of_a_name_is_refused(uploads: UploadIndex) -> None:
    assert uploads.create(UPLOAD)
    assert not uploads.create(UPLOAD)


def test_an_upload_is_found_in_its_own_project_only(uploads: UploadIndex) -> None:
    uploads.create(UPLOAD)
    assert uploads.upload("beta", "u-1") is None
    assert list(uploads.uploads("beta")) == []


def test_those_of_several_uploads_that_exist_are_known(uploads: UploadIndex) -> None:
    uploads.create(UPLOAD)
    wanted = [("alpha", "u-1"), ("alpha", "u-2"), ("beta", "u-1"), ("alpha", "u-1")]
    assert uploads.known(wanted) == {("alpha", "u-1"): UPLOAD}


def test_declarations_come_in_the_order_of_their_numbers(uploads: UploadIndex) -> None:
    uploads.declare("alpha", "u-1", declared(100, 9, 10, 1))
    numbers = [entry.number for entry in uploads.declarations("alpha", "u-1")]
    assert numbers == ["1", "9", "10", "100"]
    assert uploads.declaration("alpha", "u-1", "9") == declared(9)[0]
    assert uploads.declaration("alpha", "u-1", "2") is None


def test_the_same_declaration_again_is_a_no_op(uploads: UploadIndex) -> None:
    for _ in range(2):
        uploads.declare("alpha", "u-1", declared(*range(1, 61)))
    assert list(uploads.declarations("alpha", "u-1")) == declared(*range(1, 61))


def test_the_last_fate_of_a_file_counts(uploads: UploadIndex) -> None:
    fates = [
        Fate("1", FateKind.QUARANTINED, code="not_dicom", reason="Why.", item="i", size_bytes=4),
        Fate("1", FateKind.ARCHIVED, archive_key="dicom/alpha/1/2/3", actions={"removed": 2}),
    ]
    for fate in fates:
        uploads.put_fates([("alpha", "u-1", fate)])
    assert uploads.fate("alpha", "u-1", "1") == fates[1]
    assert list(uploads.fates("alpha", "u-1")) == [fates[1]]
    assert uploads.fate("alpha", "u-1", "2") is None


def test_the_fates_of_members_follow_the_file_they_came_in(uploads: UploadIndex) -> None:
    for number in ("10", "2.10", "2.9", "2", "2.9.1"):
        uploads.put_fates([("alpha", "u-1", Fate(number, FateKind.IGNORED))])
    numbers = [fate.number for fate in uploads.fates("alpha", "u-1")]
    assert numbers == ["2", "2.9", "2.9.1", "2.10", "10"]


def test_uploads_of_names_that_start_alike_do_not_meet(uploads: UploadIndex) -> None:
    uploads.declare("alpha", "u-1", declared(1))
    uploads.declare("alpha", "u-10", declared(2))
    assert list(uploads.declarations("alpha", "u-1")) == declared(1)


def test_what_is_said_of_a_file_of_a_resource_is_read_as_it_was_written(
    uploads: UploadIndex,
) -> None:
    target = Target(Level.SCAN, "1.2/1.3", "QC", "é/a", "text/csv", Overwrite.APPEND, "olga")
    file = Declaration("1", 7, "0" * 64, FileKind.FILE, target)
    uploads.declare("alpha", "u-1", [file])
    assert uploads.declaration("alpha", "u-1", "1") == file


def test_members_are_declared_beside_the_list_of_what_was_declared(uploads: UploadIndex) -> None:
    uploads.declare("alpha", "u-1", declared(1))
    member = Declaration("1.2", 7, "0" * 64, FileKind.FILE)
    uploads.declare_members("alpha", "u-1", [member])
    place = ("alpha", "u-1", "1.2")
    assert uploads.declared_members([place, ("alpha", "u-1", "1")]) == {place: member}
    assert [entry.number for entry in uploads.declarations("alpha", "u-1")] == ["1"]


def test_an_upload_is_closed_once_and_heard_of_until_then(uploads: UploadIndex) -> None:
    uploads.create(UPLOAD)
    assert uploads.touch(UPLOAD, at="2026-01-02T00:00:00Z")
    assert uploads.close(replace(UPLOAD, active_at="2026-01-02T00:00:00Z"), at="2026-01-03")
    assert not uploads.close(UPLOAD, at="2026-01-04")
    assert not uploads.touch(UPLOAD, at="2026-01-04")
    found = uploads.upload("alpha", "u-1")
    assert found is not None
    assert (found.active_at, found.closed_at) == ("2026-01-02T00:00:00Z", "2026-01-03")
    uploads.sweep(found, at="2026-02-03")
    assert uploads.upload("alpha", "u-1") == replace(found, swept_at="2026-02-03")


def test_numbers_and_kinds_are_read_without_the_rest(uploads: UploadIndex) -> None:
    uploads.declare("alpha", "u-1", declared(10, 9))
    uploads.put_fates([("alpha", "u-1", Fate("9", FateKind.IGNORED, reason="Why."))])
    assert list(uploads.numbers("alpha", "u-1")) == ["9", "10"]
    assert list(uploads.fate_kinds("alpha", "u-1")) == [("9", FateKind.IGNORED)]


def test_a_fate_that_is_there_is_not_replaced_by_one_for_files_without(
    uploads: UploadIndex,
) -> None:
    assert uploads.put_fate_if_none("alpha", "u-1", Fate("1", FateKind.EXPIRED))
    assert not uploads.put_fate_if_none("alpha", "u-1", Fate("1", FateKind.ARCHIVED))
    assert list(uploads.fate_kinds("alpha", "u-1")) == [("1", FateKind.EXPIRED)]


def test_of_two_who_begin_parts_of_a_file_one_does(uploads: UploadIndex) -> None:
    place = ("alpha", "u-1", "3")
    assert uploads.parts(*place) is None
    assert uploads.put_parts(*place, name="first", instead_of=None)
    assert not uploads.put_parts(*place, name="second", instead_of=None)
    assert not uploads.put_parts(*place, name="third", instead_of="other")
    assert uploads.parts(*place) == "first"
    assert uploads.put_parts(*place, name="fourth", instead_of="first")
    uploads.remove_parts(*place, name="first")
    assert list(uploads.in_parts("alpha", "u-1")) == [("3", "fourth")]
    for _ in range(2):
        uploads.remove_parts(*place, name="fourth")
    assert list(uploads.in_parts("alpha", "u-1")) == []


def test_of_two_who_declare_the_same_numbers_the_second_writes_nothing(
    uploads: UploadIndex,
) -> None:
    assert uploads.declare("alpha", "u-1", declared(2, 3))
    assert uploads.declare("alpha", "u-1", declared(2, 3, 4))
    others = [Declaration(str(number), 8, "0" * 64) for number in (2, 3, 4, 5)]
    assert not uploads.declare("alpha", "u-1", others)
    assert not uploads.declare("alpha", "u-1", [*others[1:], *others])
    assert list(uploads.declarations("alpha", "u-1")) == declared(2, 3, 4)
    assert uploads.declare("alpha", "u-1", [])
