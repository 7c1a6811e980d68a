"""Carrying out what was decided of quarantined objects, each by itself and side by side.

The order of the effects for an object that is sent through the gate again is: instruction, copy,
fate of the file it was, delete of the quarantined object, delete of its item. A crash after the
copy leaves an object that goes its way and an item that can be decided again: then the gate meets
the same content twice, which is a duplicate and no conflict. What the gate detains anew has another
name than the item that it was, so nothing that is deleted here can be something new.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from functions.api.quarantine.services import ReviewServices
from functions.api.quarantine.shapes import Outcome, Result
from scanloft.aws.detention import kept_at
from scanloft.core.errors import ArchiveError, NotFound
from scanloft.core.instructions import KEPT_S, Instruction, may_be_instructed
from scanloft.core.model import Fate, FateKind, QuarantineItem
from scanloft.core.overlap import overlapped

THREADS = 32
BUDGET = timedelta(seconds=18)
"""For how long objects are begun: a request is answered within 29 seconds."""
REASONS = {
    FateKind.MOVED: "A person moved this object from quarantine to another project.",
    FateKind.DELETED: "A person deleted this object from quarantine.",
}


@dataclass(frozen=True, slots=True)
class Sending:
    """An object on its way: to which key of the inbox, and what holds for it there."""

    entry: QuarantineItem
    key: str
    number: str
    instruction: Instruction | None


class Effects:
    """What is done to the items of one quarantine; `project` None is that of nobody."""

    def __init__(self, services: ReviewServices, project: str | None) -> None:
        self._services = services
        self._project = project
        self._until = services.now() + BUDGET

    def send(self, sendings: Sequence[Sending], *, moved: bool = False) -> list[Result]:
        """Sends objects into the inbox; those that are `moved` leave the project.

        Raises:
            Unavailable: the instructions were not written, and nothing was sent.
        """
        instructions = [one.instruction for one in sendings if one.instruction]
        expires_at = int(self._services.now().timestamp()) + KEPT_S
        self._services.instructions.put(instructions, expires_at=expires_at)
        sending_by_item = {one.entry.item: one for one in sendings}

        def send(entry: QuarantineItem) -> Result:
            sending = sending_by_item[entry.item]
            self._services.inbox.copy(kept_at(entry), sending.key)
            self._forget(entry, FateKind.MOVED if moved else None)
            return Result(item=entry.item, outcome=Outcome.SENT, number=sending.number)

        return self._each([one.entry for one in sendings], send)

    def delete(self, entries: Sequence[QuarantineItem]) -> list[Result]:
        """Deletes objects for good."""

        def delete(entry: QuarantineItem) -> Result:
            self._forget(entry, FateKind.DELETED)
            return Result(item=entry.item, outcome=Outcome.DELETED)

        return self._each(entries, delete)

    def _forget(self, entry: QuarantineItem, kind: FateKind | None) -> None:
        if kind is not None and self._project is not None:
            fate = Fate(entry.number, kind, reason=REASONS[kind], size_bytes=entry.size_bytes)
            files = [(entry.upload, entry.number), *self._was(entry)]
            self._services.uploads.put_fates(
                (self._project, upload, replace(fate, number=number)) for upload, number in files
            )
        self._services.inbox.delete([kept_at(entry)])
        self._services.quarantine.remove(self._project, entry.item)

    def _was(self, entry: QuarantineItem) -> tuple[tuple[str, str], ...]:
        """The files that an object was, if it was sent through the gate before."""
        if not may_be_instructed(entry.upload):
            return ()
        place = (entry.project, entry.upload, entry.number)
        instruction = self._services.instructions.known([place]).get(place)
        return instruction.was if instruction else ()

    def _each(
        self, entries: Sequence[QuarantineItem], act: Callable[[QuarantineItem], Result]
    ) -> list[Result]:
        def acted(entry: QuarantineItem) -> Result:
            if self._services.now() > self._until:
                return Result(item=entry.item, outcome=Outcome.NOT_REACHED, reason=NOT_REACHED)
            try:
                return act(entry)
            except NotFound:
                # It was sent or deleted before, and only the item is left.
                self._services.quarantine.remove(self._project, entry.item)
                return Result(item=entry.item, outcome=Outcome.ABSENT)
            except ArchiveError as error:
                return Result(item=entry.item, outcome=Outcome.FAILED, reason=error.message)

        results: list[Result] = []
        for result in overlapped(entries, acted, threads=THREADS):
            if isinstance(result, Exception):
                raise result
            results.append(result)
        return results


NOT_REACHED = "There was no time left for this object: ask for the same again."
