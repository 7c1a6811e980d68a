"""Which objects wait for a person, as no rule can tell what their pixels show (PS3.15 E.3.1)."""

from pydicom.dataset import Dataset

from scanloft.core.errors import PixelReview
from scanloft.dicom.raw import text

_MODALITY, _BURNED_IN, _RECOGNISABLE = 0x00080060, 0x00280301, 0x00280302
_ENCAPSULATED_DOCUMENT = 0x00420011
_STORAGE = "1.2.840.10008.5.1.4.1.1."
_DOCUMENTS = (_STORAGE + "104",)
_ULTRASOUND = (_STORAGE + "3", _STORAGE + "6")
_SECONDARY_CAPTURE = (_STORAGE + "7",)
_SPEECH = (_STORAGE + "9.4",)
_PHOTOGRAPHS = (_STORAGE + "77.1.4",)
_ENDOSCOPY = (_STORAGE + "77.1.1",)
_IMAGE_TYPE, _CONVERSION_TYPE = 0x00080008, 0x00080064
_SCREENS = ("SCREEN SAVE", "SCREENSHOT")


def review(header: Dataset, *, sop_class_uid: str, pixels: bool) -> None:
    """Let an object pass, or raise PixelReview; `pixels` is the profile's `pixel_review`.

    Encapsulated documents always wait: no profile can clean them.
    """
    if _belongs(sop_class_uid, _DOCUMENTS) or _ENCAPSULATED_DOCUMENT in header:
        raise PixelReview(
            "An encapsulated document may hold patient data that cannot be removed: "
            "a person has to look at it, or it is left out."
        )
    reason = _reason(header, sop_class_uid) if pixels else ""
    if reason:
        raise PixelReview(
            f"{reason}: a person has to look at this object, "
            'or the project has to use a profile with "pixel_review": false.'
        )


def _reason(header: Dataset, sop_class_uid: str) -> str:
    if text(header, _BURNED_IN).upper() not in ("", "NO"):
        return "The object says that patient data is burned into its pixels"
    if text(header, _RECOGNISABLE).upper() not in ("", "NO"):
        return "The object says that the patient can be recognised in its pixels"
    if text(header, _MODALITY).upper() == "US" or _belongs(sop_class_uid, _ULTRASOUND):
        return "Ultrasound images often show the patient's name in their pixels"
    if _belongs(sop_class_uid, _SECONDARY_CAPTURE):
        return "Secondary captures often show the patient's name in their pixels"
    if _belongs(sop_class_uid, _SPEECH):
        return "Recorded speech may name the patient"
    if _belongs(sop_class_uid, _PHOTOGRAPHS):
        return "Photographs may show the patient"
    if text(header, _MODALITY).upper() == "ES" or _belongs(sop_class_uid, _ENDOSCOPY):
        return "Endoscopy images often show the patient's name in their pixels"
    if text(header, _CONVERSION_TYPE):
        return "Converted images, such as scans and screens, may show the patient's name"
    if any(screen in text(header, _IMAGE_TYPE).upper() for screen in _SCREENS):
        return "Screen shots often show the patient's name in their pixels"
    if _has_embedded_overlay(header):
        return "An overlay in unused bits of the pixels may hold text"
    return ""


def _belongs(sop_class_uid: str, families: tuple[str, ...]) -> bool:
    return any(
        sop_class_uid == family or sop_class_uid.startswith(family + ".") for family in families
    )


def _has_embedded_overlay(header: Dataset) -> bool:
    # Overlays without Overlay Data (60xx,3000) are in the pixels' high bits: ACR-NEMA, PS3.5-2004.
    tags = {int(tag) for tag in header.keys() if int(tag) >> 24 == 0x60}  # noqa: SIM118
    return any(tag & 0xFFFF == 0x0010 and (tag & 0xFFFF0000 | 0x3000) not in tags for tag in tags)
