"""What is known of objects before they are read: project, declaration, sender, instructions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from functions.anonymise.rooms import Room, Rooms
from functions.anonymise.tasks import Errand, Unrouted
from scanloft.aws.batches import Delivery
from scanloft.aws.instructions import InstructionIndex
from scanloft.aws.unpacked import UnpackedIndex
from scanloft.aws.uploads import UploadIndex
from scanloft.core.arrivals import Arrival
from scanloft.core.errors import InvalidRequest, Rejected
from scanloft.core.instructions import Instruction, is_review_upload, may_be_instructed
from scanloft.core.keys import (
    UNASSIGNED_PREFIX,
    InboxKey,
    InboxPrefix,
    UnassignedKey,
    is_dicom_upload,
)
from scanloft.core.model import Declaration, FileKind, Upload

RoomByProject = Mapping[str, Room | Rejected]
File = tuple[str, str, str]
"""A project, an upload of it, and a number in that."""


Key = InboxKey | UnassignedKey | None


def parsed_key(key: str) -> Key:
    """The parts of a key, None where it is none of ours."""
    try:
        if key.startswith(UNASSIGNED_PREFIX):
            return UnassignedKey.parse(key)
        return InboxKey.parse(key)
    except InvalidRequest:
        return None


def errands(
    uploads: UploadIndex,
    unpacked: UnpackedIndex,
    instructions: InstructionIndex,
    deliveries: Sequence[Delivery],
    keys: Sequence[Key],
    *,
    rooms: Rooms,
    room_by_project: RoomByProject,
) -> list[Errand | Unrouted | Arrival]:
    """The errand of each delivery, in order; its arrival where its key is not ours.

    Raises:
        Unavailable: the table did not answer.
    """
    known = [key for key in keys if isinstance(key, InboxKey)]
    plain = (key for key in known if not (key.is_member and key.prefix is InboxPrefix.FILES))
    files = filter(None, map(_declared_file, plain))
    declared, senders = uploads.announced(files, _asked_for(known, room_by_project))
    declared |= _declared_members(uploads, known)
    put = _put_by_unpack(unpacked, known)
    instructed = _instructed(instructions, known)
    room_by_instruction = rooms.under(instructed.values(), room_by_project)

    def errand(key: InboxKey, delivery: Delivery) -> Errand:
        file = _declared_file(key)
        declaration = declared.get(file) if file else None
        instruction = instructed.get(_file(key))
        if instruction is not None:
            room = room_by_instruction[id(instruction)]
        else:
            room = _sent_by(senders.get((key.project, key.upload)), room_by_project[key.project])
        return Errand(
            key=key,
            arrival=delivery.arrival,
            attempt=delivery.attempt,
            room=room,
            declaration=None if _is_unnamed_member(key) else declaration,
            declaration_needed=_needs_declaration(
                key, declaration, instruction, is_put=_file(key) in put
            ),
            instruction=instruction,
        )

    def task(key: Key, delivery: Delivery) -> Errand | Unrouted | Arrival:
        if isinstance(key, UnassignedKey):
            return Unrouted(key, delivery.arrival, delivery.attempt)
        return errand(key, delivery) if key else delivery.arrival

    return [task(key, delivery) for key, delivery in zip(keys, deliveries, strict=True)]


def _instructed(
    instructions: InstructionIndex, keys: Iterable[InboxKey]
) -> dict[File, Instruction]:
    wanted = [_file(key) for key in keys if may_be_instructed(key.upload)]
    return instructions.known(wanted) if wanted else {}


def _asked_for(keys: Sequence[InboxKey], rooms: RoomByProject) -> set[tuple[str, str]]:
    """The uploads whose sender matters, to a profile or to the sites of a project.

    Of DICOM, the object says the receiver.
    """
    return {
        (key.project, key.upload)
        for key in keys
        if _asks_for_senders(rooms[key.project])
        and not is_dicom_upload(key.upload)
        and not is_review_upload(key.upload)
    }


def _asks_for_senders(room: Room | Rejected) -> bool:
    return isinstance(room, Room) and (room.asks_for_sites or room.has_sites)


def _sent_by(upload: Upload | None, room: Room | Rejected) -> Room | Rejected:
    if upload is None or not isinstance(room, Room):
        return room
    uploader = upload.created_by if room.asks_for_sites else ""
    return replace(room, uploader=uploader, submitted_for=upload.site)


def _declared_members(uploads: UploadIndex, keys: Sequence[InboxKey]) -> dict[File, Declaration]:
    """What unpack wrote down of members that are to become files of a resource."""
    members = {
        (key.project, key.upload, key.number)
        for key in keys
        if key.prefix is InboxPrefix.FILES and key.is_member
    }
    return uploads.declared_members(members) if members else {}


def _put_by_unpack(unpacked: UnpackedIndex, keys: Iterable[InboxKey]) -> set[File]:
    """Those members of zips and tars of images that lie within what was unpacked of theirs."""
    place_by_member = {
        _file(key): key.number.partition(".") for key in keys if _is_unnamed_member(key)
    }
    packed_by_member = {file: (*file[:2], place[0]) for file, place in place_by_member.items()}
    below = unpacked.known(packed_by_member.values()) if packed_by_member else {}
    return {
        file
        for file, (_, _, place) in place_by_member.items()
        if place.isdigit() and int(place) < below.get(packed_by_member[file], 0)
    }


def _is_unnamed_member(key: InboxKey) -> bool:
    """Whether it is a member of a zip or tar that nobody declared by itself."""
    return key.is_member and key.prefix is not InboxPrefix.FILES


def _needs_declaration(
    key: InboxKey, declaration: Declaration | None, instruction: Instruction | None, *, is_put: bool
) -> bool:
    """Whether the object should have been announced and was not.

    A member is announced by the zip or tar that unpack put it out of, what a person sent by the
    instruction.
    """
    if is_dicom_upload(key.upload):
        return False
    if is_review_upload(key.upload):
        return instruction is None
    if declaration is None:
        return True
    if not _is_unnamed_member(key):
        return False
    return declaration.kind is not FileKind.ARCHIVE or not is_put


def _declared_file(key: InboxKey) -> File | None:
    """The file that was declared for this object; its zip or tar for a member; None for DICOM."""
    if is_dicom_upload(key.upload) or is_review_upload(key.upload):
        return None
    if key.prefix is InboxPrefix.FILES:
        return key.project, key.upload, key.number
    return key.project, key.upload, key.number.partition(".")[0]


def _file(key: InboxKey) -> File:
    return key.project, key.upload, key.number
