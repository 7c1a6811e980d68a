"""A data set of an encoded header, as the actions see it."""

from scanloft.deid.rules.rules import CHARACTER_SET
from scanloft.dicom.charsets import encodings


class Noted:
    """Where the values are that may be looked for in a data set; `around` is what holds it."""

    __slots__ = ("around", "places")

    def __init__(self, around: "Noted | None" = None) -> None:
        self.places: dict[int, slice] = {}
        self.around = around


class BytePlace:
    """A data set by the places of its values."""

    __slots__ = ("_data", "_noted")

    def __init__(self, data: bytes, noted: Noted) -> None:
        self._data = data
        self._noted = noted

    @property
    def encodings(self) -> tuple[str, ...]:
        """Python's names of its character sets; those around it where it names none."""
        noted: Noted | None = self._noted
        while noted is not None:
            if CHARACTER_SET in noted.places:
                return encodings(self._data[noted.places[CHARACTER_SET]])
            noted = noted.around
        return encodings(b"")

    def look(self, tag: int) -> bytes:
        """The raw value of one of PLACE_TAGS, b"" where it is absent."""
        found = self._noted.places.get(tag)
        return b"" if found is None else self._data[found]
