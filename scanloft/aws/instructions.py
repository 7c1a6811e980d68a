"""Instructions in the index table: rows to values and back."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from scanloft.aws.rows import Rows, Value
from scanloft.aws.targets import packed, unpacked
from scanloft.core.instructions import Instruction
from scanloft.core.items import instruction_item
from scanloft.core.model import Prearchive

Place = tuple[str, str, str]
"""A project, an upload of it, and a number in that."""


class InstructionIndex:
    """What was decided of single objects, by their places."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, instructions: Iterable[Instruction], *, expires_at: int) -> None:
        """Writes instructions; the same again is a no-op. `expires_at` in seconds since 1970."""
        self._rows.put_many(
            (
                instruction_item(entry.project, entry.upload, entry.number),
                {**_row(entry), "expires_at": expires_at},
            )
            for entry in instructions
        )

    def known(self, places: Iterable[Place]) -> dict[Place, Instruction]:
        """Those of the objects for which there are instructions, a hundred a call."""
        place_by_key = {instruction_item(*place): place for place in places}
        rows = self._rows.get_many(place_by_key)
        return {place_by_key[key]: _instruction(row) for key, row in rows.items()}


def _row(entry: Instruction) -> dict[str, Value]:
    row: dict[str, Value] = {
        "project": entry.project,
        "upload": entry.upload,
        "number": entry.number,
        "by": entry.by,
        "pixels_reviewed": entry.pixels_reviewed,
        "contents_reviewed": entry.contents_reviewed,
        "uploader": entry.uploader,
        "site": entry.site,
        "subject_label": entry.subject_label,
        "session_label": entry.session_label,
        "was": [f"{upload}/{number}" for upload, number in entry.was],
    }
    if entry.prearchive is not None:
        row["prearchive"] = entry.prearchive.value
    if entry.profile is not None:
        row["profile"] = json.dumps(dict(entry.profile), sort_keys=True)
    if entry.target is not None:
        row["target"] = packed(entry.target)
    return row


def _instruction(row: Mapping[str, Any]) -> Instruction:
    return Instruction(
        project=row["project"],
        upload=row["upload"],
        number=row["number"],
        by=row["by"],
        prearchive=Prearchive(row["prearchive"]) if "prearchive" in row else None,
        profile=json.loads(row["profile"]) if "profile" in row else None,
        pixels_reviewed=row["pixels_reviewed"],
        contents_reviewed=row["contents_reviewed"],
        target=unpacked(row["target"]) if "target" in row else None,
        was=tuple(map(_file, row["was"])),
        uploader=row["uploader"],
        site=row["site"],
        subject_label=row["subject_label"],
        session_label=row["session_label"],
    )


def _file(text: str) -> tuple[str, str]:
    upload, _, number = text.partition("/")
    return upload, number
