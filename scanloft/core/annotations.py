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
