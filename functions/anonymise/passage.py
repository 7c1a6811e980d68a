"""The passage of one raw object: read, checked, de-identified, archived or detained."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from functions.anonymise.rooms import Room
from scanloft.aws.detention import Detention
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.objects import ObjectStore, StoredObject
from scanloft.core.arrivals import Arrival
from scanloft.core.errors import (
    BadArchiveFile,
    Conflict,
    DeclarationMismatch,
    NotDicom,
    NotFound,
    Rejected,
    Unavailable,
)
from scanloft.core.fates import Disposition, judged
from scanloft.core.keys import ArchiveKey, InboxKey
from scanloft.core.model import Declaration, Fate, FateKind
from scanloft.core.overlap import Budget
from scanloft.deid.engine import Deidentified, deidentify

PACKED_MAGIC = (
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
)
TAR_MAGIC, TAR_MAGIC_AT = b"ustar", 257
COPIES_HELD = 4
"""How often an object lies in memory while it passes: raw, data set, written, sent."""


@dataclass(frozen=True, slots=True)
class Errand:
    """An object to pass, and what is known of it before it is read."""

    key: InboxKey
    arrival: Arrival
    attempt: int
    room: Room | Rejected
    declaration: Declaration | None
    declaration_needed: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """An object that passed; `sender` is the calling AE title of one that came by C-STORE."""

    key: InboxKey
    fate: Fate
    sender: str


class Passage:
    """The way of an object from the inbox to the archive or to quarantine."""

    def __init__(
        self,
        *,
        inbox: ObjectStore,
        archive: ObjectStore,
        index: InstanceIndex,
        detention: Detention,
        object_limit_bytes: int,
        memory_budget_bytes: int,
        now: Callable[[], str],
    ) -> None:
        self._inbox = inbox
        self._archive = archive
        self._index = index
        self._detention = detention
        self._object_limit_bytes = object_limit_bytes
        self._budget = Budget(memory_budget_bytes)
        self._now = now

    def take(self, errand: Errand) -> Passed | None:
        """Takes an object through; None where it is gone, so another delivery did it.

        Raises:
            Unavailable, or a defect of the code: the object stays, its message comes again.
        """
        size_bytes = min(errand.arrival.size_bytes, self._object_limit_bytes)
        with self._budget.held(COPIES_HELD * size_bytes):
            try:
                return self._taken(errand)
            except NotFound:
                # Nothing but the raw object is looked for without expecting that it may be gone.
                return None

    def _taken(self, errand: Errand) -> Passed:
        raw: StoredObject | None = None
        sender = ""
        try:
            raw = self._inbox.get(errand.arrival.key, limit_bytes=self._object_limit_bytes)
            sender = raw.metadata.get("calling-ae", "")
            fate = self._archived(errand, raw.body)
        except NotFound:
            raise
        except NotDicom as error:
            reason = packed_reason(raw.body) if raw else None
            fate = self._refused(errand, reason or error, raw=raw)
        except Exception as error:  # noqa: BLE001  # the edge: judged by the table of fates
            fate = self._refused(errand, error, raw=raw)
        return Passed(key=errand.key, fate=fate, sender=sender)

    def _archived(self, errand: Errand, raw: bytes) -> Fate:
        if isinstance(errand.room, Rejected):
            raise errand.room
        check_declaration(raw, errand.declaration, needed=errand.declaration_needed)
        result = deidentify(raw, profile=errand.room.profile, pseudonyms=errand.room.pseudonyms)
        source = errand.room.pseudonyms.content_id(raw)
        key, kind = self._store(errand.key, result, source=source)
        return Fate(
            number=errand.key.number,
            kind=kind,
            archive_key=str(key),
            size_bytes=len(raw),
            actions=result.account.counts,
        )

    def _store(
        self, inbox_key: InboxKey, result: Deidentified, *, source: str
    ) -> tuple[ArchiveKey, FateKind]:
        key = ArchiveKey.build(
            inbox_key.project,
            study_uid=result.study_uid,
            series_uid=result.series_uid,
            sop_uid=result.sop_uid,
        )
        self._index.claim(key)
        sha256 = hashlib.sha256(result.data).hexdigest()
        origin = f"{inbox_key.upload}/{inbox_key.number}"
        try:
            self._archive.put(
                str(key),
                result.data,
                metadata={"sha256": sha256, "source": source, "origin": origin},
                content_type="application/dicom",
                sha256_hex=sha256,
                only_if_absent=True,
            )
        except Conflict:
            return key, self._kind_of_existing(key, sha256=sha256, source=source, origin=origin)
        return key, FateKind.ARCHIVED

    def _kind_of_existing(
        self, key: ArchiveKey, *, sha256: str, source: str, origin: str
    ) -> FateKind:
        try:
            existing = self._archive.metadata(str(key))
        except NotFound as error:
            raise Unavailable("The object with this UID went away meanwhile: try again.") from error
        if existing.get("sha256") == sha256 or existing.get("source") == source:
            is_own = existing.get("origin") == origin
            return FateKind.ARCHIVED if is_own else FateKind.DUPLICATE
        raise Conflict(
            "Another object with this SOP Instance UID and other content is already in the "
            "archive: the first one is kept. Decide which one is right; give the other its own UID."
        )

    def _refused(self, errand: Errand, error: Exception, *, raw: StoredObject | None) -> Fate:
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


def packed_reason(raw: bytes) -> BadArchiveFile | None:
    """The reason to keep what is no DICOM but a zip or tar, which may be full of it; else None."""
    is_tar = raw.startswith(TAR_MAGIC, TAR_MAGIC_AT)
    if not is_tar and not raw.startswith(PACKED_MAGIC):
        return None
    return BadArchiveFile(
        'This is a zip, tar or compressed file that was sent as DICOM: send it with kind "archive".'
    )


def check_declaration(raw: bytes, declaration: Declaration | None, *, needed: bool) -> None:
    """Compares an object with what was said of it before.

    Raises:
        DeclarationMismatch: other size or checksum, or nothing was said though it should be.
    """
    if declaration is None:
        if needed:
            raise DeclarationMismatch(
                "This object was never declared: declare its size and SHA-256, then send it again."
            )
        return
    if len(raw) != declaration.size_bytes:
        raise DeclarationMismatch(
            f"The object has {len(raw)} bytes, {declaration.size_bytes} were declared: "
            "send the file again as a new upload.",
            size_bytes=len(raw),
            declared_bytes=declaration.size_bytes,
        )
    if hashlib.sha256(raw).hexdigest() != declaration.sha256:
        raise DeclarationMismatch(
            "The SHA-256 of the object is not the declared one: send the file again as a new "
            "upload."
        )


def _item(errand: Errand, raw: StoredObject | None) -> str:
    """A name by content under the project's secret; by place where there is no such project."""
    if isinstance(errand.room, Rejected):
        return f"{errand.key.upload}-{errand.key.number}"
    content = errand.arrival.etag.encode() if raw is None else raw.body
    return errand.room.pseudonyms.content_id(content)
