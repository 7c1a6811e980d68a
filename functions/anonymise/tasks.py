"""What anonymise has to do with one object, and what has come of it."""

from dataclasses import dataclass

from functions.anonymise.rooms import Room
from scanloft.core.arrivals import Arrival
from scanloft.core.errors import Rejected
from scanloft.core.instructions import Instruction
from scanloft.core.keys import InboxKey, UnassignedKey
from scanloft.core.model import Declaration, Fate


@dataclass(frozen=True, slots=True)
class Errand:
    """An object to pass, and what is known of it before it is read."""

    key: InboxKey
    arrival: Arrival
    attempt: int
    room: Room | Rejected
    declaration: Declaration | None
    declaration_needed: bool
    instruction: Instruction | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """An object that passed; `sender` is the calling AE title of one that came by C-STORE.

    `patient_id` is the new one of an archived object, where it has been given one.
    """

    key: InboxKey
    fate: Fate
    sender: str
    room: Room | Rejected
    instruction: Instruction | None = None
    patient_id: str = ""
    resource: str = ""
    """Of a file that was added to a resource: what the change feed calls that."""


@dataclass(frozen=True, slots=True)
class Unrouted:
    """An object that is addressed to no project."""

    key: UnassignedKey
    arrival: Arrival
    attempt: int
