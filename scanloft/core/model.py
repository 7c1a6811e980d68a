"""The things an archive holds, as values: projects, uploads, fates, instances, series, studies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scanloft.core.annotations import Target

Attributes = Mapping[str, tuple[str | int | float, ...]]
"""Attributes of a data set by tag ("00080060"), each with its values; PN as one string."""


class Role(StrEnum):
    """What a member of a project may do; `core/roles.py` holds the table."""

    OWNER = "owner"
    MEMBER = "member"
    COLLABORATOR = "collaborator"
    UPLOADER = "uploader"


class Accessibility(StrEnum):
    """Who else but its members may come to a project; everybody means all who are signed in."""

    PRIVATE = "private"
    PROTECTED = "protected"
    PUBLIC = "public"


class ProjectState(StrEnum):
    """What can be done with a project; a deleted one can be brought back for some days."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DELETED = "deleted"


class Prearchive(StrEnum):
    """Whether objects wait for an owner before they are archived.

    With overwrite, an object whose UID the archive has already takes the place of the first one.
    """

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    OVERWRITE = "automatic_overwrite"


@dataclass(frozen=True, slots=True)
class Project:
    """A study's room in the archive; `profile` is a de-identification profile as a dict.

    `record_ids`: whether the pseudonyms table keeps who became whom, for the owner's exports.
    `fields`: the custom fields of subjects, sessions and scans, as `core/custom_fields.py` reads.
    """

    name: str
    title: str
    created_at: str
    created_by: str
    profile: Mapping[str, object]
    record_ids: bool = True
    description: str = ""
    aliases: tuple[str, ...] = ()
    accessibility: Accessibility = Accessibility.PRIVATE
    prearchive: Prearchive = Prearchive.AUTOMATIC
    sites: tuple[str, ...] = ()
    routing: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    state: ProjectState = ProjectState.ACTIVE
    deleted_until: str = ""
    """Until when a deleted project can be brought back."""
    identifiable: bool = False
    """Whether it ever had a profile that may leave patients recognisable."""
    revision: int = 0
    """Counts the writes of this row; each write names the one it read."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act of a user in a project; `facts` name things, never patients.

    `sequence` counts the entries of a project from 1; `hash` covers the entry and `previous`, the
    hash of the one before. Both are given by the log.
    """

    project: str
    at: str
    actor: str
    action: str
    facts: Mapping[str, str | int]
    reason: str = ""
    sequence: int = 0
    previous: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """The role of a user in a project; a user is named by the identity provider's `sub`.

    With a `site` they see and submit the data of that site alone.
    """

    project: str
    user: str
    role: Role
    site: str = ""


class TokenScope(StrEnum):
    """What a personal access token may do of what its user may."""

    READ = "read"
    SUBMIT = "submit"
    WRITE = "write"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Token:
    """A personal access token: only its SHA-256 is kept, in the key of its item.

    `project` is the only one it opens, all of the user's where it is empty.
    """

    token_hash: str
    user: str
    label: str
    is_admin: bool
    expires_at: int
    """When it ends, in seconds since 1970."""
    scope: TokenScope = TokenScope.ALL
    project: str = ""
    created_at: str = ""


class UploadSource(StrEnum):
    """By which way the files of an upload came: review takes them from quarantine."""

    PRESIGNED = "presigned"
    DICOM = "dicom"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that came together: one presigned upload, or one DICOM association."""

    project: str
    upload: str
    source: UploadSource
    created_at: str
    created_by: str
    """A user, or the calling AE title."""
    files_declared: int = 0
    site: str = ""
    """The site whose data these are, where the project has sites."""
    label: str = ""
    closed_at: str = ""
    """From then on nothing more is declared."""
    active_at: str = ""
    """When its sender was heard of last, for uploads that nobody closes."""
    swept_at: str = ""
    """From then on nothing is waited for."""


class FileKind(StrEnum):
    """What a file is sent as: one DICOM object, a zip or tar, or a file of a resource."""

    DICOM = "dicom"
    ARCHIVE = "archive"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the sender said of a file before sending it: size in bytes, SHA-256 in hex.

    `target`: the place in a resource for it or, of a zip or tar, for what is in it.
    """

    number: str
    size_bytes: int
    sha256: str
    kind: FileKind = FileKind.DICOM
    target: Target | None = None


class FateKind(StrEnum):
    """What became of a file that was sent."""

    ARCHIVED = "archived"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    IGNORED = "ignored"
    UNPACKED = "unpacked"
    MOVED = "moved"
    DELETED = "deleted"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one file of an upload, and why; `actions` counts what was changed in it.

    `archive_key` is the key of the archived instance; `item` the quarantine item.
    """

    number: str
    kind: FateKind
    code: str = ""
    reason: str = ""
    archive_key: str = ""
    item: str = ""
    size_bytes: int = 0
    actions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """An object that waits for a person; `item` is a keyed digest of its content.

    What no project was found for has the `receiver` that it was sent to, and is named by its place.
    """

    project: str
    item: str
    code: str
    reason: str
    upload: str
    number: str
    size_bytes: int
    arrived_at: str
    receiver: str = ""


@dataclass(frozen=True, slots=True)
class Location:
    """Where the bytes of an instance lie in the archive bucket; offset and length in bytes."""

    key: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of the archive (PS3.3 A.1), as the index knows it."""

    project: str
    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    location: Location
    sha256: str
    header_length: int
    """The bytes before the pixel data element, the whole length where there is none."""
    attributes: Attributes
    """The study, series and instance level attributes that QIDO-RS answers with."""
    site: str = ""
    """The site that submitted it, where the project has sites."""


@dataclass(frozen=True, slots=True)
class Series:
    """A series, recomputed from the rows of its instances."""

    project: str
    study_uid: str
    series_uid: str
    instance_count: int
    size_bytes: int
    attributes: Attributes
    revision: int = 0
    """Counts the writes of this row; each write names the one it read."""
    sites: tuple[str, ...] = ()
    """The sites that submitted its instances, "" for none of them, in order."""


@dataclass(frozen=True, slots=True)
class Study:
    """A study, recomputed from the rows of its series: the row that QIDO-RS matches."""

    project: str
    study_uid: str
    series_count: int
    instance_count: int
    size_bytes: int
    modalities: tuple[str, ...]
    attributes: Attributes
    revision: int = 0
    sites: tuple[str, ...] = ()
    """The sites that submitted its instances, "" for none of them, in order."""
