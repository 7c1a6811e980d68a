"""Moving a raw object of the inbox to quarantine: copy, then row; the raw one is deleted later."""

import hashlib

from scanloft.aws.objects import ObjectStore
from scanloft.aws.quarantine import QuarantineIndex
from scanloft.core.arrivals import Arrival
from scanloft.core.errors import ArchiveError, InvalidRequest, NotFound, UnknownProject
from scanloft.core.keys import InboxKey, UnassignedKey, homeless_object_key, quarantine_object_key
from scanloft.core.model import Fate, FateKind, QuarantineItem


def kept_at(entry: QuarantineItem) -> str:
    """The key of the object of an item, in the inbox bucket."""
    if entry.project:
        return quarantine_object_key(entry.project, entry.item)
    return homeless_object_key(entry.item)


class Detention:
    """The way of an object into quarantine; each step may be repeated without harm."""

    def __init__(self, inbox: ObjectStore, quarantine: QuarantineIndex) -> None:
        self._inbox = inbox
        self._quarantine = quarantine

    def detain_misplaced(self, arrival: Arrival, *, now: str) -> None:
        """Moves an object away whose key is not one of ours: it may hold a name, like no other.

        It belongs to no project. Its item is a digest of key and content, so it is one item however
        often this is repeated; where the object is gone already, nothing is done.
        """
        key = arrival.key
        item = hashlib.sha256(f"{key}\n{arrival.etag}".encode()).hexdigest()[:32]
        entry = QuarantineItem(
            project="",
            item=item,
            code=InvalidRequest.code,
            reason="This object was put into the inbox under a key that no upload gave out: find "
            "out who sent it, and have it sent as an upload.",
            upload="",
            number="",
            size_bytes=arrival.size_bytes,
            arrived_at=now,
        )
        try:
            self._inbox.copy(key, homeless_object_key(item))
        except NotFound:
            return
        self._quarantine.put(entry, assigned=False)
        self._inbox.delete([key])

    def detain_unassigned(
        self, key: UnassignedKey, *, error: ArchiveError, size_bytes: int, now: str
    ) -> None:
        """Moves an object away for which no project was found: site administrators alone see it.

        It is named by its place, for without a project there is no secret to name its content by.
        """
        item = f"{key.upload}-{key.number}"
        entry = QuarantineItem(
            project="",
            item=item,
            code=error.code,
            reason=error.message,
            upload=key.upload,
            number=key.number,
            size_bytes=size_bytes,
            arrived_at=now,
            receiver=key.receiver,
        )
        self._inbox.copy(str(key), homeless_object_key(item))
        self._quarantine.put(entry, assigned=False)
        self._inbox.delete([str(key)])

    def detain(
        self, key: InboxKey, *, error: ArchiveError, item: str, size_bytes: int, now: str
    ) -> Fate:
        """Copies the object out of the way of the inbox's lifecycle and writes down why.

        `item` names it by its content, so that the same object sent again is one item.
        """
        self._inbox.copy(str(key), quarantine_object_key(key.project, item))
        entry = QuarantineItem(
            project=key.project,
            item=item,
            code=error.code,
            reason=error.message,
            upload=key.upload,
            number=key.number,
            size_bytes=size_bytes,
            arrived_at=now,
        )
        self._quarantine.put(entry, assigned=not isinstance(error, UnknownProject))
        return Fate(
            number=key.number,
            kind=FateKind.QUARANTINED,
            code=error.code,
            reason=error.message,
            item=item,
            size_bytes=size_bytes,
        )
