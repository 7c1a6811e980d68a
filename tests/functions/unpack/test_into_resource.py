from collections.abc import Callable

import pytest

from functions.unpack.into_resource import with_path
from functions.unpack.members import Member
from scanloft.core.annotations import Overwrite
from scanloft.core.blueprint import UNPACK
from tests.functions.unpack.packed import PACKERS, Files, tarred, zip_with_link, zipped
from tests.support.cloud import Cloud
from tests.support.disturbances import disturbed
from tests.support.images import image
from tests.support.resources import Collection

FILES: Files = {
    "sub-01/": b"",
    "sub-01/anat/a.nii.gz": b"\x1f\x8b\x08 not really",
    "./dataset_description.json": b"{}",
    "empty": b"",
}
KEPT = {
    "dataset_description.json": b"{}",
    "empty": b"",
}


@pytest.fixture
def results(alpha: Cloud) -> Collection:
    return Collection(alpha)


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS.keys())
def test_zip_tar_tgz_and_tar_gz_give_the_same_result(
    results: Collection, pack: Callable[[Files], bytes]
) -> None:
    files = {**KEPT, "sub-01/anat/a.csv": b"a,b"}
    results.send({"any.name": pack({"sub-01/": b"", **files})}, unpack=True)
    assert results.cloud.settle()
    assert results.contents() == files
    assert [fate.kind for fate in results.cloud.fates()] == ["unpacked", *["archived"] * 3]
    assert results.cloud.keys(results.cloud.inbox) == []


def test_members_lie_in_the_inbox_without_their_names(results: Collection) -> None:
    results.send({"bids.zip": zipped(FILES)}, unpack=True)
    assert results.cloud.feed(UNPACK) == 0
    assert results.cloud.keys(results.cloud.inbox) == [f"files/alpha/u1/1.{n}" for n in range(3)]


def test_each_member_is_looked_at_by_itself(results: Collection) -> None:
    files = {
        "table.csv": b"a,b\n",
        "image.csv": image(),
        "names.json": b'{"PatientName": "CANARY"}',
        "inner.zip": zipped({"a": image(2)}),
        "inner.nii.gz": b"\x1f\x8b\x08 broken",
    }
    results.send({"all.zip": zipped(files)}, unpack=True)
    assert results.cloud.settle()
    assert results.cloud.kinds() == [
        "unpacked",
        "archived",
        "archived is_dicom",
        "quarantined identifying_sidecar",
        "quarantined hidden_dicom",
        "quarantined bad_archive_file",
    ]
    assert results.contents() == {"table.csv": b"a,b\n"}
    stored = map(results.cloud.archive.get, results.cloud.keys(results.cloud.archive))
    assert not [one for one in stored if b"CANARY" in one.body]


HOSTILE = ["../../escape", "/absolute", "a/../b", "a\nb", "a\\..\\b", "x" * 300, "a//b"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_member_that_leads_elsewhere_is_refused_and_the_file_kept(
    results: Collection, name: str
) -> None:
    results.send({"all.tar": tarred({name: b"hostile", "ok": b"fine"})}, unpack=True)
    assert results.cloud.settle()
    assert results.contents() == {"ok": b"fine"}
    assert results.cloud.kinds() == [
        "quarantined bad_archive_file",
        "ignored bad_archive_file",
        "archived",
    ]
    assert len(results.cloud.detained()) == 1
    assert not [fate for fate in results.cloud.fates() if name in fate.reason]


@pytest.mark.parametrize("name", ["\udce4", "a\0b", "\u202egpj"])
def test_a_name_that_cannot_be_written_is_refused(name: str) -> None:
    assert with_path(Member(0, b"x", name=name)).refusal is not None


def test_links_become_no_files(results: Collection) -> None:
    results.send({"all.zip": zip_with_link()}, unpack=True)
    assert results.cloud.settle()
    assert "link" not in results.contents()


def test_members_follow_the_overwriting_of_their_zip(results: Collection) -> None:
    results.send({"1.zip": zipped({"a": b"1", "b": b"1"})}, unpack=True)
    results.cloud.settle()
    results.send(
        {"2.zip": zipped({"a": b"2"})}, upload="u2", unpack=True, overwrite=Overwrite.REPLACE
    )
    results.send({"3.zip": zipped({"b": b"3"})}, upload="u3", unpack=True)
    assert results.cloud.settle()
    assert results.contents() == {"a": b"2", "b": b"1"}
    assert results.cloud.kinds("u3") == ["unpacked", "quarantined conflict"]


def test_members_are_not_declared_for_whoever_lists_what_waits(results: Collection) -> None:
    results.send({"all.zip": zipped({"a": b"1"})}, unpack=True)
    results.cloud.feed(UNPACK)
    numbers = [one.number for one in results.cloud.uploads.declarations("alpha", "u1")]
    assert numbers == ["1"]


def test_a_crash_at_any_call_changes_nothing_in_the_end() -> None:
    packed = zipped({"a": b"1", "../b": b"2"})

    def prepare(cloud: Cloud) -> None:
        cloud.project()
        Collection(cloud).send({"all.zip": packed}, unpack=True)

    calls, differing = disturbed(prepare, UNPACK)
    assert calls[-1] == "DeleteObjects"
    assert differing == []
