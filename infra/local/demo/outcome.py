"""What became of each file that the demo sent, and the counts that must add up."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Route(StrEnum):
    """The way by which a file was sent."""

    DICOM = "dicom"
    UPLOAD = "upload"


UNPACKED = "unpacked"
NOT_SENT = "not_sent"
"""Files that C-STORE cannot carry, or that the bridge refused to the sender's face."""
FATES = ("archived", "duplicate", "quarantined", "ignored")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The fate of one file; `path` is relative to the folder, `#n` names a member of a zip."""

    route: Route
    path: str
    fate: str
    code: str = ""
    reason: str = ""
    archive_key: str = ""
    actions: Mapping[str, int] = field(default_factory=dict)


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many files were sent, how many of them met each fate, and how many were not sent.

    A zip or tar that was unpacked is not counted: its members are.
    """
    kinds = Counter(outcome.fate for outcome in outcomes)
    not_sent = kinds.pop(NOT_SENT, 0)
    kinds.pop(UNPACKED, None)
    return {
        "sent": kinds.total(),
        **{fate: kinds[fate] for fate in FATES},
        "not_sent": not_sent,
    }


def adds_up(outcomes: Iterable[Outcome]) -> bool:
    """Whether each file that was sent met one of the four fates."""
    found = counts(outcomes)
    return found["sent"] == sum(found[fate] for fate in FATES)
