"""The shapes of deciding about quarantined objects: what is asked, and what became of each."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from functions.api.edge.shapes import Body, Shown
from scanloft.core.identifiers import LABEL, PROJECT

ITEMS_LIMIT = 1000
ITEM = r"^[A-Za-z0-9][A-Za-z0-9.-]{0,127}$"
CODE = r"^[a-z_]+$"

Item = Annotated[str, Field(max_length=128, pattern=ITEM)]
Label = Annotated[str, Field(max_length=64, pattern=f"^{LABEL.pattern}$")]
ProjectName = Annotated[str, Field(max_length=32, pattern=f"^{PROJECT.pattern}$")]


class Action(StrEnum):
    """What becomes of an object."""

    RETRY = "retry"
    RELEASE = "release"
    MOVE = "move"
    DELETE = "delete"


class Conflicts(StrEnum):
    """What becomes of an object whose UID the archive has already."""

    KEEP_FIRST = "keep_first"
    REPLACE = "replace"


class Decision(Body):
    """What is to become of some objects: those named, or all that wait for one reason.

    retry: once more through the gate, as it is. release: the same, and what a person decided holds
    for these objects alone. move: to another project. delete: for good.
    """

    action: Action
    items: Annotated[list[Item], Field(min_length=1, max_length=ITEMS_LIMIT)] | None = None
    all_of_code: Annotated[str, Field(max_length=64, pattern=CODE)] | None = None
    project: ProjectName | None = None
    subject: Label | None = None
    session: Label | None = None
    pixels_reviewed: bool = False
    contents_reviewed: bool = False
    conflicts: Conflicts = Conflicts.KEEP_FIRST
    profile: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.items is None) == (self.all_of_code is None):
            raise ValueError('it needs either "items" or "all_of_code"')
        if (self.action is Action.MOVE) != (self.project is not None):
            raise ValueError('"project" goes with the action move, and the action with it')
        reviewed = self.pixels_reviewed or self.contents_reviewed
        decided = reviewed or self.profile is not None or self._replaces
        if decided and self.action is not Action.RELEASE:
            raise ValueError(
                '"pixels_reviewed", "contents_reviewed", "conflicts" and "profile" go with release '
                "alone"
            )
        if (self.subject or self.session) and self.action is Action.DELETE:
            raise ValueError('"subject" and "session" do not go with delete')
        return self

    @property
    def _replaces(self) -> bool:
        return self.conflicts is Conflicts.REPLACE


class Outcome(StrEnum):
    """What became of one object of a decision."""

    SENT = "sent"
    DELETED = "deleted"
    ABSENT = "absent"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


class Result(Shown):
    """What became of one object: one that was sent is file `number` of the upload of the answer.

    absent: there is no such item, any more. refused: it cannot be done with this object. failed: a
    service did not answer; not_reached: there was no time left. For both the same again will do.
    """

    item: str
    outcome: Outcome
    number: str = ""
    reason: str = ""


class Decided(Shown):
    """What became of all: follow what was sent by the upload; `more` waits for the same reason."""

    upload: str | None
    results: list[Result]
    more: bool
