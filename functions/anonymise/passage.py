"""The passage of one raw object: read, checked, de-identified, archived or detained."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.anonymise.files.content import is_dicom
from functions.anonymise.files.filing import FileShelf, target_of
from functions.anonymise.raw import (
    RangedRaw,
    Raw,
    WholeRaw,
    check_declaration,
    check_prearchive,
    packed_reason,
)
from functions.anonymise.rooms import Room
from functions.anonymise.shelf import Origin, Shelf
from functions.anonymise.tasks import Errand, Passed
from scanloft.aws.detention import Detention
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.objects import ObjectStore, oversized
from scanloft.aws.source import WINDOW_LIMIT_BYTES, RangedSource
from scanloft.aws.tombstones import TombstoneIndex
from scanloft.core.errors import MalformedDicom, NotDicom, NotFound, Oversized, Rejected
from scanloft.core.fates import Disposition, judged
from scanloft.core.instructions import is_review_upload
from scanloft.core.keys import ArchiveKey
from scanloft.core.model import Fate, FateKind, Prearchive
from scanloft.core.overlap import Budget
from scanloft.core.resource_names import resource_name
from scanloft.deid.engine import deidentify, plan
from scanloft.deid.results import Result
from scanloft.deid.source import NeedsWhole

IS_DICOM = "is_dicom"
"""The code of the fate of a file for a resource that was archived as an image."""
COPIES_HELD = 4
"""How often an object lies in memory while it passes: raw, data set, written, sent."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to take an object: how it is opened, and how many bytes of memory that may need."""

    opened: Callable[[Errand], Raw]
    held_bytes: int


class _OtherWay(Exception):  # no error: the next way is taken
    """The object cannot be taken this way."""


class Passage:
    """The way of an object from the inbox to the archive or to quarantine.

    Objects of at most `whole_object_bytes` are read whole. Of larger ones, up to
    `ranged_limit_bytes`, only what is needed is read; those for which all is needed are read
    whole up to `object_limit_bytes`.
    """

    def __init__(
        self,
        *,
        inbox: ObjectStore,
        archive: ObjectStore,
        index: InstanceIndex,
        tombstones: TombstoneIndex,
        detention: Detention,
        files: FileShelf,
        whole_object_bytes: int,
        object_limit_bytes: int,
        ranged_limit_bytes: int,
        memory_budget_bytes: int,
        now: Callable[[], str],
    ) -> None:
        self._inbox = inbox
        self._shelf = Shelf(archive, index, tombstones)
        self._detention = detention
        self._files = files
        self._whole_object_bytes = whole_object_bytes
        self._object_limit_bytes = object_limit_bytes
        self._ranged_limit_bytes = ranged_limit_bytes
        self._budget = Budget(memory_budget_bytes)
        self._now = now

    def take(self, errand: Errand) -> Passed | None:
        """Takes an object through; None where it is gone, so another delivery did it.

        Raises:
            Unavailable, or a defect of the code: the object stays, its message comes again.
        """
        *ways, last = self._ways(errand.arrival.size_bytes)
        try:
            for way in ways:
                try:
                    return self._taken(errand, way)
                except _OtherWay:
                    continue
            return self._taken(errand, last)
        except NotFound:
            # Nothing but the raw object is looked for without expecting that it may be gone.
            return None

    def _ways(self, size_bytes: int) -> list[_Way]:
        """The ways for an object of this size; a later one holds no more than its own memory."""
        ranged = _Way(self._ranged, COPIES_HELD * WINDOW_LIMIT_BYTES)
        limited = _Way(self._limited, COPIES_HELD * min(size_bytes, self._object_limit_bytes))
        if size_bytes > self._whole_object_bytes:
            return [ranged, limited]
        return [_Way(self._whole, COPIES_HELD * size_bytes), ranged, limited]

    def _whole(self, errand: Errand) -> WholeRaw:
        try:
            return WholeRaw(
                self._inbox.get(errand.arrival.key, limit_bytes=self._whole_object_bytes)
            )
        except Oversized as error:
            raise _OtherWay from error  # it has grown since its event

    def _ranged(self, errand: Errand) -> RangedRaw:
        facts = self._inbox.facts(errand.arrival.key)
        if facts.size_bytes > self._ranged_limit_bytes:
            raise oversized(self._ranged_limit_bytes)
        return RangedRaw(RangedSource(self._inbox, errand.arrival.key, facts))

    def _limited(self, errand: Errand) -> WholeRaw:
        limit = self._object_limit_bytes
        try:
            return WholeRaw(self._inbox.get(errand.arrival.key, limit_bytes=limit))
        except Oversized as error:
            raise Oversized(
                f"This object has more than {limit} bytes, and its encoding or the profile of the "
                "project asks for all of it in memory. Send it uncompressed and as little endian, "
                "or retry it under a profile that leaves pixels alone.",
                limit_bytes=limit,
            ) from error

    def _taken(self, errand: Errand, way: _Way) -> Passed:
        raw: Raw | None = None
        patient_id = ""
        with self._budget.held(way.held_bytes):
            try:
                raw = way.opened(errand)
                fate, patient_id = self._archived(errand, raw)
            except (NotFound, _OtherWay):
                raise
            except NotDicom as error:
                reason = packed_reason(raw.start) if raw else None
                fate = self._refused(errand, reason or _not_left_out(errand, error), raw=raw)
            except Exception as error:  # noqa: BLE001  # the edge: judged by the table of fates
                fate = self._refused(errand, error, raw=raw)
        sender = raw.metadata.get("calling-ae", "") if raw else ""
        return Passed(
            key=errand.key,
            fate=fate,
            sender=sender,
            room=errand.room,
            instruction=errand.instruction,
            patient_id=patient_id,
            resource=_resource(errand, fate),
        )

    def _archived(self, errand: Errand, raw: Raw) -> tuple[Fate, str]:
        room = errand.room
        if isinstance(room, Rejected):
            raise room
        check_declaration(raw, errand.declaration, needed=errand.declaration_needed)
        target = target_of(errand)
        if target is None:
            return self._image(errand, room, raw)
        if is_dicom(raw.source):
            return self._image_among_files(errand, room, raw)
        place = f"{errand.key.upload}/{errand.key.number}".encode()
        file_id = room.pseudonyms.content_id(place)
        instruction = errand.instruction
        reviewed = instruction is not None and instruction.contents_reviewed
        fate = self._files.put(errand.key, target, raw, file_id=file_id, reviewed=reviewed)
        return fate, ""

    def _image_among_files(self, errand: Errand, room: Room, raw: Raw) -> tuple[Fate, str]:
        """Takes what was declared as a file and is DICOM the way of all DICOM."""
        try:
            fate, patient_id = self._image(errand, room, raw)
        except NotDicom as error:
            # As DICOM it would be left out; as a file it must not be lost.
            raise MalformedDicom(
                "This file resembles DICOM but cannot be read as such: correct it, or send it in "
                "another form."
            ) from error
        fate = replace(
            fate,
            code=IS_DICOM,
            reason="This file is DICOM: it was de-identified and is among the images of the "
            "project, not in the resource.",
        )
        return fate, patient_id

    def _image(self, errand: Errand, room: Room, raw: Raw) -> tuple[Fate, str]:
        result, key, kind = self._shelved(errand, room, raw)
        room.note(result.replaced, result.patients)
        fate = Fate(
            number=errand.key.number,
            kind=kind,
            archive_key=str(key),
            size_bytes=raw.size_bytes,
            actions=result.account.counts,
        )
        return fate, next(iter(result.patients.values()), "")

    def _shelved(self, errand: Errand, room: Room, raw: Raw) -> tuple[Result, ArchiveKey, FateKind]:
        profile, pseudonyms, site = room.profile, room.pseudonyms, room.site(raw.metadata)
        if isinstance(raw, WholeRaw):
            result = deidentify(raw.body, profile=profile, pseudonyms=pseudonyms, site=site)
            check_prearchive(room.prearchive, raw)
            return result, *self._shelf.put(result, _origin(errand, room, raw))
        try:
            planned = plan(raw.source, profile=profile, pseudonyms=pseudonyms, site=site)
        except NeedsWhole as error:
            if packed := packed_reason(raw.start):
                raise packed from error
            raise _OtherWay from error
        check_prearchive(room.prearchive, raw)
        origin = _origin(errand, room, raw)
        return planned, *self._shelf.assemble(planned, origin, source=raw.source)

    def _refused(self, errand: Errand, error: Exception, *, raw: Raw | None) -> Fate:
        disposition, reason = judged(error, attempt=errand.attempt)
        if disposition is Disposition.RETRY:
            raise error
        if disposition is Disposition.IGNORE:
            return Fate(
                number=errand.key.number,
                kind=FateKind.IGNORED,
                code=reason.code,
                reason=reason.message,
                size_bytes=errand.arrival.size_bytes,
            )
        return self._detention.detain(
            errand.key,
            error=reason,
            item=_item(errand, raw),
            size_bytes=errand.arrival.size_bytes,
            now=self._now(),
        )


def _not_left_out(errand: Errand, error: NotDicom) -> Rejected:
    """What is no DICOM is left out, but not what a person has kept in quarantine until now."""
    if not is_review_upload(errand.key.upload):
        return error
    return MalformedDicom(
        "This is no DICOM, so it cannot be sent through the gate: if it is a file of a resource, "
        "add it there again; then delete this one."
    )


def _resource(errand: Errand, fate: Fate) -> str:
    if fate.kind is not FateKind.ARCHIVED or fate.code:
        return ""
    target = target_of(errand)
    return resource_name(target.level, target.owner, target.label) if target else ""


def _origin(errand: Errand, room: Room, raw: Raw) -> Origin:
    return Origin(
        raw=errand.key,
        source=room.pseudonyms.content_id(raw.sha256_hex.encode()),
        site=room.submitted_for,
        replaces=room.prearchive is Prearchive.OVERWRITE,
    )


def _item(errand: Errand, raw: Raw | None) -> str:
    """A name by content under the project's secret; by place where there is no such project.

    What a person has sent through the gate again gets a name that it has not had before: the item
    that it was may be about to be deleted.
    """
    if isinstance(errand.room, Rejected):
        return f"{errand.key.upload}-{errand.key.number}"
    content = (raw.known_sha256_hex if raw else None) or errand.arrival.etag
    if is_review_upload(errand.key.upload):
        content += f" {errand.key.upload}"
    return errand.room.pseudonyms.content_id(content.encode())
