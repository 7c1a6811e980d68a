"""Data sets made in code, with a canary where patient data would be."""

from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, JPEGBaseline8Bit, generate_uid

CANARY = "CANARY^PATIENT"
PRIVATE_SOP_CLASS = "1.2.826.0.1.3680043.2.1143.107.104.103.1"
PRIVATE_TRANSFER_SYNTAX = "1.2.826.0.1.3680043.2.1143.107.104.103.2"
SHARED_DATA = Path(__file__).parents[2].parent / "shared" / "data"


def instance(
    *,
    sop_class_uid: str = CTImageStorage,
    transfer_syntax_uid: str = ExplicitVRLittleEndian,
    pixel_bytes: int = 2048,
) -> Dataset:
    """An instance with a patient and so many bytes of pixels."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(transfer_syntax_uid)
    dataset.SOPClassUID = sop_class_uid
    dataset.SOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID = generate_uid()
    dataset.SeriesInstanceUID = generate_uid()
    dataset.PatientName = CANARY
    dataset.PatientID = "CANARY-ID"
    dataset.add_new("PixelData", "OW", b"\x01\x02" * (pixel_bytes // 2))
    return dataset


def compressed_instance() -> Dataset:
    """An instance with one encapsulated JPEG frame that nobody could decode."""
    dataset = instance(transfer_syntax_uid=JPEGBaseline8Bit)
    dataset.add_new("PixelData", "OB", encapsulate([b"\xff\xd8 not really a JPEG \xff\xd9"]))
    dataset["PixelData"].is_undefined_length = True
    return dataset
