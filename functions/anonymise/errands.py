"""What is known of objects before they are read: project, declaration, and who uploaded them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from functions.anonymise.passage import Errand
from functions.anonymise.rooms import Room
from scanloft.aws.batches import Delivery
from scanloft.aws.uploads import UploadIndex
from scanloft.core.arrivals import Arrival
from scanloft.core.errors import InvalidRequest, Rejected
from scanloft.core.keys import InboxKey, InboxPrefix, is_dicom_upload
from scanloft.core.model import Declaration, FileKind, Upload

RoomByProject = Mapping[str, Room | Rejected]


def parsed_key(key: str) -> InboxKey | None:
    """The parts of a key, None where it is none of ours."""
    try:
        return InboxKey.parse(key)
    except InvalidRequest:
        return None


def errands(
    uploads: UploadIndex,
    deliveries: Sequence[Delivery],
    keys: Sequence[InboxKey | None],
    rooms: RoomByProject,
) -> list[Errand | Arrival]:
    """The errand of each delivery, in order; its arrival where its key is not ours.

    Raises:
        Unavailable: the table did not answer.
    """
    known = [key for key in keys if key]
    plain = (key for key in known if not (key.is_member and key.prefix is InboxPrefix.FILES))
    files = filter(None, map(_declared_file, plain))
    declared, senders = uploads.announced(files, _asked_for(known, rooms))
    declared |= _declared_members(uploads, known)

    def errand(key: InboxKey, delivery: Delivery) -> Errand:
        file = _declared_file(key)
        declaration = declared.get(file) if file else None
        return Errand(
            key=key,
            arrival=delivery.arrival,
            attempt=delivery.attempt,
            room=_sent_by(senders.get((key.project, key.upload)), rooms[key.project]),
            declaration=None if _is_unnamed_member(key) else declaration,
            declaration_needed=file is not None and not _is_announced(key, declaration),
        )

    return [
        errand(key, delivery) if key else delivery.arrival
        for key, delivery in zip(keys, deliveries, strict=True)
    ]


def _asked_for(keys: Sequence[InboxKey], rooms: RoomByProject) -> set[tuple[str, str]]:
    """The uploads whose sender matters, to a profile or to the sites of a project.

    Of DICOM, the object says the receiver.
    """
    return {
        (key.project, key.upload)
        for key in keys
        if _asks_for_senders(rooms[key.project]) and not is_dicom_upload(key.upload)
    }


def _asks_for_senders(room: Room | Rejected) -> bool:
    return isinstance(room, Room) and (room.asks_for_sites or room.has_sites)


def _sent_by(upload: Upload | None, room: Room | Rejected) -> Room | Rejected:
    if upload is None or not isinstance(room, Room):
        return room
    uploader = upload.created_by if room.asks_for_sites else ""
    return replace(room, uploader=uploader, submitted_for=upload.site)


def _declared_members(
    uploads: UploadIndex, keys: Sequence[InboxKey]
) -> dict[tuple[str, str, str], Declaration]:
    """What unpack wrote down of members that are to become files of a resource."""
    members = {
        (key.project, key.upload, key.number)
        for key in keys
        if key.prefix is InboxPrefix.FILES and key.is_member
    }
    return uploads.declared_members(members) if members else {}


def _is_announced(key: InboxKey, declaration: Declaration | None) -> bool:
    """Whether the file was declared; a member is announced by the zip or tar that holds it."""
    if declaration is None:
        return False
    return not _is_unnamed_member(key) or declaration.kind is FileKind.ARCHIVE


def _is_unnamed_member(key: InboxKey) -> bool:
    """Whether it is a member of a zip or tar that nobody declared by itself."""
    return key.is_member and key.prefix is not InboxPrefix.FILES


def _declared_file(key: InboxKey) -> tuple[str, str, str] | None:
    """The file that was declared for this object; its zip or tar for a member; None for DICOM."""
    if is_dicom_upload(key.upload):
        return None
    if key.prefix is InboxPrefix.FILES:
        return key.project, key.upload, key.number
    return key.project, key.upload, key.number.partition(".")[0]
