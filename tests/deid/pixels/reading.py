"""Blanking shared files, and reading the results with other software."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from scanloft.deid.pixels.clean import CleanedPixels, clean_pixels
from scanloft.deid.pixels.compressed import RLE_LOSSLESS
from scanloft.deid.pixels.devices import Rectangle
from tests.deid.pixels.conftest import Stored

Pixels = NDArray[Any]
REGIONS = (Rectangle(2, 1, 31, 17), Rectangle(0, 40, 1000, 3))


def blanked(
    source: Stored,
    *,
    value: bytes | None = None,
    syntax: str = "",
    regions: tuple[Rectangle, ...] = REGIONS,
    limit_bytes: int = 2**30,
) -> CleanedPixels:
    return clean_pixels(
        source.value if value is None else value,
        encapsulated=source.dataset.file_meta.TransferSyntaxUID.is_encapsulated,
        transfer_syntax_uid=syntax or source.syntax,
        look=source.look,
        little=True,
        rectangles=regions,
        limit_bytes=limit_bytes,
    )


def save(source: Stored, cleaned: CleanedPixels, target: Path) -> Path:
    dataset = pydicom.dcmread(source.path)
    dataset.PixelData = bytes(cleaned.value)[:-8]  # pydicom writes the delimiter itself
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(cleaned.transfer_syntax_uid)
    for tag, change in cleaned.changes.items():
        assert change is not None
        vr, encoded = change
        dataset[tag].value = encoded.decode().strip() if vr == "CS" else encoded[0]
    dataset.save_as(target)
    return target


def dcmtk(path: Path, target: Path) -> Pixels:
    """Decode a file with dcmtk, colours as they are: frames, rows, columns, samples."""
    syntax = pydicom.dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID
    if syntax == RLE_LOSSLESS:
        tool = ["dcmdrle"]
    else:
        tool = ["dcmdjpls"] if syntax.endswith((".80", ".81")) else ["dcmdjpeg", "+cn"]
    if shutil.which(tool[0]) is None:
        pytest.skip("dcmtk is not installed")
    subprocess.run([*tool, path, target], check=True, capture_output=True)
    return native(pydicom.dcmread(target))


def native(dataset: pydicom.Dataset) -> Pixels:
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    size = (frames, dataset.Rows, dataset.Columns, dataset.SamplesPerPixel)
    width = dataset.BitsAllocated // 8
    flat = np.frombuffer(dataset.PixelData[: int(np.prod(size)) * width], f"<u{width}")
    if dataset.get("PlanarConfiguration") == 1:
        return flat.reshape(size[0], size[3], *size[1:3]).transpose(0, 2, 3, 1)
    return flat.reshape(size)


def mask(shape: tuple[int, ...], regions: tuple[Rectangle, ...] = REGIONS) -> NDArray[np.bool_]:
    inside = np.zeros(shape[1:3], bool)
    for region in regions:
        inside[region.y : region.y + region.height, region.x : region.x + region.width] = True
    return inside


def fill(photometric: str, samples: int) -> list[int]:
    return [0, 128, 128] if photometric.startswith("YBR") else [0] * samples
