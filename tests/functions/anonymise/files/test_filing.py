from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from scanloft.core.annotations import Overwrite
from scanloft.core.blueprint import ANONYMISE
from scanloft.core.keys import InboxKey, InboxPrefix
from scanloft.core.model import Declaration, FileKind
from tests.support.cloud import Cloud
from tests.support.disturbances import disturbed
from tests.support.images import CANARY, image, without_meta
from tests.support.resources import Collection

TABLE = b"subject,volume\nS1,7\n"
OTHER = b"subject,volume\nS1,8\n"
REPLACE, APPEND = Overwrite.REPLACE, Overwrite.APPEND


@pytest.fixture
def results(alpha: Cloud) -> Collection:
    return Collection(alpha)


def test_a_file_is_kept_as_it_is_under_a_key_that_says_nothing(results: Collection) -> None:
    results.send({"DOE_JOHN/table.csv": TABLE, "empty": b""})
    assert results.cloud.settle()
    assert results.contents() == {"DOE_JOHN/table.csv": TABLE, "empty": b""}
    assert results.cloud.kinds() == ["archived", "archived"]
    assert results.cloud.keys(results.cloud.inbox) == []
    keys = results.cloud.keys(results.cloud.archive)
    assert all(key.startswith("files/alpha/") and len(key) == 12 + 32 for key in keys)
    assert "DOE" not in str(keys)
    changes = list(results.feed.changes("alpha"))
    assert [(one.kind, one.name, one.what) for one in changes] == [
        ("resource", "resources/results", "files_added")
    ]


def test_large_files_are_copied_inside_s3(results: Collection) -> None:
    results.cloud.configure(whole_object_bytes=1000)
    content = bytes(range(256)) * 100
    results.send({"large.bin": content})
    assert results.cloud.settle()
    assert results.contents() == {"large.bin": content}


def test_what_is_not_as_declared_waits_in_quarantine(results: Collection) -> None:
    results.send({"a": TABLE, "b": TABLE}, declared={"a": TABLE + b"x", "b": OTHER})
    results.cloud.inbox.put("files/alpha/u1/9", TABLE)
    assert results.cloud.settle()
    assert results.cloud.kinds() == ["quarantined declaration_mismatch"] * 3
    assert results.contents() == {}


def test_a_file_declared_as_dicom_is_no_file_of_a_resource(results: Collection) -> None:
    (key,) = results.cloud.send(TABLE)
    results.cloud.inbox.put(str(replace(key, prefix=InboxPrefix.FILES)), TABLE)
    results.cloud.inbox.delete([str(key)])
    assert results.cloud.settle()
    assert results.cloud.kinds() == ["quarantined declaration_mismatch"]
    assert results.cloud.keys(results.cloud.archive) == []


@pytest.mark.parametrize("form", [lambda data: data, without_meta], ids=["part 10", "bare"])
@pytest.mark.parametrize("whole_bytes", [16 * 1024**2, 64], ids=["whole", "by ranges"])
def test_dicom_uploaded_as_csv_takes_the_way_of_dicom(
    results: Collection, form: Callable[[bytes], bytes], whole_bytes: int
) -> None:
    results.cloud.configure(whole_object_bytes=whole_bytes)
    results.send({"table.csv": form(image())})
    assert results.cloud.settle()
    (fate,) = results.cloud.fates()
    assert (fate.kind, fate.code) == ("archived", "is_dicom")
    assert fate.archive_key.startswith("dicom/alpha/")
    assert results.contents() == {}
    assert results.cloud.keys(results.cloud.archive, "files/") == []
    objects = map(results.cloud.archive.get, results.cloud.keys(results.cloud.archive))
    assert not [one for one in objects if CANARY.encode() in one.body]
    told = list(results.feed.changes("alpha"))
    assert "session" in {change.kind for change in told}
    assert "resource" not in {change.kind for change in told}
    assert "table" not in str(told)


def test_same_file_name_with_different_sop_uids_both_survive(results: Collection) -> None:
    results.send({"image.dcm": image(1)}, upload="u1")
    results.send({"image.dcm": image(2)}, upload="u2")
    assert results.cloud.settle()
    assert len(results.cloud.keys(results.cloud.archive, "dicom/")) == 2


def test_damaged_dicom_is_neither_a_file_nor_lost(results: Collection) -> None:
    results.send({"a.csv": image()[:-10], "b.csv": bytes(128) + b"DICM" + b"nonsense" * 10})
    assert results.cloud.settle()
    assert [fate.kind for fate in results.cloud.fates()] == ["quarantined"] * 2
    assert results.contents() == {}
    assert len(results.cloud.detained()) == 2


def test_overwrite_none(results: Collection) -> None:
    results.send({"a.csv": TABLE})
    results.cloud.settle()
    results.send({"a.csv": OTHER}, upload="u2")
    results.send({"a.csv": TABLE}, upload="u3")
    assert results.cloud.settle()
    assert results.cloud.kinds("u2") == ["quarantined conflict"]
    assert results.cloud.kinds("u3") == ["duplicate"]
    assert results.contents() == {"a.csv": TABLE}
    assert results.deleted() == {}


def test_overwrite_append(results: Collection) -> None:
    for upload, content in (("u1", TABLE), ("u2", OTHER), ("u3", b"third"), ("u4", OTHER)):
        results.send({"a.csv": content}, upload=upload, overwrite=APPEND)
        results.cloud.settle()
    assert results.contents() == {"a.csv": TABLE, "a-2.csv": OTHER, "a-3.csv": b"third"}
    assert results.cloud.kinds("u4") == ["duplicate"]


def test_overwrite_delete(results: Collection) -> None:
    results.send({"a.csv": TABLE, "neighbour": b"n"})
    results.cloud.settle()
    results.send({"a.csv": OTHER}, upload="u2", overwrite=REPLACE)
    assert results.cloud.settle()
    assert results.contents() == {"a.csv": OTHER, "neighbour": b"n"}
    assert results.deleted() == {"a.csv": TABLE}
    assert results.cloud.kinds("u2") == ["archived"]


def test_a_file_sent_again_after_it_was_replaced_is_kept_too(results: Collection) -> None:
    """The form of an upload can be used twice."""
    (key,) = results.send({"a.csv": TABLE}, overwrite=REPLACE)
    results.cloud.settle()
    results.send({"a.csv": OTHER}, upload="u2", overwrite=REPLACE)
    results.cloud.settle()
    results.cloud.inbox.put(str(key), TABLE)
    assert results.cloud.settle()
    assert results.contents() == {"a.csv": TABLE}
    assert {one.file.path for one in results.trash.files(results.resource)} == {"a.csv"}
    assert len(results.cloud.keys(results.cloud.archive)) == 2


def test_many_uploads_for_one_path_end_as_one_file_and_a_trash_of_the_others(
    results: Collection,
) -> None:
    for number in range(8):
        results.send({"a": str(number).encode()}, upload=f"u{number}", overwrite=REPLACE)
    assert results.cloud.settle()
    kept = results.contents()["a"]
    stored = {
        results.cloud.archive.get(key).body for key in results.cloud.keys(results.cloud.archive)
    }
    trashed = {
        results.cloud.archive.get(one.file.key).body
        for one in results.trash.files(results.resource)
    }
    assert stored == {str(number).encode() for number in range(8)}
    assert trashed | {kept} == stored


def test_a_file_for_a_resource_that_was_deleted_waits(results: Collection) -> None:
    results.send({"a": TABLE})
    results.resources.put(replace(results.resource, until="2999-01-01"))
    assert results.cloud.settle()
    assert results.cloud.kinds() == ["quarantined gone"]
    assert results.cloud.keys(results.cloud.archive) == []


@pytest.mark.parametrize(
    "path", ["ü/日本", "<script>alert(1)</script>"[:8], "=cmd()", "' OR 1=1; --", "a" * 250]
)
def test_a_path_of_any_look_is_a_name_and_nothing_else(results: Collection, path: str) -> None:
    results.send({path: TABLE})
    assert results.cloud.settle()
    assert results.contents() == {path: TABLE}
    assert path not in str(results.cloud.keys(results.cloud.archive))


def sent(*steps: tuple[Mapping[str, bytes], Overwrite]) -> Callable[[Cloud], object]:
    """Files that were there before, and the last ones on their way."""

    def prepare(cloud: Cloud) -> None:
        cloud.project()
        results = Collection(cloud)
        for place, (files, overwrite) in enumerate(steps):
            if place:
                cloud.settle()
            results.send(files, upload=f"u{place}", overwrite=overwrite)

    return prepare


SITUATIONS = {
    "new": sent(({"a": TABLE}, Overwrite.NONE)),
    "replacing": sent(({"a": TABLE}, Overwrite.NONE), ({"a": OTHER}, REPLACE)),
    "beside": sent(({"a": TABLE}, Overwrite.NONE), ({"a": OTHER}, APPEND)),
    "taken": sent(({"a": TABLE}, Overwrite.NONE), ({"a": OTHER}, Overwrite.NONE)),
    "dicom": sent(({"a": image()}, Overwrite.NONE)),
}


@pytest.mark.parametrize("prepare", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_a_crash_at_any_call_changes_nothing_in_the_end(
    prepare: Callable[[Cloud], object],
) -> None:
    calls, differing = disturbed(prepare, ANONYMISE)
    assert calls[-1] == "DeleteObjects"
    assert differing == []


def test_a_member_that_nobody_unpacked_is_not_taken(results: Collection) -> None:
    """A form lets any number be used; what unpack did not declare was not declared."""
    results.cloud.uploads.declare("alpha", "u1", [Declaration("3", 1, "0" * 64, FileKind.ARCHIVE)])
    key = InboxKey(InboxPrefix.FILES, "alpha", "u1", "3.1")
    results.cloud.inbox.put(str(key), TABLE)
    assert results.cloud.settle()
    assert results.cloud.kinds() == ["quarantined declaration_mismatch"]
