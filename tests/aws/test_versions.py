import pytest

from scanloft.aws.versions import VersionStore
from tests.support.cloud import Cloud


@pytest.fixture
def store(cloud: Cloud) -> VersionStore:
    cloud.s3.put_bucket_versioning(
        Bucket=cloud.archive.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    return VersionStore(cloud.archive.bucket, cloud.s3)


def test_versions_and_marks_of_a_key_come_together_and_go_for_good(
    cloud: Cloud, store: VersionStore
) -> None:
    for key in ("dicom/a/1", "dicom/a/2", "dicom/a/1", "dicom/ab/1"):
        cloud.archive.put(key, b"x")
    cloud.archive.delete(["dicom/a/2"])
    found = list(store.below("dicom/a/"))
    assert [one.key for one in found] == ["dicom/a/1"] * 2 + ["dicom/a/2"] * 2
    store.remove(found)
    assert list(store.below("dicom/a/")) == []
    assert cloud.keys(cloud.archive) == ["dicom/ab/1"]


def test_what_was_deleted_before_has_versions_that_can_be_removed(
    cloud: Cloud, store: VersionStore
) -> None:
    cloud.archive.put("dicom/a/1", b"old")
    cloud.archive.delete(["dicom/a/1"])
    assert cloud.keys(cloud.archive) == []
    versions = list(store.below("dicom/"))
    assert len(versions) == 2
    store.remove(versions)
    assert list(store.below("")) == []
