"""What de-identification makes of an object."""

from collections.abc import Mapping
from dataclasses import dataclass

from scanloft.deid.account import Account
from scanloft.deid.pixels.parts import Part
from scanloft.deid.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An object that may be shown: its new UIDs and what was done.

    `header_length` is the offset of the pixel data element in bytes, the whole length without one.
    `replaced` (old UID to new) and `patients` (old Patient ID to new) are for the owner only.
    """

    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    header_length: int
    account: Account
    replaced: Mapping[str, str]
    patients: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Result):
    """How the bytes of the result are put together from new ones and those of the source."""

    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """How many bytes the result has."""
        return sum(part.length if isinstance(part, Span) else len(part) for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deidentified(Result):
    """A result in memory: Part 10 bytes."""

    data: bytes
