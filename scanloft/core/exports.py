"""Exports: files that become one zip, what is known of it, and the message that asks for it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Self

from scanloft.core.settings import MIB

PART_BYTES = 8 * MIB
"""The parts of a zip have at least so many bytes: fewer would cost more requests."""
PART_COUNT_LIMIT = 10_000
"""How many parts one object may be put in."""
ZIP_LIMIT_BYTES = 5 * 1024**4
"""The largest object that S3 has always taken."""
EXPORT_DAYS = 7
"""How long a zip stays, counted from the day it was asked for."""


class ExportStatus(StrEnum):
    """How far an export is; "expired" is never written: time says it."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


ENDED = frozenset({ExportStatus.READY, ExportStatus.FAILED})
"""Nothing more is done about these."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file of an export: its name in the zip, where its bytes lie, and their SHA-256 in hex.

    `sha256` is empty where nobody knows it (see docs/decisions/0005-any-size.md). A file that is
    written here and now has its `text` and no key. `level`, `owner` and `label` name what it
    belongs to: an image has a scan and no label, a file of a resource that one's, with its `path`.
    """

    name: str
    key: str
    offset: int
    length: int
    sha256: str = ""
    text: str = ""
    level: str = ""
    owner: str = ""
    label: str = ""
    path: str = ""
    is_deleted: bool = False
    """Found to be deleted since it was listed; never written down."""

    @classmethod
    def of_text(cls, name: str, text: str) -> Self:
        """A file with this text."""
        return cls(name, "", 0, len(text.encode()), text=text)

    def to_line(self) -> str:
        """The file as a line of the list of files, without its end."""
        values = [self.name, self.key, self.offset, self.length, self.sha256, self.text]
        values += [self.level, self.owner, self.label, self.path]
        return json.dumps(values, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_line(cls, line: str | bytes) -> Self:
        """The file of this line."""
        return cls(*json.loads(line))


@dataclass(frozen=True, slots=True)
class Totals:
    """How many files there are, and how many bytes they and their names have in all."""

    count: int
    sizes_bytes: int
    names_bytes: int

    @classmethod
    def of(cls, files: Iterable[ExportFile]) -> Self:
        """Those of these files."""
        count = sizes = names = 0
        for file in files:
            count, sizes, names = count + 1, sizes + file.length, names + len(file.name.encode())
        return cls(count, sizes, names)


@dataclass(frozen=True, slots=True)
class Export:
    """An export; times are ISO 8601 in UTC, those of the lease in seconds since 1970.

    Whoever works on it names itself in `worker` until `leased_until`; another may take over
    after that. `setbacks` counts what went wrong so far.
    """

    project: str
    export: str
    created_at: str
    created_by: str
    site: str
    """The site that whoever asked for it is bound to: it holds nothing of others."""
    layout: str
    ends_at: int
    """When the zip goes, in seconds since 1970."""
    status: ExportStatus = ExportStatus.WAITING
    file_count: int = 0
    """How many files it has; 0 until they are listed."""
    size_bytes: int = 0
    files_done: int = 0
    bytes_done: int = 0
    files_missing: int = 0
    """Files that are listed in the zip as missing, because they were deleted or are damaged."""
    zip_bytes: int = 0
    finished_at: str = ""
    code: str = ""
    reason: str = ""
    worker: str = ""
    leased_until: int = 0
    setbacks: int = 0
    turn: int = 0
    """Counts who began to work on it, so that nobody writes over what a later one did."""


class ExportOrder(NamedTuple):
    """The message to the export function: work on this export."""

    project: str
    export: str

    def to_body(self) -> str:
        """The body of the queue message."""
        return json.dumps(self._asdict())

    @classmethod
    def from_body(cls, body: str) -> Self:
        """The order with this body.

        Raises:
            ValueError: it is none.
        """
        fields: Any = json.loads(body)
        if not isinstance(fields, Mapping) or set(fields) != set(cls._fields):
            raise ValueError("This message does not ask for an export.")
        if not all(isinstance(value, str) for value in fields.values()):
            raise ValueError("An export is named by texts.")
        return cls(**fields)


def part_size_bytes(zip_limit_bytes: int) -> int:
    """The size of the parts in which a zip of at most so many bytes can be put.

    Raises:
        ValueError: no object may be so large.
    """
    if zip_limit_bytes > ZIP_LIMIT_BYTES:
        raise ValueError(f"A zip has at most {ZIP_LIMIT_BYTES} bytes.")
    return max(PART_BYTES, -(-zip_limit_bytes // PART_COUNT_LIMIT))
