"""What can happen to one element, and what the rules say of it."""

from dataclasses import dataclass
from enum import Enum, auto

from scanloft.deid.tag_rules import TagRule


class Action(Enum):
    """What happens to one element."""

    KEEP = auto()
    ENTER = auto()
    REMOVE = auto()
    REMOVE_PRIVATE = auto()
    EMPTY = auto()
    DUMMY = auto()
    REPLACE_UID = auto()
    KEEP_UID = auto()
    SHIFT = auto()
    REPLACE_ID = auto()
    REPLACE_NAME = auto()
    CLEAN_MEANING = auto()
    CLEAN_TEXT = auto()
    WRITE = auto()
    HASH = auto()
    REGEX = auto()


COUNTED_AS = {
    Action.KEEP: "kept",
    Action.ENTER: "kept",
    Action.KEEP_UID: "kept",
    Action.REMOVE: "removed",
    Action.REMOVE_PRIVATE: "private_removed",
    Action.EMPTY: "emptied",
    Action.DUMMY: "replaced",
    Action.REPLACE_ID: "replaced",
    Action.REPLACE_NAME: "replaced",
    Action.CLEAN_MEANING: "replaced",
    Action.WRITE: "replaced",
    Action.HASH: "replaced",
    Action.REPLACE_UID: "uids_replaced",
    Action.SHIFT: "dates_shifted",
    Action.CLEAN_TEXT: "cleaned",
    Action.REGEX: "cleaned",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An action, the VR to write, and what to do instead where the action cannot be done.

    `searched` says that the value is text, by its own or the written VR, and may name the patient.
    `rule` is the project's own where it decides.
    """

    action: Action
    vr: str
    otherwise: Action = Action.REMOVE
    searched: bool = False
    rule: TagRule | None = None
