"""What can happen to one element, and what the rules say of it."""

from dataclasses import dataclass
from enum import Enum

from scanloft.deid.profiles.tag_rules import TagRule


class Action(Enum):
    """What happens to one element; `counted_as` is the kind of account it goes to."""

    KEEP = ("keep", "kept")
    ENTER = ("enter", "kept")
    KEEP_UID = ("keep UID", "kept")
    REMOVE = ("remove", "removed")
    REMOVE_PRIVATE = ("remove private", "private_removed")
    EMPTY = ("empty", "emptied")
    DUMMY = ("dummy", "replaced")
    REPLACE_ID = ("replace ID", "replaced")
    REPLACE_NAME = ("replace name", "replaced")
    CLEAN_MEANING = ("clean meaning", "replaced")
    WRITE = ("write", "replaced")
    HASH = ("hash", "replaced")
    REPLACE_UID = ("replace UID", "uids_replaced")
    SHIFT = ("shift", "dates_shifted")
    CLEAN_TEXT = ("clean text", "cleaned")
    REGEX = ("regex", "cleaned")

    # Members are one of a kind: quicker than the hash of their names.
    __hash__ = object.__hash__

    def __init__(self, _: str, counted_as: str) -> None:
        self.counted_as = counted_as


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
