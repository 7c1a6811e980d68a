import pytest

from scanloft.core.identifiers import UPLOAD
from scanloft.core.instructions import is_review_upload, may_be_instructed, routed_upload
from scanloft.core.keys import is_dicom_upload


def test_a_routed_association_is_one_still_and_may_be_instructed() -> None:
    name = routed_upload("dicom-20250131T235959-0a1b2c3d")
    assert name == "dicom-routed-20250131T235959-0a1b2c3d"
    assert is_dicom_upload(name)
    assert may_be_instructed(name)
    assert UPLOAD.fullmatch(name)


@pytest.mark.parametrize(
    ("upload", "reviewed", "instructed"),
    [
        ("review-0a1b", True, True),
        ("dicom-routed-1", False, True),
        ("dicom-1", False, False),
        ("0a1b2c", False, False),
        ("xreview-1", False, False),
    ],
)
def test_only_what_routing_and_people_sent_may_be_instructed(
    upload: str, reviewed: bool, instructed: bool
) -> None:
    assert (is_review_upload(upload), may_be_instructed(upload)) == (reviewed, instructed)
