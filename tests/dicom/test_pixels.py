import struct

import pytest

from scanloft.core.errors import MalformedDicom
from scanloft.dicom.read import read_dicom
from tests.dicom.objects import (
    EXPLICIT,
    ITEM,
    JPEG,
    SEQUENCE_END,
    element,
    fragments,
    image,
    part10,
)


def test_less_pixel_data_than_rows_and_columns_promise_is_truncated() -> None:
    with pytest.raises(MalformedDicom, match="less pixel data than"):
        read_dicom(part10(image(element(0x7FE00010, "OW", bytes(6)))))


def test_a_small_file_that_claims_gigabytes_is_refused() -> None:
    body = image(element(0x7FE00010, "OW", bytes(8)), rows=0xFFFF, frames=b"999999")
    with pytest.raises(MalformedDicom, match="less pixel data than"):
        read_dicom(part10(body))


def test_more_pixel_data_than_promised_is_harmless() -> None:
    assert read_dicom(part10(image(element(0x7FE00010, "OW", bytes(10))))).Rows == 2


def test_a_frame_count_that_is_no_number_is_no_reason_to_refuse() -> None:
    assert read_dicom(part10(image(element(0x7FE00010, "OW", bytes(8)), frames=b"NaN "))).Rows == 2


def test_encapsulated_pixel_data_keeps_fragments_that_contain_a_delimiter() -> None:
    value = SEQUENCE_END + b"\1\2"
    pixels = fragments(0, end=b"") + ITEM + struct.pack("<L", len(value)) + value + SEQUENCE_END
    dataset = read_dicom(part10(image(pixels), JPEG))
    assert dataset.PixelData.endswith(value)
    assert dataset["PixelData"].is_undefined_length


@pytest.mark.parametrize(
    ("pixels", "syntax", "message"),
    [
        (fragments(0, 4, end=b""), JPEG, "truncated"),
        (fragments(0, 4)[:-10], JPEG, "truncated"),
        (fragments(0), JPEG, "fewer fragments"),
        (fragments(0, 4, end=element(0x00280010, "US", b"\2\0")), JPEG, "do not match"),
        (fragments(0, 4), EXPLICIT, "not encoded as"),
        (element(0x7FE00010, "OB", bytes(8)), JPEG, "not encoded as"),
        (element(0x7FE00010, "SQ", bytes(8)), EXPLICIT, "VR"),
    ],
)
def test_pixel_data_that_is_not_what_it_should_be_is_refused(
    pixels: bytes, syntax: str, message: str
) -> None:
    with pytest.raises(MalformedDicom, match=message):
        read_dicom(part10(image(pixels), syntax))


def test_fewer_fragments_than_frames_is_truncated() -> None:
    with pytest.raises(MalformedDicom, match="fewer fragments"):
        read_dicom(part10(image(fragments(0, 4, 4), frames=b"3 "), JPEG))


def test_a_video_may_have_all_frames_in_one_fragment() -> None:
    video = "1.2.840.10008.1.2.4.102"
    assert read_dicom(part10(image(fragments(0, 4), frames=b"30"), video)).NumberOfFrames == 30
