"""Objects to de-identify, made in code, and the profile and pseudonyms the tests share."""

import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.results import Deidentified
from scanloft.deid.values.pseudonyms import Pseudonyms

Pack = Callable[..., bytes]
Run = Callable[..., Deidentified]


@pytest.fixture(scope="session")
def pseudonyms() -> Pseudonyms:
    return Pseudonyms(b"only for tests, 32 bytes or more")


@pytest.fixture
def base() -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = "1.2.826.1.3"
    dataset.StudyInstanceUID = "1.2.826.1.1"
    dataset.SeriesInstanceUID = "1.2.826.1.2"
    dataset.Modality = "CT"
    dataset.PatientName = "Quixote^Alonso"
    dataset.PatientID = "LAMANCHA-1605"
    dataset.SliceThickness = "2.5"
    dataset.Rows = 2
    dataset.Columns = 4
    dataset.BitsAllocated = 8
    dataset.SamplesPerPixel = 1
    dataset.PixelData = b"\1\2\3\4\5\6\7\x08"
    dataset["PixelData"].VR = "OB"
    return dataset


@pytest.fixture(scope="session")
def pack() -> Pack:
    def write(
        dataset: Dataset, *, syntax: str = ExplicitVRLittleEndian, preamble: bytes = b"\0" * 128
    ) -> bytes:
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = UID(str(dataset.get("SOPClassUID", "1.2.3")))
        meta.MediaStorageSOPInstanceUID = UID(str(dataset.get("SOPInstanceUID", "1.2.3")))
        meta.TransferSyntaxUID = UID(syntax)
        dataset.file_meta = meta
        dataset.preamble = preamble
        target = BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pydicom.dcmwrite(target, dataset, enforce_file_format=False, implicit_vr=None)
        return target.getvalue()

    return write


@pytest.fixture(scope="session")
def run(pseudonyms: Pseudonyms) -> Run:
    def deidentified(data: bytes, *options: str, pixel_review: bool = True) -> Deidentified:
        profile = Profile("test", 1, frozenset(options), pixel_review)
        return deidentify(data, profile=profile, pseudonyms=pseudonyms)

    return deidentified


@pytest.fixture(scope="session")
def shared_files() -> list[Path]:
    folder = Path(__file__).parents[2].parent / "shared" / "data"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        pytest.skip("the shared test data is not here")
    return files
