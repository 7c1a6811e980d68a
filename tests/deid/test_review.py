from collections.abc import Callable

import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import PixelReview
from scanloft.deid.engine import Deidentified

Pack = Callable[..., bytes]
Run = Callable[..., Deidentified]


@pytest.mark.parametrize(
    ("keyword", "value", "reason"),
    [
        ("Modality", "US", "Ultrasound"),
        ("BurnedInAnnotation", "YES", "burned into"),
        ("BurnedInAnnotation", "Y", "burned into"),
        ("RecognizableVisualFeatures", "YES", "recognised"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7", "Secondary captures"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7.4", "Secondary captures"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.6.1", "Ultrasound"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.3.1", "Ultrasound"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.77.1.4", "Photographs"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.9.4.1", "speech"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.77.1.1", "Endoscopy"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.77.1.1.1", "Endoscopy"),
        ("Modality", "ES", "Endoscopy"),
        ("ConversionType", "WSD", "Converted"),
        ("ImageType", ["DERIVED", "SECONDARY", "SCREEN SAVE"], "Screen shots"),
        ("ImageType", ["DERIVED", "SECONDARY", "SCREENSHOT"], "Screen shots"),
    ],
)
def test_pixels_that_may_show_patient_data_wait_for_a_person(
    base: Dataset, pack: Pack, run: Run, keyword: str, value: str | list[str], reason: str
) -> None:
    setattr(base, keyword, value)
    data = pack(base)
    with pytest.raises(PixelReview, match=reason):
        run(data)
    assert run(data, pixel_review=False).data


@pytest.mark.parametrize(
    "sop_class_uid",
    [
        "1.2.840.10008.5.1.4.1.1.4",
        "1.2.840.10008.5.1.4.1.1.66.4",
        "1.2.840.10008.5.1.4.1.1.77.1.6",
        "1.2.840.10008.5.1.4.1.1.30",
    ],
)
def test_classes_with_similar_uids_pass(
    base: Dataset, pack: Pack, run: Run, sop_class_uid: str
) -> None:
    base.SOPClassUID = sop_class_uid
    base.BurnedInAnnotation = "NO"
    assert run(pack(base)).data


def test_an_overlay_inside_the_pixels_waits_and_one_beside_them_is_removed(
    base: Dataset, pack: Pack, run: Run
) -> None:
    base.add_new(0x60000010, "US", 2)
    with pytest.raises(PixelReview, match="overlay"):
        run(pack(base))
    base.add_new(0x60003000, "OW", b"\0\1")
    assert b"\x00\x60\x00\x30" not in run(pack(base)).data


def test_an_encapsulated_document_waits_whatever_the_profile_says(
    base: Dataset, pack: Pack, run: Run
) -> None:
    base.EncapsulatedDocument = b"%PDF"
    with pytest.raises(PixelReview, match="document"):
        run(pack(base), pixel_review=False)
    del base.EncapsulatedDocument
    base.SOPClassUID = "1.2.840.10008.5.1.4.1.1.104.3"
    with pytest.raises(PixelReview, match="document"):
        run(pack(base), pixel_review=False)
