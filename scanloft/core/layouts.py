"""What files are called when they leave the archive: one name for each, the same every time.

A name follows from what it names alone, never from what else is exported: so the pages of a
manifest and the zip agree, and a file keeps its name when others are added. What a label has
that a file name should not have is replaced, and a digest of the label then tells it from others.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

NAME_LIMIT = 64
PART_LIMIT_BYTES = 255
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
UNSAFE_IN_PATHS = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\]')
NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]+")
UID_LIKE = re.compile(r"[0-9.]+")
DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
"""Names that Windows takes for devices."""
RESOURCES = "resources"
"""The folder of what belongs to a project, subject or session itself."""
SOURCE_DATA = "sourcedata"
"""Where BIDS has what is not in its own form: DICOM, and all other files (BIDS 1.10, "Source")."""

DATATYPE_BY_SUFFIX: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("T1w", "T2w", "FLAIR", "PDw", "T2starw", "UNIT1", "T1map"), "anat"),
        **dict.fromkeys(("bold", "sbref", "cbv", "events", "physio"), "func"),
        **dict.fromkeys(("dwi",), "dwi"),
        **dict.fromkeys(("epi", "phasediff", "phase1", "phase2", "magnitude1"), "fmap"),
        **dict.fromkeys(("magnitude2", "magnitude", "fieldmap"), "fmap"),
        **dict.fromkeys(("asl", "m0scan", "aslcontext"), "perf"),
        **dict.fromkeys(("pet", "blood"), "pet"),
        **dict.fromkeys(("eeg",), "eeg"),
        **dict.fromkeys(("meg",), "meg"),
    }
)
"""The folder of a file by the last part of its name (BIDS 1.10, "Datatypes")."""
OTHER_DATATYPE = "other"
BIDS_NAME = re.compile(
    r"sub-(?P<subject>[A-Za-z0-9]+)(?:_ses-(?P<session>[A-Za-z0-9]+))?"
    r"(?:_[A-Za-z]+-[A-Za-z0-9]+){0,16}_(?P<suffix>[A-Za-z0-9]+)"
    r"\.(?:nii|nii\.gz|json|tsv|tsv\.gz|bval|bvec)"
)


class Layout(StrEnum):
    """How an export is laid out."""

    ORIGINAL = "original"
    BIDS = "bids"


@dataclass(frozen=True, slots=True)
class SessionPlace:
    """A session by its subject's label and its own, which may be empty, and its UID."""

    subject: str
    label: str
    study_uid: str

    def folder(self, layout: Layout) -> str:
        """The folder of its images."""
        if layout is Layout.BIDS:
            return f"{subject_folder(layout, self.subject)}/ses-{self.bids_label}"
        # A label that looks like a UID could be the UID of another session.
        label = (
            f"{self.label}-{digest(self.label)}" if UID_LIKE.fullmatch(self.label) else self.label
        )
        return f"{subject_folder(layout, self.subject)}/{safe(label) if label else self.study_uid}"

    @property
    def bids_label(self) -> str:
        """Its label as BIDS has labels, made of the UID where it has none."""
        return alphanumeric(self.label) if self.label else digest(self.study_uid)


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as its folder is called after it."""

    series_uid: str
    number: int | None
    description: str

    @property
    def folder(self) -> str:
        """Number and description, or the Series Instance UID."""
        if self.number is None:
            return self.series_uid
        slug = UNSAFE.sub("_", self.description).strip("._-")[:NAME_LIMIT].rstrip("._-")
        return f"{self.number}-{slug}" if slug else str(self.number)


def scan_folders(scans: list[Scan]) -> dict[str, str]:
    """The folders of the scans of one session by their UIDs; those of one name get a digest."""
    folders = [scan.folder.casefold() for scan in scans]
    return {
        scan.series_uid: scan.folder
        if folders.count(scan.folder.casefold()) == 1
        else f"{scan.folder}-{digest(scan.series_uid)}"
        for scan in scans
    }


def instance_name(number: int | None, sop_uid: str) -> str:
    """The name of the file of an instance: several of one number are told apart by a digest."""
    if number is None or number < 0:
        return f"{sop_uid}.dcm"
    return f"{number:05}-{digest(sop_uid)}.dcm"


def subject_folder(layout: Layout, subject: str) -> str:
    """The folder of a subject by its label; in BIDS, of what is not in the form of BIDS."""
    if layout is Layout.ORIGINAL:
        return safe(subject)
    return f"{SOURCE_DATA}/sub-{alphanumeric(subject)}"


def resource_name(above: str, label: str, path: str) -> str:
    """The name of a file of a resource that belongs to the folder `above`, "" for the project."""
    return "/".join(filter(None, (above, RESOURCES, safe(label), safe_path(path))))


def bids_name(path: str, *, subject: str, session: SessionPlace | None = None) -> str | None:
    """Where BIDS has a file of a resource, None for one that is not called after its place."""
    name = path.rpartition("/")[2]
    match = BIDS_NAME.fullmatch(name)
    ours = alphanumeric(subject), session.bids_label if session else None
    if match is None or (match["subject"], match["session"]) != ours:
        return None
    folder = f"sub-{ours[0]}/ses-{ours[1]}" if session else f"sub-{ours[0]}"
    return f"{folder}/{DATATYPE_BY_SUFFIX.get(match['suffix'], OTHER_DATATYPE)}/{name}"


def safe(label: str) -> str:
    """The label as the name of a folder, everywhere and for no other label."""
    name = UNSAFE.sub("_", label).strip(".")[:NAME_LIMIT].rstrip(".")
    is_taken = name.casefold() in (RESOURCES, SOURCE_DATA) or DEVICE.fullmatch(name) is not None
    return name if name == label != "" and not is_taken else f"{name or '_'}-{digest(label)}"


def alphanumeric(label: str) -> str:
    """The label as BIDS has labels: letters and digits, and for no other label."""
    name = NOT_ALPHANUMERIC.sub("", label)[:NAME_LIMIT]
    return name if name == label != "" else f"{name}{digest(label)}"


def safe_path(path: str) -> str:
    """The path of a file in a resource, each part as it is where it can be."""
    return "/".join(map(_safe_part, path.split("/")))


def digest(text: str) -> str:
    """A few letters that tell texts apart."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _safe_part(part: str) -> str:
    is_plain = (
        part not in ("", ".", "..")
        and UNSAFE_IN_PATHS.search(part) is None
        and not part.endswith((".", " "))
        and len(part.encode()) <= PART_LIMIT_BYTES
        and DEVICE.fullmatch(part) is None
    )
    return part if is_plain else safe(part)
