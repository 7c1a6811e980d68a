"""What a sender can do with forms and addresses beyond what it declared does no harm."""

import hashlib

import pytest

from scanloft.aws.unpacked import UnpackedIndex
from scanloft.core.keys import InboxPrefix
from scanloft.core.model import Declaration, Fate, FateKind, FileKind
from tests.support.cloud import Cloud
from tests.support.images import image

OTHER = image(pixels=b"\2" * 32)
PART = 5 * 1024 * 1024


def declare(cloud: Cloud, number: str, content: bytes, *, kind: FileKind = FileKind.DICOM) -> None:
    digest = hashlib.sha256(content).hexdigest()
    cloud.uploads.declare("alpha", "u1", [Declaration(number, len(content), digest, kind)])


def archived(cloud: Cloud) -> dict[str, bytes]:
    keys = cloud.keys(cloud.archive, "dicom/")
    return {key: cloud.archive.get(key).body for key in keys}


def test_an_object_under_a_number_that_was_not_declared_waits_in_quarantine(alpha: Cloud) -> None:
    alpha.send(image())
    alpha.inbox.put("dicom/alpha/u1/7", image(2))
    assert alpha.settle()
    assert alpha.kinds() == ["archived", "quarantined declaration_mismatch"]
    assert len(archived(alpha)) == 1


def test_another_object_for_a_number_that_has_its_fate_changes_nothing_in_the_archive(
    alpha: Cloud,
) -> None:
    alpha.send(image())
    alpha.settle()
    before = archived(alpha)
    alpha.inbox.put("dicom/alpha/u1/0", OTHER)
    assert alpha.settle()
    assert archived(alpha) == before
    assert [item.code for item in alpha.detained()] == ["declaration_mismatch"]
    assert alpha.keys(alpha.inbox, "dicom/") == []


def test_the_same_object_again_for_its_number_changes_nothing(alpha: Cloud) -> None:
    alpha.send(image())
    alpha.settle()
    before = alpha.snapshot()
    alpha.inbox.put("dicom/alpha/u1/0", image())
    assert alpha.settle()
    assert alpha.snapshot() == before


@pytest.mark.parametrize("member", ["1.2", "1.999", "1.0.1", "2.0"])
def test_a_member_that_was_not_unpacked_waits_in_quarantine(alpha: Cloud, member: str) -> None:
    """File 1 was unpacked up to its second member, file 2 was declared and never sent."""
    for number in ("1", "2"):
        declare(alpha, number, b"PK", kind=FileKind.ARCHIVE)
    UnpackedIndex(alpha.rows).note("alpha", "u1", "1", below=2)
    alpha.inbox.put("dicom/alpha/u1/1.1", image())
    alpha.inbox.put(f"dicom/alpha/u1/{member}", image(2))
    assert alpha.settle()
    assert sorted(alpha.kinds()) == ["archived", "quarantined declaration_mismatch"]
    assert len(archived(alpha)) == 1


def test_an_object_whose_number_has_a_leading_zero_is_misplaced(alpha: Cloud) -> None:
    declare(alpha, "7", image())
    alpha.inbox.put("dicom/alpha/u1/007", image())
    assert alpha.settle()
    assert archived(alpha) == {}
    assert alpha.uploads.fate("alpha", "u1", "7") is None


def test_a_member_of_a_file_that_is_no_zip_waits_in_quarantine(alpha: Cloud) -> None:
    declare(alpha, "1", image())
    alpha.inbox.put("dicom/alpha/u1/1.1", image())
    assert alpha.settle()
    assert alpha.kinds() == ["quarantined declaration_mismatch"]
    assert archived(alpha) == {}


def test_a_zip_that_was_declared_as_an_image_is_not_unpacked(alpha: Cloud) -> None:
    declare(alpha, "1", b"PK\3\4")
    alpha.inbox.put(f"{InboxPrefix.ARCHIVES}/alpha/u1/1", b"PK\3\4 something else")
    assert alpha.settle()
    assert alpha.kinds() == ["quarantined declaration_mismatch"]


def test_a_part_that_is_announced_before_the_file_is_whole_is_nothing_yet(alpha: Cloud) -> None:
    """moto announces each part, S3 does not."""
    content = image(pixels=bytes(2 * 1700 * 1700), Rows=1700, Columns=1700)
    declare(alpha, "1", content)
    place = {"Bucket": alpha.inbox.bucket, "Key": "dicom/alpha/u1/1"}
    name = alpha.s3.create_multipart_upload(**place, ChecksumAlgorithm="SHA256")["UploadId"]
    parts = []
    for number, body in enumerate((content[:PART], content[PART:]), 1):
        answer = alpha.s3.upload_part(**place, UploadId=name, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        assert alpha.settle()
        assert (alpha.fates(), archived(alpha), alpha.detained()) == ([], {}, [])
    alpha.s3.complete_multipart_upload(**place, UploadId=name, MultipartUpload={"Parts": parts})
    assert alpha.settle()
    assert alpha.kinds() == ["archived"]


def test_a_file_of_parts_with_other_content_than_declared_waits_in_quarantine(
    alpha: Cloud,
) -> None:
    declare(alpha, "1", image())
    place = {"Bucket": alpha.inbox.bucket, "Key": "dicom/alpha/u1/1"}
    name = alpha.s3.create_multipart_upload(**place)["UploadId"]
    answer = alpha.s3.upload_part(**place, UploadId=name, PartNumber=1, Body=OTHER)
    parts = {"Parts": [{"PartNumber": 1, "ETag": answer["ETag"]}]}
    alpha.s3.complete_multipart_upload(**place, UploadId=name, MultipartUpload=parts)
    assert alpha.settle()
    assert alpha.kinds() == ["quarantined declaration_mismatch"]


def test_a_file_that_was_told_as_expired_and_comes_has_the_fate_that_it_meets(
    alpha: Cloud,
) -> None:
    declare(alpha, "0", image())
    alpha.uploads.put_fates([("alpha", "u1", Fate("0", FateKind.EXPIRED, code="expired"))])
    alpha.send(image())
    assert alpha.settle()
    assert alpha.kinds() == ["archived"]


def test_of_the_same_content_in_two_uploads_one_is_archived_and_one_a_duplicate(
    alpha: Cloud,
) -> None:
    files = [image(number) for number in range(1, 6)]
    alpha.send(*files, upload="u1")
    alpha.send(*files, upload="u2")
    assert alpha.settle()
    for one, other in zip(alpha.fates("u1"), alpha.fates("u2"), strict=True):
        assert {one.kind, other.kind} == {FateKind.ARCHIVED, FateKind.DUPLICATE}
    assert len(archived(alpha)) == 5
    assert alpha.detained() == []
