"""The keys of S3 objects: built and read here and nowhere else.

Every part of a key is checked before it becomes one, so no value of a data set can reach another
project, and no file name is ever part of a key: file names carry patient names.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Self

from scanloft.core.errors import InvalidRequest
from scanloft.core.identifiers import NUMBER, RECEIVER, UPLOAD, checked_project, checked_uid


class InboxPrefix(StrEnum):
    """What an object of the inbox is taken for, by the first part of its key."""

    DICOM = "dicom"
    ARCHIVES = "archives"
    FILES = "files"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class InboxKey:
    """`{prefix}/{project}/{upload}/{number}`: one raw object of one upload.

    `number` is the place of the file in its upload; the members of an unpacked zip or tar get
    the number of the file, a dot and their own.
    """

    prefix: InboxPrefix
    project: str
    upload: str
    number: str

    def __str__(self) -> str:
        return f"{self.prefix}/{self.project}/{self.upload}/{self.number}"

    @property
    def is_member(self) -> bool:
        """Whether the object was unpacked from a zip or tar."""
        return "." in self.number

    def member(self, place: int, *, prefix: InboxPrefix = InboxPrefix.DICOM) -> "InboxKey":
        """The key of a member of this zip or tar, as a DICOM object or as a file."""
        return InboxKey(prefix, self.project, self.upload, f"{self.number}.{place}")

    @classmethod
    def build(cls, prefix: InboxPrefix, *, project: str, upload: str, number: str) -> Self:
        """The key of one file of an upload.

        Raises:
            InvalidRequest: a part that may not be in a key.
        """
        _check_place(upload, number)
        return cls(prefix, checked_project(project), upload, number)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The parts of a key of the inbox.

        Raises:
            InvalidRequest: not such a key.
        """
        parts = text.split("/")
        if len(parts) != 4 or parts[0] not in set(InboxPrefix):
            raise InvalidRequest("This is not the key of an object of the inbox.")
        prefix, project, upload, number = parts
        return cls.build(InboxPrefix(prefix), project=project, upload=upload, number=number)


UNASSIGNED_PREFIX = "unassigned/"
"""Where objects arrive that were sent to a receiver of no project: they are routed first."""


@dataclass(frozen=True, slots=True)
class UnassignedKey:
    """`unassigned/{receiver}/{upload}/{number}`: one raw object that is addressed to no project."""

    receiver: str
    upload: str
    number: str

    def __str__(self) -> str:
        return f"{UNASSIGNED_PREFIX}{self.receiver}/{self.upload}/{self.number}"

    @classmethod
    def build(cls, receiver: str, *, upload: str, number: str) -> Self:
        """The key of one object that a receiver took.

        Raises:
            InvalidRequest: a part that may not be in a key.
        """
        _check_place(upload, number)
        if RECEIVER.fullmatch(receiver) is None:
            raise InvalidRequest("A receiver is named by letters, digits, hyphens, underscores.")
        return cls(receiver, upload, number)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The parts of such a key.

        Raises:
            InvalidRequest: not such a key.
        """
        parts = text.removeprefix(UNASSIGNED_PREFIX).split("/")
        if not text.startswith(UNASSIGNED_PREFIX) or len(parts) != 3:
            raise InvalidRequest("This is not the key of an unassigned object of the inbox.")
        receiver, upload, number = parts
        return cls.build(receiver, upload=upload, number=number)


def upload_prefix(prefix: InboxPrefix, *, project: str, upload: str) -> str:
    """The part that all keys of an upload start with, for the policy of a presigned POST."""
    return str(InboxKey.build(prefix, project=project, upload=upload, number="0"))[:-1]


DICOM_UPLOAD_PREFIX = "dicom-"
"""Starts the names of uploads that are associations of the bridge; no other upload has it."""


def is_dicom_upload(upload: str) -> bool:
    """Whether the bridge sent this upload, whose objects nobody declares beforehand."""
    return upload.startswith(DICOM_UPLOAD_PREFIX)


def quarantine_object_key(project: str, item: str) -> str:
    """The key of an object that waits in quarantine, in the inbox bucket."""
    return f"{InboxPrefix.QUARANTINE}/{checked_project(project)}/{item}"


def homeless_object_key(item: str) -> str:
    """The key of an object in quarantine that belongs to no project, which is what `-` says."""
    return f"{InboxPrefix.QUARANTINE}/-/{item}"


def _check_place(upload: str, number: str) -> None:
    if UPLOAD.fullmatch(upload) is None or NUMBER.fullmatch(number) is None:
        raise InvalidRequest("An upload is named by letters, digits and hyphens.")


ARCHIVE_DICOM_PREFIX = "dicom/"
"""The prefix of the archive bucket that notifies ingest; `derived/` notifies nobody."""


REPLACES = "replaces"
"""The metadata of an instance that lists, apart by blanks, the SHA-256s of what it took over."""
REPLACES_LIMIT = 16
"""How many it lists: S3 takes 2 kB of metadata."""


class ArchiveKey(NamedTuple):
    """`dicom/{project}/{study_uid}/{series_uid}/{sop_uid}`: one de-identified instance."""

    project: str
    study_uid: str
    series_uid: str
    sop_uid: str

    def __str__(self) -> str:
        return f"{ARCHIVE_DICOM_PREFIX}{'/'.join(self)}"

    @classmethod
    def build(cls, project: str, *, study_uid: str, series_uid: str, sop_uid: str) -> Self:
        """The key of an instance.

        Raises:
            InvalidRequest: not a project name.
            MalformedDicom: one of the UIDs is not a UID; the error names the attribute.
        """
        return cls(
            checked_project(project),
            checked_uid(study_uid, attribute="StudyInstanceUID"),
            checked_uid(series_uid, attribute="SeriesInstanceUID"),
            checked_uid(sop_uid, attribute="SOPInstanceUID"),
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """The parts of a key of the archive.

        Raises:
            InvalidRequest: not such a key.
        """
        parts = text.removeprefix(ARCHIVE_DICOM_PREFIX).split("/")
        if not text.startswith(ARCHIVE_DICOM_PREFIX) or len(parts) != 4:
            raise InvalidRequest("This is not the key of an instance of the archive.")
        return cls.build(parts[0], study_uid=parts[1], series_uid=parts[2], sop_uid=parts[3])


def dicom_prefix(project: str, study_uid: str, series_uid: str = "") -> str:
    """The part that the keys of all instances of a study start with, or of one series of it."""
    return f"{ARCHIVE_DICOM_PREFIX}{_path(project, study_uid, series_uid)}"


def derived_prefix(project: str, study_uid: str, series_uid: str = "") -> str:
    """The same for what is derived of them."""
    return f"derived/{_path(project, study_uid, series_uid)}"


def _path(project: str, study_uid: str, series_uid: str) -> str:
    return "".join(f"{part}/" for part in (project, study_uid, series_uid) if part)


ARCHIVE_FILES_PREFIX = "files/"
"""The prefix of the archive bucket for the files of resources; it notifies nobody."""


def resource_file_key(project: str, file_id: str) -> str:
    """The object with the bytes of a file of a resource; its path is in the index alone."""
    return f"{ARCHIVE_FILES_PREFIX}{checked_project(project)}/{file_id}"


def series_metadata_key(project: str, study_uid: str, series_uid: str) -> str:
    """The object with the DICOM JSON of all instances of a series, gzipped (PS3.18 F)."""
    return f"derived/{project}/{study_uid}/{series_uid}/metadata.json.gz"


def series_coverage_key(project: str, study_uid: str, series_uid: str) -> str:
    """The object that lists which instances, by checksum, the metadata object was made from."""
    return f"derived/{project}/{study_uid}/{series_uid}/coverage.json"


EXPORTS_PREFIX = "exports/"
"""The prefix of the archive bucket that is emptied after some days; it notifies nobody."""


def export_zip_key(project: str, export: str) -> str:
    """The zip file of an export."""
    return f"{_export_stem(project, export)}.zip"


def export_wish_key(project: str, export: str) -> str:
    """What an export was asked to hold."""
    return f"{_export_stem(project, export)}.wish"


def export_files_key(project: str, export: str) -> str:
    """The list of the files of an export: gzipped JSON lines."""
    return f"{_export_stem(project, export)}.files"


def export_state_key(project: str, export: str) -> str:
    """How far an export that is not finished has come."""
    return f"{_export_stem(project, export)}.state"


def _export_stem(project: str, export: str) -> str:
    if UPLOAD.fullmatch(export) is None:
        raise InvalidRequest("An export is named by letters, digits and hyphens.")
    return f"{EXPORTS_PREFIX}{checked_project(project)}/{export}"


OBJECTS_OF_PROJECTS = {
    "archive": ("derived", "dicom", "exports", "files"),
    "inbox": ("quarantine",),
}
"""Of each bucket the prefixes below which a project keeps objects: `{prefix}/{project}/`.

What waits for the gate is not the project's: it empties those prefixes itself, or time does.
"""


def project_prefixes(bucket: str, project: str) -> list[str]:
    """The prefixes of all objects of a project in a bucket of the blueprint.

    Raises:
        InvalidRequest: nothing that names a project; an empty name would mean all of them.
    """
    return [f"{prefix}/{checked_project(project)}/" for prefix in OBJECTS_OF_PROJECTS[bucket]]
