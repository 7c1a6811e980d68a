"""How far the zip of an export has come, put down so that any worker can go on from there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from scanloft.aws.multipart import Part
from scanloft.aws.objects import ObjectStore
from scanloft.core.errors import NotFound
from scanloft.core.keys import export_state_key
from scanloft.core.zip_stream import ZipState

FORM = 1
"""Raise it when what is put down changes: an older worker's checkpoint is then not gone on from."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that is not in the zip: its name there, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A zip between two members: what S3 has of it, and the bytes that it has not yet.

    `tail` are the bytes behind the last part, `next_file` is the place of the first file that is
    not in it yet, `setbacks` are those that the export had when this zip was begun.
    """

    upload_id: str
    part_bytes: int
    parts: Mapping[int, Part] = field(default_factory=dict)
    tail: bytes = b""
    zipped: ZipState = field(default_factory=ZipState)
    next_file: int = 0
    bytes_done: int = 0
    missing: tuple[Missing, ...] = ()
    setbacks: int = 0

    def to_bytes(self) -> bytes:
        """The checkpoint as `from_bytes` reads it: a line of JSON, the directory, the tail."""
        head = {
            "form": FORM,
            "upload_id": self.upload_id,
            "part_bytes": self.part_bytes,
            "parts": [
                [number, part.size_bytes, part.etag, part.checksum]
                for number, part in sorted(self.parts.items())
            ],
            "position": self.zipped.position,
            "count": self.zipped.count,
            "directory_bytes": len(self.zipped.directory),
            "next_file": self.next_file,
            "bytes_done": self.bytes_done,
            "setbacks": self.setbacks,
            "missing": [[each.name, each.reason] for each in self.missing],
        }
        return b"".join((json.dumps(head).encode(), b"\n", self.zipped.directory, self.tail))


def checkpoint_of(body: bytes) -> Checkpoint | None:
    """The checkpoint of these bytes; None for one in another form."""
    line, _, rest = body.partition(b"\n")
    head = json.loads(line)
    if head["form"] != FORM:
        return None
    size = head["directory_bytes"]
    return Checkpoint(
        upload_id=head["upload_id"],
        part_bytes=head["part_bytes"],
        parts={number: Part(*values) for number, *values in head["parts"]},
        tail=rest[size:],
        zipped=ZipState(head["position"], head["count"], rest[:size]),
        next_file=head["next_file"],
        bytes_done=head["bytes_done"],
        setbacks=head["setbacks"],
        missing=tuple(Missing(*each) for each in head["missing"]),
    )


class CheckpointStore:
    """The checkpoints of exports in the archive bucket, one each."""

    def __init__(self, archive: ObjectStore) -> None:
        self._archive = archive

    def put(self, project: str, export: str, checkpoint: Checkpoint) -> None:
        """Puts it in the place of the last one."""
        self._archive.put(export_state_key(project, export), checkpoint.to_bytes())

    def get(self, project: str, export: str) -> Checkpoint | None:
        """The last one, None where there is none."""
        try:
            return checkpoint_of(self._archive.get(export_state_key(project, export)).body)
        except NotFound:
            return None
