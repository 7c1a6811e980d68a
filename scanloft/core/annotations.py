"""What people add to images and say of them: cards, tombstones, resources; and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """What a card, a resource or a tombstone belongs to."""

    PROJECT = "project"
    SUBJECT = "subject"
    SESSION = "session"
    SCAN = "scan"


@dataclass(frozen=True, slots=True)
class Card:
    """What people say of a subject, session or scan; what the images say is in derived rows.

    `name` is the key of a subject, a Study Instance UID, or "{study UID}/{series UID}".
    """

    project: str
    level: Level
    name: str
    label: str = ""
    notes: str = ""
    quality: str = ""
    fields: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    subject: str = ""
    """Of a session: the subject it was moved to, in place of the one that its images name."""
    merged_into: str = ""
    """Of a session: the Study Instance UID of the session that it was merged into."""
    merged: tuple[str, ...] = ()
    """Of a session: what may be merged into it; the `merged_into` of each decides."""
    revision: int = 0
    """Counts the writes of this card; each write names the one it read."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Something that was deleted and can be brought back until `until`."""

    project: str
    level: Level
    name: str
    deleted_at: str
    deleted_by: str
    until: str
    along_with: str = ""
    """The subject ("subject#...") or session ("session#...") that it was deleted with."""
    moved_to: str = ""
    """The project that it was moved to: then it cannot be brought back."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of a project; what people say of it is on its card."""

    project: str
    subject: str
    created_at: str = ""
    created_by: str = ""
    """Who made it by hand; empty where images did."""
    sites: tuple[str, ...] = ()
    """The sites that submitted sessions of it, "" for none of them, in order."""
    revision: int = 0
    """Counts the writes of this row; each write names the one it read."""


@dataclass(frozen=True, slots=True)
class Share:
    """A subject or session of one project that members of another one may read.

    `name` is that in the project that owns it.
    """

    source: str
    level: Level
    name: str
    target: str
    shared_at: str
    shared_by: str


class TransferState(StrEnum):
    """How far the move of a session to another project is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Transfer:
    """The move of a session to another project."""

    project: str
    study_uid: str
    target: str
    asked_at: str
    asked_by: str
    state: TransferState = TransferState.WAITING
    code: str = ""
    reason: str = ""
    objects: int = 0
    """How many objects were moved."""
    revision: int = 0
    """Counts the writes of this row; each write names the one it read."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A labelled collection of files; `owner` names what it belongs to, as in `Card.name`."""

    project: str
    level: Level
    owner: str
    label: str
    created_at: str
    created_by: str
    format: str = ""
    content: str = ""
    revision: int = 0
    """Counts the writes of this row; each write names the one it read."""
    deleted_at: str = ""
    deleted_by: str = ""
    until: str = ""
    """Of a deleted one: until when it can be brought back, with all its files."""

    @property
    def is_deleted(self) -> bool:
        """Whether it was deleted; its files are where they were."""
        return self.until != ""


class Overwrite(StrEnum):
    """What becomes of a file whose path is taken: refused, put beside the other, put in its place.

    The same content again is a duplicate in each case.
    """

    NONE = "none"
    APPEND = "append"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Target:
    """The place in a resource that a file was declared for, and by whom."""

    level: Level
    owner: str
    label: str
    path: str
    content_type: str
    overwrite: Overwrite
    added_by: str


@dataclass(frozen=True, slots=True)
class ResourceFile:
    """A file of a resource; `path` is the name its owner chose, `key` where its bytes are."""

    path: str
    key: str
    size_bytes: int
    sha256: str
    content_type: str
    added_at: str
    added_by: str

    @property
    def file_id(self) -> str:
        """What its key ends with: names this content at this path, whatever comes later."""
        return self.key.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Trashed:
    """A file that was deleted or replaced, and can be brought back until `until`."""

    level: Level
    owner: str
    label: str
    file: ResourceFile
    deleted_at: str
    deleted_by: str
    until: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something of a project that changed, for the feed: `name` of a `kind`, and what happened."""

    kind: str
    name: str
    what: str
    at: str
    sequence: int = 0
    sites: tuple[str, ...] = ()
    """The sites whose data it is; who is bound to a site hears of what is of that site alone."""
