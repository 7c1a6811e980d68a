"""Where quarantined objects go from here, and what holds for each of them on the way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from functions.api.quarantine.effects import Sending
from functions.api.quarantine.services import ReviewServices
from functions.api.quarantine.shapes import Action, Conflicts, Decision, Outcome, Result
from scanloft.aws.instructions import Place
from scanloft.core.annotations import Overwrite, Target
from scanloft.core.instructions import Instruction, may_be_instructed
from scanloft.core.keys import InboxKey, InboxPrefix, UnassignedKey
from scanloft.core.model import FileKind, Prearchive, Project, QuarantineItem, Upload, UploadSource

WAS_LIMIT = 8
"""How many files of uploads follow the fate of one object that is sent again and again."""

NOTHING = Instruction(project="", upload="", number="", by="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """A decision about objects of one quarantine, all of which go on as files of one upload.

    `target` is the project that they go to; None where each goes back to where it came from.
    `moved`: it is another project than the one they are in. `site` is that of who sends them.
    """

    upload: str
    by: str
    decision: Decision
    target: Project | None
    moved: bool
    site: str = ""

    def prepared(
        self, services: ReviewServices, entries: Sequence[QuarantineItem]
    ) -> tuple[list[Sending], list[Result]]:
        """The objects that go, and the results of those that cannot.

        Raises:
            Unavailable: the table did not answer.
        """
        places = [(one.project, one.upload, one.number) for one in entries]
        known = services.instructions.known(
            place for place in places if place[0] and may_be_instructed(place[1])
        )
        uploads = services.uploads.known({place[:2] for place in places if place[0] and place[1]})
        targets = {} if self.moved else _targets(services, places)
        sendings: list[Sending] = []
        refused: list[Result] = []
        for count, (entry, place) in enumerate(zip(entries, places, strict=True), start=1):
            before = known.get(place, _before(uploads.get(place[:2])))
            target = None if self.moved else targets.get(place, before.target)
            key = self._key(entry, str(count), target)
            if key is None:
                refused.append(_refused(entry))
                continue
            sendings.append(
                Sending(
                    entry=entry,
                    key=str(key),
                    number=key.number,
                    instruction=self._instruction(key, entry, replace(before, target=target)),
                )
            )
        return sendings, refused

    def _key(
        self, entry: QuarantineItem, number: str, target: Target | None
    ) -> InboxKey | UnassignedKey | None:
        project = self.target.name if self.target else entry.project
        if project:
            prefix = InboxPrefix.FILES if target else InboxPrefix.DICOM
            return InboxKey.build(prefix, project=project, upload=self.upload, number=number)
        return UnassignedKey(entry.receiver, self.upload, number) if entry.receiver else None

    def _instruction(
        self, key: InboxKey | UnassignedKey, entry: QuarantineItem, before: Instruction
    ) -> Instruction | None:
        if isinstance(key, UnassignedKey):
            return None
        decision = self.decision
        was = () if self.moved else (*before.was, (entry.upload, entry.number))[-WAS_LIMIT:]
        return Instruction(
            project=key.project,
            upload=key.upload,
            number=key.number,
            by=self.by,
            prearchive=self._prearchive(before),
            profile=decision.profile,
            pixels_reviewed=decision.pixels_reviewed,
            contents_reviewed=decision.contents_reviewed,
            target=self._place(before.target),
            was=was,
            uploader=before.uploader,
            site=self.site or ("" if self.moved else before.site),
            subject_label=decision.subject or before.subject_label,
            session_label=decision.session or before.session_label,
        )

    def _place(self, target: Target | None) -> Target | None:
        """The place of a file in its resource, where it takes that of another if it is to."""
        if target is None or self.decision.conflicts is not Conflicts.REPLACE:
            return target
        return replace(target, overwrite=Overwrite.REPLACE)

    def _prearchive(self, before: Instruction) -> Prearchive | None:
        """Released objects wait no more; others wait where their project lets them."""
        if self.decision.action is not Action.RELEASE:
            return None if self.moved else before.prearchive
        project = self.target.prearchive if self.target else None
        replaces = self.decision.conflicts is Conflicts.REPLACE
        overwrites = replaces or project is Prearchive.OVERWRITE
        return Prearchive.OVERWRITE if overwrites else Prearchive.AUTOMATIC


def projects_of(sendings: Sequence[Sending]) -> Mapping[str, int]:
    """How many objects go to each project."""
    counts: dict[str, int] = {}
    for sending in sendings:
        if sending.instruction is not None:
            project = sending.instruction.project
            counts[project] = counts.get(project, 0) + 1
    return counts


def _targets(services: ReviewServices, places: Iterable[Place]) -> dict[Place, Target]:
    """The places in resources that files were declared for."""
    sent = [place for place in places if place[0] and not may_be_instructed(place[1])]
    named = [place for place in sent if "." not in place[2]]
    members = [place for place in sent if "." in place[2]]
    declared = services.uploads.declared(named) if named else {}
    declared |= services.uploads.declared_members(members) if members else {}
    return {
        place: declaration.target
        for place, declaration in declared.items()
        if declaration.target and declaration.kind is FileKind.FILE
    }


def _before(upload: Upload | None) -> Instruction:
    """What is known of an object that was not sent before, by the upload that it came with."""
    if upload is None or upload.source is not UploadSource.PRESIGNED:
        return NOTHING
    return Instruction(
        project=upload.project,
        upload=upload.upload,
        number="",
        by="",
        uploader=upload.created_by,
        site=upload.site,
    )


def _refused(entry: QuarantineItem) -> Result:
    return Result(
        item=entry.item,
        outcome=Outcome.REFUSED,
        reason="Nobody knows to which receiver this object was sent: move it to a project.",
    )
