"""Compressed images are compared with what dcmtk reads, and with their native twins."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scanloft.core.errors import MalformedDicom, PixelReview
from scanloft.deid.pixels.codec_process import JPEG_LS_LOSSLESS
from scanloft.deid.pixels.compressed import RLE_LOSSLESS
from tests.deid.pixels.conftest import Stored
from tests.deid.pixels.reading import blanked, dcmtk, fill, mask, native, save

# Some of the shared files are odd on purpose.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

TWINS = "transfer-syntaxes/same-ct-in-15-syntaxes/CTImage.dcm_"
NATIVE_TWIN = TWINS + "LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1.dcm"

WITH_DCMTK = [
    "synthetic/SYNTHETIC_us-burned-in/cine_jpeg.dcm",
    "us-multiframe/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm",
    "us-multiframe/CT0012.fragmented_no_bot_jpeg_lossless.57.dcm",
    "us-multiframe/CT0012.fragmented_no_bot_jpeg_lossless.70.dcm",
    "us-multiframe/CT0012.fragmented_no_bot_jpeg_ls.81.dcm",
    "us-multiframe/CT0012.not_fragmented_bot_jpeg_ls.80.dcm",
    "us-multiframe/CT0012.not_fragmented_no_bot_rle.dcm",
    "us-multiframe/IM00001.fragmented_no_bot_jpeg_baseline.50.dcm",
    TWINS + "JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm",
    TWINS + "JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm",
    "pydicom-data/OBXXXX1A_rle_2frame.dcm",
    "pydicom-package/test_files/SC_rgb_dcmtk_+eb+cr.dcm",
    "pydicom-package/test_files/SC_rgb_dcmtk_+eb+cy+s4.dcm",
    "pydicom-package/test_files/SC_rgb_jls_lossy_line.dcm",
    "pydicom-package/test_files/SC_rgb_rle_16bit_2frame.dcm",
    "pydicom-package/test_files/SC_rgb_rle_32bit.dcm",
    "pydicom-package/test_files/SC_rgb_small_odd_jpeg.dcm",
]
LOSSLESS_TWINS = [
    "JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm",
    "JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80.dcm",
    "JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57.dcm",
    "JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70.dcm",
    "RLELosslessTransferSyntax_1.2.840.10008.1.2.5.dcm",
]


@pytest.mark.parametrize("name", WITH_DCMTK)
def test_dcmtk_reads_the_result_and_finds_all_else_unchanged(
    name: str, stored: Callable[[str], Stored], tmp_path: Path
) -> None:
    source = stored(name)
    cleaned = blanked(source)
    before = dcmtk(source.path, tmp_path / "before.dcm")
    after = dcmtk(save(source, cleaned, tmp_path / "blanked.dcm"), tmp_path / "after.dcm")
    inside = mask(before.shape)
    assert np.array_equal(after[:, ~inside], before[:, ~inside])
    photometric = source.dataset.PhotometricInterpretation
    assert np.all(after[:, inside] == fill(photometric, before.shape[3]))
    is_rle = source.syntax == RLE_LOSSLESS
    assert cleaned.transfer_syntax_uid == (RLE_LOSSLESS if is_rle else JPEG_LS_LOSSLESS)


@pytest.mark.parametrize("name", LOSSLESS_TWINS)
def test_lossless_twins_become_the_native_image(
    name: str, stored: Callable[[str], Stored], tmp_path: Path
) -> None:
    source = stored(TWINS + name)
    expected = native(stored(NATIVE_TWIN).dataset).copy()
    expected[:, mask(expected.shape)] = 0
    path = save(source, blanked(source), tmp_path / "blanked.dcm")
    assert np.array_equal(dcmtk(path, tmp_path / "after.dcm"), expected)


def test_jpeg_2000_with_transformed_colours_becomes_rgb(
    stored: Callable[[str], Stored], tmp_path: Path
) -> None:
    source = stored("pydicom-package/test_files/examples_jpeg2k.dcm")
    cleaned = blanked(source)
    assert cleaned.changes == {0x00280004: ("CS", b"RGB ")}
    after = dcmtk(save(source, cleaned, tmp_path / "blanked.dcm"), tmp_path / "after.dcm")
    assert np.all(after[:, mask(after.shape)] == 0)
    assert len(np.unique(after)) > 100


def test_signed_pixels_of_fewer_bits_keep_their_sign(
    stored: Callable[[str], Stored], tmp_path: Path
) -> None:
    source = stored("pydicom-data/JLSL_16_15_1_1F.dcm")
    before = dcmtk(source.path, tmp_path / "before.dcm")
    after = dcmtk(save(source, blanked(source), tmp_path / "b.dcm"), tmp_path / "after.dcm")
    inside = mask(before.shape)
    assert np.array_equal(after[:, ~inside] & 0x7FFF, before[:, ~inside] & 0x7FFF)
    assert after.view(np.int16).min() == -16384


def test_the_offset_table_points_to_each_frame(stored: Callable[[str], Stored]) -> None:
    value = bytes(blanked(stored("synthetic/SYNTHETIC_us-burned-in/cine_jpeg.dcm")).value)
    (length,) = struct.unpack_from("<L", value, 4)
    offsets = struct.unpack_from(f"<{length // 4}L", value, 8)
    assert len(offsets) == 12
    for offset in offsets:
        assert value[8 + length + offset :].startswith(b"\xfe\xff\x00\xe0")
        assert value[8 + length + offset + 8 :].startswith(b"\xff\xd8")
    assert value.endswith(b"\xfe\xff\xdd\xe0\0\0\0\0")


@pytest.mark.parametrize(
    "name",
    [
        "transfer-syntaxes/htj2k/HTJ2KLossless_08_RGB.dcm",
        "pydicom-data/liver_j2k.dcm",
        "pydicom-data/liver_rle.dcm",
        "pydicom-data/JLSL_08_07_0_1F.dcm",
    ],
)
def test_what_cannot_be_recoded_waits_for_a_person(
    name: str, stored: Callable[[str], Stored]
) -> None:
    with pytest.raises(PixelReview):
        blanked(stored(name))


@pytest.mark.parametrize(
    "name",
    [
        "pydicom-package/test_files/GDCMJ2K_TextGBR.dcm",
        "pydicom-package/test_files/JPEG2000-embedded-sequence-delimiter.dcm",
    ],
)
def test_frames_in_wrappers_or_with_other_sizes_are_refused(
    name: str, stored: Callable[[str], Stored]
) -> None:
    with pytest.raises(MalformedDicom):
        blanked(stored(name))


@pytest.mark.parametrize("name", ["MR_small_jp2klossless", "SC_rgb_jpeg_dcmtk", "JPGExtended"])
def test_damaged_frames_are_refused_or_decoded_but_never_crash(
    name: str, stored: Callable[[str], Stored]
) -> None:
    source = stored(f"pydicom-package/test_files/{name}.dcm")
    random = np.random.default_rng(7)
    for _ in range(6):
        damaged = bytearray(source.value)
        for place in random.integers(100, len(damaged) - 4, 20):
            damaged[place] = random.integers(256)
        try:
            cleaned = blanked(source, value=bytes(damaged))
        except (MalformedDicom, PixelReview):
            continue
        assert cleaned.transfer_syntax_uid == JPEG_LS_LOSSLESS
