"""Small DICOM images made in code, with patient data planted wherever a name can hide."""

from collections.abc import Iterator
from pathlib import Path

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

CANARIES = ("CANARYNAME", "CANARYID", "CANARYPLACE", "CANARYDOCTOR", "19330303", "CANARYFILE")
ROWS = COLUMNS = 16


def ct(*, study: int = 1, series: int = 1, number: int = 1, extra: str = "") -> FileDataset:
    """A CT slice of a study; `extra` goes into a private element, so that it changes the bytes."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = UID(f"1.2.3.{study}.{series}.{number}")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = FileDataset("", {}, file_meta=meta, preamble=b"CANARYNAME".ljust(128, b"\0"))
    image.SOPClassUID = CTImageStorage
    image.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    image.StudyInstanceUID = f"1.2.3.{study}"
    image.SeriesInstanceUID = f"1.2.3.{study}.{series}"
    image.PatientName = "CANARYNAME^Ann"
    image.PatientID = "CANARYID"
    image.PatientBirthDate = "19330303"
    image.InstitutionName = "CANARYPLACE"
    image.ReferringPhysicianName = "CANARYDOCTOR^Bob"
    image.StudyDate = "20200102"
    image.Modality = "CT"
    image.SeriesNumber = series
    image.InstanceNumber = number
    nested = Dataset()
    nested.PatientName = "CANARYNAME^Nested"
    image.RequestAttributesSequence = Sequence([nested])
    image.add_new(0x00091001, "LO", f"CANARYPLACE{extra}")
    image.add_new(0x00090010, "LO", "SOMEBODY")
    _add_pixels(image, number)
    return image


def _add_pixels(image: Dataset, number: int) -> None:
    image.Rows, image.Columns = ROWS, COLUMNS
    image.SamplesPerPixel = 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit = 15
    image.PixelRepresentation = 0
    image.PixelData = bytes([number]) * (2 * ROWS * COLUMNS)


def write_folder(folder: Path, *, studies: int = 2, slices: int = 3) -> int:
    """Fills a folder with studies of slices and with some that are not as they should be.

    Gives the number of files. The odd ones: a duplicate, a truncated one, one without a meta
    header, and one that is not DICOM.
    """
    images = folder / "CANARYFILE^Ann"
    images.mkdir(parents=True)
    for place, image in enumerate(_slices(studies, slices)):
        image.save_as(images / f"{place:03}.dcm", enforce_file_format=True)
    good = (images / "000.dcm").read_bytes()
    (images / "again.dcm").write_bytes(good)
    (images / "truncated.dcm").write_bytes(good[:-100])
    (images / "notes.txt").write_text("CANARYNAME came on Monday")
    no_meta = ct(study=9, number=9)
    no_meta.save_as(images / "no-meta.dcm", implicit_vr=False, little_endian=True)
    return len(list(images.iterdir()))


def conflicting(folder: Path) -> None:
    """Writes an image with the UID of one in `write_folder` and other pixels."""
    image = ct(number=1)
    image.PixelData = bytes([7]) * len(image.PixelData)
    image.save_as(folder / "conflict.dcm", enforce_file_format=True)


def _slices(studies: int, slices: int) -> Iterator[FileDataset]:
    for study in range(1, studies + 1):
        for number in range(1, slices + 1):
            yield ct(study=study, number=number)
