"""Small DICOM images made in code, with a patient in them whom nobody may find again."""

import warnings
from io import BytesIO
from typing import Any

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

CANARY = "CANARY"
PATIENT = {"PatientName": f"{CANARY}^Ann", "PatientID": f"{CANARY}-1", "StudyDate": "20200102"}


def image(
    number: int = 1, *, study: int = 1, series: int = 1, pixels: bytes = b"\1" * 32, **more: Any
) -> bytes:
    """A CT slice as a Part 10 file: its UIDs follow from its place in study and series."""
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = f"1.2.3.{study}.{series}.{number}"
    dataset.StudyInstanceUID = f"1.2.3.{study}"
    dataset.SeriesInstanceUID = f"1.2.3.{study}.{series}"
    dataset.Modality = "CT"
    dataset.InstanceNumber = number
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 4, 4, 1
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.PixelRepresentation = 0
    dataset.PixelData = pixels
    dataset["PixelData"].VR = "OW"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for keyword, value in (PATIENT | more).items():
            setattr(dataset, keyword, value)
    return part10(dataset)


def part10(dataset: Dataset) -> bytes:
    """The data set as a Part 10 file, Explicit VR Little Endian."""
    target = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = UID(dataset.SOPClassUID)
        meta.MediaStorageSOPInstanceUID = UID(dataset.get("SOPInstanceUID", "1.2.3"))
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.file_meta = meta
        dataset.preamble = b"\0" * 128
        pydicom.dcmwrite(target, dataset, enforce_file_format=False, implicit_vr=None)
    return target.getvalue()


def without_meta(data: bytes) -> bytes:
    """The data set alone: preamble, prefix and file meta information (PS3.10 7.1) cut off."""
    return data[data.index(b"\x08\0\x16\0UI") :]
