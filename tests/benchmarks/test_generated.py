from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from benchmarks.generated import (
    CINE,
    CT,
    ENHANCED,
    MR,
    Kind,
    element_count,
    header,
    image,
    write_large,
)

KINDS = pytest.mark.parametrize("kind", [CT, MR, CINE, ENHANCED])


def read(content: bytes) -> pydicom.Dataset:
    return pydicom.dcmread(BytesIO(content))


@pytest.mark.parametrize(("kind", "size_kb", "count"), [(CT, 538, 187), (MR, 46, 184)])
def test_image_has_the_size_and_the_elements_that_the_bars_are_about(
    kind: Kind, size_kb: int, count: int
) -> None:
    content = image(kind, batch=0, number=1)
    assert round(len(content) / 1000) == size_kb
    assert element_count(kind) == count
    assert sum(1 for _ in read(content).iterall()) == count


@pytest.mark.parametrize("kind", [CT, MR])
def test_image_has_two_private_blocks_of_thirty_elements_and_more(kind: Kind) -> None:
    private = [one for one in read(image(kind, batch=0, number=1)) if one.tag.is_private]
    assert len({one.tag.group for one in private}) == 2
    assert 30 <= len(private) <= 40


@pytest.mark.parametrize("kind", [CT, MR])
def test_pixels_of_an_image_can_be_read(kind: Kind) -> None:
    found = read(image(kind, batch=0, number=1))
    assert found.pixel_array.shape == (kind.rows, kind.columns)


@pytest.mark.filterwarnings("error")
@KINDS
def test_every_value_of_a_header_is_one_that_its_vr_allows(kind: Kind) -> None:
    found = read(header(kind, batch=0, number=1))
    assert str(found)


def test_objects_of_a_batch_are_distinct_instances_of_one_series() -> None:
    first, second = (read(image(MR, batch=1, number=number)) for number in (1, 2))
    assert first.SOPInstanceUID != second.SOPInstanceUID
    assert first.SeriesInstanceUID == second.SeriesInstanceUID
    assert first.file_meta.MediaStorageSOPInstanceUID == first.SOPInstanceUID


def test_each_batch_is_a_series_of_its_own_with_instances_of_its_own() -> None:
    first, second = (read(image(MR, batch=batch, number=1)) for batch in (1, 2))
    assert first.SeriesInstanceUID != second.SeriesInstanceUID
    assert first.SOPInstanceUID != second.SOPInstanceUID


def test_enhanced_object_has_an_item_a_frame_and_thousands_of_elements() -> None:
    found = read(header(ENHANCED, batch=0, number=1))
    assert len(found.PerFrameFunctionalGroupsSequence) == found.NumberOfFrames == ENHANCED.frames
    assert sum(1 for _ in found.iterall()) == element_count(ENHANCED) > 17_000


@pytest.mark.parametrize("kind", [CINE, ENHANCED])
def test_large_object_has_300_mb(kind: Kind) -> None:
    assert 299e6 < len(header(kind, batch=0, number=1)) + kind.pixel_bytes < 301e6


def test_file_that_is_written_in_pieces_is_the_object_as_a_whole(tmp_path: Path) -> None:
    small = Kind(CINE.lists, CINE.sop_class_uid, 1024, 1025, 3, 1)
    write_large(small, tmp_path / "large.dcm")
    content = (tmp_path / "large.dcm").read_bytes()
    assert len(content) == len(image(small, batch=0, number=1))
    assert bytes(1024) not in content
    assert len(read(content).PixelData) == small.pixel_bytes
