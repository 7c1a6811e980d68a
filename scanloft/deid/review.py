"""Which objects wait for a person, as no rule can tell what their pixels show (PS3.15 E.3.1)."""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from scanloft.core.errors import PixelReview
from scanloft.dicom.pixels import Look

_MODALITY, _BURNED_IN, _RECOGNISABLE = 0x00080060, 0x00280301, 0x00280302
ENCAPSULATED_DOCUMENT = 0x00420011
_STORAGE = "1.2.840.10008.5.1.4.1.1."
_DOCUMENTS = (_STORAGE + "104",)
_IMAGE_TYPE, _CONVERSION_TYPE = 0x00080008, 0x00080064
_READ_BYTES = 1024
"""Much more than the values that are read here ever have: longer ones are not remembered."""
_LABEL_IN_IMAGE = 0x00480010
_SLIDES = frozenset({"LABEL", "OVERVIEW"})
# Rows, columns, bits allocated, bit position: what says that there is a plane (PS3.3 C.9.2).
_PLANE = frozenset({0x0010, 0x0011, 0x0100, 0x0102})
_SCREENS = ("SCREEN SAVE", "SCREENSHOT")


class _Kind(NamedTuple):
    """Objects that wait for one reason: by Modality (PS3.3 C.7.3.1.1.1) or SOP class.

    To `families` belongs what stands below a UID, to `classes` only the UID itself.
    """

    reason: str
    modalities: frozenset[str]
    families: tuple[str, ...] = ()
    classes: frozenset[str] = frozenset()

    def has(self, sop_class_uid: str, modalities: Collection[str]) -> bool:
        return (
            not self.modalities.isdisjoint(modalities)
            or sop_class_uid in self.classes
            or _belongs(sop_class_uid, self.families)
        )


_OF_THE_PATIENT = (
    _Kind("Recorded speech may name the patient", frozenset({"AU"}), (_STORAGE + "9.4",)),
    _Kind(
        "Photographs may show the patient",
        frozenset({"DMS", "TG", "XC"}),
        (_STORAGE + "77.1.4", _STORAGE + "77.1.7"),
        # The retired ones for any visible light; those of today have UIDs below.
        frozenset({_STORAGE + "77.1", _STORAGE + "77.2"}),
    ),
    _Kind("Surface scans may show the patient", frozenset({"LS", "OSS"}), (_STORAGE + "68",)),
)
_OF_A_SCREEN = (
    _Kind(
        "Ultrasound images often show the patient's name in their pixels",
        # The last three are retired: Doppler, duplex Doppler, echocardiography.
        frozenset({"US", "IVUS", "BDUS", "CD", "DD", "EC"}),
        (_STORAGE + "3", _STORAGE + "6"),
    ),
    _Kind(
        "Secondary captures often show the patient's name in their pixels",
        frozenset({"DOC", "SC"}),  # no defined term is SC, but it is written
        (_STORAGE + "7",),
    ),
    _Kind(
        "Hardcopies often show the patient's name in their pixels",
        frozenset({"HC"}),
        ("1.2.840.10008.5.1.1.29", "1.2.840.10008.5.1.1.30"),
    ),
    _Kind(
        "Endoscopy images often show the patient's name in their pixels",
        # The others are retired: angioscopy, colposcopy, cystoscopy, laparoscopy.
        frozenset({"ES", "AS", "CP", "CS", "LP"}),
        (_STORAGE + "77.1.1",),
    ),
)
_BURNED_IN_BY = (_BURNED_IN, _MODALITY, _CONVERSION_TYPE, _IMAGE_TYPE, _LABEL_IN_IMAGE)
REVIEWED = frozenset({_RECOGNISABLE, *_BURNED_IN_BY})
"""The attributes whose values decide."""


def review(
    look: Look,
    *,
    sop_class_uid: str,
    pixels: bool,
    cleaned: bool,
    overlays_kept: bool,
    tags: Collection[int],
) -> None:
    """Let an object pass, or raise PixelReview; `pixels` is the profile's `pixel_review`.

    `tags` are at least those of encapsulated documents and overlays (60xx) that have a value at
    the top level. `cleaned` says that a rule for this device cleans what is burned in. Encapsulated
    documents always wait: no profile can clean them.
    """
    if ENCAPSULATED_DOCUMENT in tags or _belongs(sop_class_uid, _DOCUMENTS):
        raise PixelReview(
            "An encapsulated document may hold patient data that cannot be removed: "
            "a person has to look at it, or it is left out."
        )
    if not pixels:
        return
    reason = (
        _visible(sop_class_uid, look(_RECOGNISABLE)[:_READ_BYTES], look(_MODALITY)[:_READ_BYTES])
        or ("" if cleaned else _burned_in_of(sop_class_uid, look))
        or (_drawn(tags, kept=overlays_kept) if tags else "")
    )
    if reason:
        raise PixelReview(
            f"{reason}: a person has to look at this object, or the project's profile needs "
            "clean_pixel and a rule for the device; with "
            '"pixel_review": false it would pass as it is.'
        )


@lru_cache(maxsize=256)
def _visible(sop_class_uid: str, recognisable: bytes, modality: bytes) -> str:
    if _word(recognisable) not in ("", "NO"):
        return "The object says that the patient can be recognised in its pixels"
    return _reason(_OF_THE_PATIENT, sop_class_uid, modality)


def _burned_in_of(sop_class_uid: str, look: Look) -> str:
    values = [look(tag) for tag in _BURNED_IN_BY]
    if sum(map(len, values)) > _READ_BYTES:
        return _burned_in.__wrapped__(sop_class_uid, *values)
    return _burned_in(sop_class_uid, *values)


@lru_cache(maxsize=1024)
def _burned_in(
    sop_class_uid: str,
    burned_in: bytes,
    modality: bytes,
    conversion: bytes,
    image_type: bytes,
    label: bytes,
) -> str:
    if _word(burned_in) not in ("", "NO"):
        return "The object says that patient data is burned into its pixels"
    if reason := _reason(_OF_A_SCREEN, sop_class_uid, modality):
        return reason
    if _word(conversion):
        return "Converted images, such as scans and screens, may show the patient's name"
    if any(screen in _word(image_type) for screen in _SCREENS):
        return "Screen shots often show the patient's name in their pixels"
    if _SLIDES.intersection(_words(image_type)) or _word(label) not in ("", "NO"):
        return "Labels and overviews of slides often show names and numbers"
    return ""


def _reason(kinds: tuple[_Kind, ...], sop_class_uid: str, modality: bytes) -> str:
    modalities = _words(modality)
    return next((kind.reason for kind in kinds if kind.has(sop_class_uid, modalities)), "")


def _drawn(tags: Collection[int], *, kept: bool) -> str:
    overlays = {tag for tag in tags if tag >> 24 == 0x60}
    if kept and overlays:
        return "Overlays are kept and may show the patient's name"
    # Overlays without Overlay Data (60xx,3000) are in the pixels' high bits: ACR-NEMA, PS3.5-2004.
    planes = {tag for tag in overlays if tag & 0xFFFF in _PLANE}
    if any((tag & 0xFFFF0000 | 0x3000) not in overlays for tag in planes):
        return "An overlay in unused bits of the pixels may hold text"
    return ""


@lru_cache(maxsize=256)
def _belongs(sop_class_uid: str, families: tuple[str, ...]) -> bool:
    return any(
        sop_class_uid == family or sop_class_uid.startswith(family + ".") for family in families
    )


def _words(value: bytes) -> list[str]:
    return [part.strip() for part in _word(value).split("\\")]


def _word(value: bytes) -> str:
    return value.decode("latin-1").strip(" \0").upper()
