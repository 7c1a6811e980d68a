"""What de-identification did to one object, in numbers only."""

from collections.abc import Mapping
from dataclasses import dataclass

KINDS = (
    "kept",
    "removed",
    "emptied",
    "replaced",
    "cleaned",
    "uids_replaced",
    "dates_shifted",
    "private_removed",
)


@dataclass(frozen=True, slots=True)
class Account:
    """How many elements met which fate, at any depth, under which profile.

    A sequence that is dropped whole counts as one element.
    """

    profile: str
    version: int
    counts: Mapping[str, int]

    def to_dict(self) -> dict[str, str | int | dict[str, int]]:
        """Return it as plain values for JSON."""
        return {"profile": self.profile, "version": self.version, "counts": dict(self.counts)}
