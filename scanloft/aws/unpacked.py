"""How far each zip or tar of images is unpacked: which members the gate may meet."""

from collections.abc import Iterable

from scanloft.aws.rows import ABSENT, Rows
from scanloft.core.items import unpacked_item

Packed = tuple[str, str, str]
"""A zip or tar: a project, an upload of it, and the number in that."""


class UnpackedIndex:
    """The zips and tars of all uploads that unpack has begun to take members out of."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def note(self, project: str, upload: str, number: str, *, below: int) -> None:
        """Notes that the members below a place are put, or will be; a lower place is a no-op."""
        self._rows.put_if(
            unpacked_item(project, upload, number),
            {"number": number, "below": below},
            condition=f"{ABSENT} OR #below < :below",
            values={"below": below},
        )

    def known(self, files: Iterable[Packed]) -> dict[Packed, int]:
        """The place below which members are put, of those that were begun; a hundred a call."""
        file_by_key = {unpacked_item(*file): file for file in files}
        rows = self._rows.get_many(file_by_key)
        return {file_by_key[key]: row["below"] for key, row in rows.items()}
