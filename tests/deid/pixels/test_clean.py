"""What the engine calls: native and compressed images, and what is refused before either."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scanloft.core.errors import PixelReview
from scanloft.deid.pixels.clean import clean_pixels
from scanloft.deid.pixels.devices import Rectangle
from tests.deid.pixels.conftest import Stored
from tests.deid.pixels.reading import REGIONS, blanked, dcmtk, fill, mask, native, save


@pytest.fixture(
    params=[
        "SYNTHETIC_us-burned-in/cine_jpeg.dcm",
        "SYNTHETIC_us-burned-in/cine_raw.dcm",
        "SYNTHETIC_sc-scanned-form/form.dcm",
    ]
)
def burned_in(
    request: pytest.FixtureRequest, stored: Callable[[str], Stored], shared: Path
) -> tuple[Stored, tuple[Rectangle, ...]]:
    truth = json.loads((shared / "synthetic" / "burned_in.json").read_text())
    boxes = [entry["box"] for entry in truth[request.param]["boxes"]]
    regions = tuple(Rectangle(x, y, right - x + 1, low - y + 1) for x, y, right, low in boxes)
    return stored("synthetic/" + request.param), regions


def test_no_pixel_of_burned_in_text_remains(
    burned_in: tuple[Stored, tuple[Rectangle, ...]], tmp_path: Path
) -> None:
    source, regions = burned_in
    cleaned = blanked(source, regions=regions)
    if source.dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        before = dcmtk(source.path, tmp_path / "before.dcm")
        after = dcmtk(save(source, cleaned, tmp_path / "blanked.dcm"), tmp_path / "after.dcm")
    else:
        before = native(source.dataset)
        after = np.frombuffer(bytes(cleaned.value), before.dtype).reshape(before.shape)
    inside = mask(before.shape, regions)
    black = fill(source.dataset.PhotometricInterpretation, before.shape[3])
    assert np.all(after[:, inside] == black)
    assert not np.all(before[:, inside] == black)
    assert np.array_equal(after[:, ~inside], before[:, ~inside])


def test_what_was_lossy_stays_marked_lossy(stored: Callable[[str], Stored]) -> None:
    cleaned = blanked(stored("synthetic/SYNTHETIC_us-burned-in/cine_jpeg.dcm"))
    assert 0x00282110 not in cleaned.changes
    assert cleaned.changes == {0x00280004: ("CS", b"YBR_FULL")}


def test_rectangles_outside_of_the_image_change_nothing(stored: Callable[[str], Stored]) -> None:
    source = stored("synthetic/SYNTHETIC_us-burned-in/cine_jpeg.dcm")
    cleaned = blanked(source, regions=(Rectangle(640, 0, 9, 9), Rectangle(0, 480, 9, 9)))
    assert (cleaned.value, cleaned.changes) == (source.value, {})
    assert cleaned.transfer_syntax_uid == source.syntax


def test_more_pixels_than_the_limit_are_refused(stored: Callable[[str], Stored]) -> None:
    source = stored("synthetic/SYNTHETIC_us-burned-in/cine_jpeg.dcm")
    size = 640 * 480 * 3 * 12
    with pytest.raises(PixelReview, match="too many"):
        blanked(source, limit_bytes=size - 1)


def test_extended_offsets_go_as_they_point_to_the_old_frames(
    stored: Callable[[str], Stored],
) -> None:
    source = stored("pydicom-package/test_files/MR_small_RLE.dcm")
    cleaned = clean_pixels(
        source.value,
        encapsulated=True,
        transfer_syntax_uid=source.syntax,
        look=lambda tag: bytes(8) if tag in (0x7FE00001, 0x7FE00002) else source.look(tag),
        little=True,
        rectangles=REGIONS,
        limit_bytes=2**20,
    )
    assert cleaned.changes == {0x7FE00001: None, 0x7FE00002: None}


def test_native_images_are_blanked_without_any_library() -> None:
    program = (
        "import sys; from scanloft.deid.pixels.clean import clean_pixels;"
        "from scanloft.deid.pixels.devices import Rectangle;"
        "us = {0x280010: b'\\2\\0', 0x280011: b'\\3\\0', 0x280100: b'\\10\\0'};"
        "cleaned = clean_pixels(b'abcdef', encapsulated=False, transfer_syntax_uid='1.2',"
        "look=lambda tag: us.get(tag, b''), little=True, rectangles=[Rectangle(1, 0, 1, 2)],"
        "limit_bytes=6);"
        "assert bytes(cleaned.value) == b'a\\0cd\\0f';"
        "print([name for name in ('pydicom', 'numpy', 'gdcm', 're2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
