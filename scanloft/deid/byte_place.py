"""A data set that the byte-level way walks over, as the actions see it."""

from collections.abc import Callable

from scanloft.deid.byte_table import CHARACTER_SET
from scanloft.dicom.charsets import encodings


class BytePlace:
    """Knows what has been noted of a data set; `ahead` finds what is still to come in it."""

    __slots__ = ("_ahead", "_around", "_noted")

    def __init__(
        self,
        noted: dict[int, bytes],
        around: "BytePlace | None" = None,
        ahead: Callable[[int], bytes] | None = None,
    ) -> None:
        self._noted = noted
        self._around = around
        self._ahead = ahead

    @property
    def encodings(self) -> tuple[str, ...]:
        """Python's names of its character sets; those around it where it names none."""
        if CHARACTER_SET in self._noted:
            return encodings(self._noted[CHARACTER_SET])
        return encodings(b"") if self._around is None else self._around.encodings

    def look(self, tag: int) -> bytes:
        """The raw value of one of PLACE_TAGS, b"" where it is absent."""
        found = self._noted.get(tag)
        if found is None and self._ahead is not None:
            return self._ahead(tag)
        return found or b""
