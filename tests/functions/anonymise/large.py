"""Objects that the gate takes as large ones, and an archive that does so from 1 MiB on."""

from io import BytesIO
from random import Random
from typing import Any

import pydicom
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless

from scanloft.core.settings import MIB
from tests.support.cloud import Cloud
from tests.support.images import image

SIDE = 2560
PIXELS_BYTES = 2 * SIDE * SIDE


def large_image(number: int = 1, *, fill: bytes = b"\1", **more: Any) -> bytes:
    """A CT slice with 12.5 MiB of pixels."""
    pixels = fill * PIXELS_BYTES
    return image(number, pixels=pixels, **{"Rows": SIDE, "Columns": SIDE, **more})


def deflated(raw: bytes) -> bytes:
    """The image as Deflated Explicit VR Little Endian (PS3.5 A.5), its pixels hard to deflate."""
    dataset = pydicom.dcmread(BytesIO(raw))
    dataset.PixelData = Random(1).randbytes(len(dataset.PixelData))
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    target = BytesIO()
    pydicom.dcmwrite(target, dataset, implicit_vr=False, little_endian=True)
    return target.getvalue()


def encapsulated(raw: bytes, fragments: list[bytes]) -> bytes:
    """The image as if it were JPEG 2000, a frame to each of these fragments (PS3.5 A.4)."""
    dataset = pydicom.dcmread(BytesIO(raw))
    dataset.NumberOfFrames = len(fragments)
    dataset.PixelData = encapsulate(fragments, has_bot=False)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    target = BytesIO()
    pydicom.dcmwrite(target, dataset, implicit_vr=False, little_endian=True)
    return target.getvalue()


def take_as_large(cloud: Cloud) -> None:
    """Has the gate read by ranges what is larger than 1 MiB."""
    cloud.configure(whole_object_bytes=MIB)


def unfinished(cloud: Cloud) -> list[str]:
    """The keys of multipart uploads to the archive that were neither completed nor aborted."""
    answer = cloud.s3.list_multipart_uploads(Bucket=cloud.archive.bucket)
    return [upload["Key"] for upload in answer.get("Uploads", ())]
