"""The DICOM objects that are measured: real ones where they are, pydicom's own otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pydicom
from pydicom.data import get_testdata_file

DATA = Path(__file__).parents[1].parent / "shared" / "data"
KIND_FOLDERS = {
    "CT": DATA / "ct-series" / "ge-hispeed_28",
    "MR": DATA / "mr-sessions" / "ge-discovery_nih" / "mr_0004",
}
PACKAGED_FILES = {"CT": "CT_small.dcm", "MR": "MR_small.dcm"}
FILE_LIMIT = 28
UID_ROOT = "1.2.826.0.1.3680043.10."
"""Only of objects that end with the benchmark."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Files of one kind; `kind` is their modality."""

    kind: str
    files: tuple[Path, ...]

    @property
    def title(self) -> str:
        """What it is, for the table."""
        return f"{self.kind}, {self.files[0].stat().st_size / 1000:.0f} kB"


def sample(kind: str, *, folder: Path | None = None) -> Sample:
    """Up to 28 files of a modality, or the one that pydicom brings."""
    files = sorted((folder or KIND_FOLDERS[kind]).glob("*.dcm"))[:FILE_LIMIT]
    if not files:
        found = get_testdata_file(PACKAGED_FILES[kind], download=False)
        files = [Path(str(found))]
    return Sample(kind, tuple(files))


def fresh_series(model: bytes, *, batch: int, count: int) -> list[bytes]:
    """Copies of an object as the instances of one new series, each with a UID of its own.

    The UIDs keep their length, so that the files differ from the model in nothing else.
    """
    dataset = pydicom.dcmread(BytesIO(model), stop_before_pixels=True)
    old_series, old_sop = (
        str(dataset[name].value) for name in ("SeriesInstanceUID", "SOPInstanceUID")
    )
    series = model.replace(old_series.encode(), new_uid(len(old_series), (batch, 0)).encode())
    return [
        series.replace(old_sop.encode(), new_uid(len(old_sop), (batch, number)).encode())
        for number in range(1, count + 1)
    ]


def new_uid(length: int, numbers: Sequence[int]) -> str:
    """A UID of exactly this length that tells these numbers.

    Raises:
        ValueError: they do not fit.
    """
    tail = "".join(f"{number:06d}" for number in numbers)
    filling = length - len(UID_ROOT) - len(tail) - 1
    if filling < 0:
        raise ValueError("The UIDs of the model are too short to be numbered.")
    return f"{UID_ROOT}1{'0' * filling}{tail}"
