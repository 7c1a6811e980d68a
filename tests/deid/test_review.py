from collections.abc import Callable
from functools import partial

import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import PixelReview
from scanloft.deid.results import Deidentified
from scanloft.deid.review import review
from scanloft.dicom.pixels import Look

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
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.77.1.7", "Photographs"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.77.1", "Photographs"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.77.2", "Photographs"),
        ("Modality", "XC", "Photographs"),
        ("Modality", "DMS", "Photographs"),
        ("Modality", "TG", "Photographs"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.68.1", "Surface scans"),
        ("Modality", "OSS", "Surface scans"),
        ("SOPClassUID", "1.2.840.10008.5.1.1.29", "Hardcopies"),
        ("SOPClassUID", "1.2.840.10008.5.1.1.30", "Hardcopies"),
        ("Modality", "HC", "Hardcopies"),
        ("Modality", "IVUS", "Ultrasound"),
        ("Modality", "EC", "Ultrasound"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.6.2", "Ultrasound"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.6.3", "Ultrasound"),
        ("Modality", "SC", "Secondary captures"),
        ("Modality", "DOC", "Secondary captures"),
        ("Modality", ["CT", "XC"], "Photographs"),
        ("Modality", "AU", "speech"),
        ("Modality", "LP", "Endoscopy"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.9.4.1", "speech"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.77.1.1", "Endoscopy"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.77.1.1.1", "Endoscopy"),
        ("Modality", "ES", "Endoscopy"),
        ("ConversionType", "WSD", "Converted"),
        ("ImageType", ["DERIVED", "SECONDARY", "SCREEN SAVE"], "Screen shots"),
        ("ImageType", ["ORIGINAL", "PRIMARY", "LABEL", "NONE"], "Labels and overviews"),
        ("ImageType", ["DERIVED", "PRIMARY", "OVERVIEW", "NONE"], "Labels and overviews"),
        ("SpecimenLabelInImage", "YES", "Labels and overviews"),
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
        "1.2.840.10008.5.1.4.1.1.77.1.2",
        "1.2.840.10008.5.1.4.1.1.77.1.5.1",
        "1.2.840.10008.5.1.4.1.1.77.1.8",
        "1.2.840.10008.5.1.4.1.1.66.5",
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


CT = "1.2.840.10008.5.1.4.1.1.2"
DOCUMENT = "1.2.840.10008.5.1.4.1.1.104.1"
PHOTOGRAPH = "1.2.840.10008.5.1.4.1.1.77.1.4"
RECOGNISABLE, BURNED_IN, MODALITY = 0x00280302, 0x00280301, 0x00080060
ENCAPSULATED = 0x00420011
OVERLAY = (0x60000010, 0x60003000)
IN_PIXELS = (0x60000010,)


def looking(**values: bytes) -> Look:
    tags = {"recognisable": RECOGNISABLE, "burned_in": BURNED_IN, "modality": MODALITY}
    found = {tags[name]: value for name, value in values.items()}
    return lambda tag: found.get(tag, b"")


def reason_of(
    look: Look,
    *,
    sop_class_uid: str = CT,
    pixels: bool = True,
    cleaned: bool = False,
    overlays_kept: bool = False,
    tags: tuple[int, ...] = (),
) -> str:
    """Why an object waits; blank where it passes."""
    try:
        review(
            look,
            sop_class_uid=sop_class_uid,
            pixels=pixels,
            cleaned=cleaned,
            overlays_kept=overlays_kept,
            tags=tags,
        )
    except PixelReview as error:
        return error.message
    return ""


def test_reasons_are_told_from_the_gravest_on() -> None:
    all_of_them = looking(recognisable=b"YES", burned_in=b"YES", modality=b"US")
    burned_in = looking(burned_in=b"YES", modality=b"US")
    kept = partial(reason_of, tags=OVERLAY, overlays_kept=True)
    document = partial(kept, tags=(*OVERLAY, ENCAPSULATED))
    assert "encapsulated document" in document(all_of_them)
    assert "encapsulated document" in kept(all_of_them, sop_class_uid=DOCUMENT)
    assert "recognised" in kept(all_of_them, sop_class_uid=PHOTOGRAPH)
    assert "Photographs" in kept(burned_in, sop_class_uid=PHOTOGRAPH)
    assert "burned into" in kept(burned_in)
    assert "Ultrasound" in kept(looking(modality=b"US"))
    assert "Overlays are kept" in kept(looking())
    assert reason_of(looking(), tags=OVERLAY) == ""


def test_a_cleaned_device_passes_with_what_is_burned_in_and_with_nothing_else() -> None:
    burned = looking(burned_in=b"YES", modality=b"US")
    assert reason_of(burned, cleaned=True) == ""
    assert reason_of(looking(recognisable=b"YES"), cleaned=True)
    assert reason_of(looking(), sop_class_uid=PHOTOGRAPH, cleaned=True)
    assert reason_of(looking(modality=b"XC"), cleaned=True)
    assert reason_of(looking(modality=b"HC"), cleaned=True) == ""
    assert reason_of(looking(), sop_class_uid=DOCUMENT, cleaned=True)
    assert reason_of(looking(), tags=IN_PIXELS, cleaned=True)
    assert reason_of(looking(), tags=OVERLAY, cleaned=True, overlays_kept=True)


def test_without_review_only_documents_wait() -> None:
    look = looking(recognisable=b"YES", burned_in=b"YES", modality=b"US")
    assert reason_of(look, pixels=False, tags=IN_PIXELS, overlays_kept=True) == ""
    assert reason_of(look, pixels=False, tags=(ENCAPSULATED,))


@pytest.mark.parametrize(
    "tags", [(0x60020010,), (0x601E0010, 0x60003000), (0x60000010, 0x60020010)]
)
def test_an_overlay_group_without_data_is_found_among_others(tags: tuple[int, ...]) -> None:
    assert "overlay" in reason_of(looking(), tags=tags)


@pytest.mark.parametrize("value", [b"NO", b"NO ", b"no\0", b"", b"  "])
def test_no_in_any_spelling_is_no_reason(value: bytes) -> None:
    assert reason_of(looking(recognisable=value, burned_in=value)) == ""


@pytest.mark.parametrize("value", [b"YES", b"yes ", b"Y", b"N/A", b"MAYBE", b"NO\\YES", b"\xff"])
def test_anything_but_no_is_a_reason(value: bytes) -> None:
    assert "recognised" in reason_of(looking(recognisable=value))
    assert "burned into" in reason_of(looking(burned_in=value))


def test_the_reason_names_nothing_of_the_object() -> None:
    assert "Testmann" not in reason_of(looking(burned_in=b"Testmann"))
