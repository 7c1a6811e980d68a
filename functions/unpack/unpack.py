"""Unpacking one zip or tar: members into the inbox, then its fate, then the file is deleted."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.unpack.into_resource import declaration_of, with_path
from functions.unpack.members import Limits, Member, members
from scanloft.aws.batches import Delivery
from scanloft.aws.detention import Detention
from scanloft.aws.objects import ObjectStore
from scanloft.aws.quarantine import QuarantineIndex
from scanloft.aws.reader import opened
from scanloft.aws.rows import Rows
from scanloft.aws.secrets import SecretStore
from scanloft.aws.unpacked import UnpackedIndex
from scanloft.aws.uploads import UploadIndex
from scanloft.core.annotations import Target
from scanloft.core.errors import (
    ArchiveError,
    BadArchiveFile,
    DeclarationMismatch,
    InvalidRequest,
    NotFound,
    Oversized,
)
from scanloft.core.fates import Disposition, judged
from scanloft.core.keys import InboxKey, InboxPrefix
from scanloft.core.model import Fate, FateKind
from scanloft.core.overlap import overlapped
from scanloft.core.settings import MIB, UnpackSettings
from scanloft.deid.values.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

THREADS = 16
CHUNK_BYTES = 32 * MIB
"""Members are put side by side, so many bytes of them at a time."""


class Unpacker:
    """The way of a zip or tar: what is in it goes through the gate, object by object."""

    def __init__(
        self, settings: UnpackSettings, *, s3: "S3Client", dynamodb: "DynamoDBClient"
    ) -> None:
        index = Rows(settings.index_table, dynamodb)
        self._inbox = ObjectStore(settings.inbox_bucket, s3)
        self._uploads = UploadIndex(index)
        self._unpacked_index = UnpackedIndex(index)
        self._secrets = SecretStore(Rows(settings.secrets_table, dynamodb))
        self._detention = Detention(self._inbox, QuarantineIndex(index))
        self._size_limit_bytes = settings.archive_file_limit_bytes
        self._limits = Limits(
            members=settings.member_limit,
            member_bytes=settings.object_limit_bytes,
            total_bytes=settings.unpacked_limit_bytes,
            ratio=settings.ratio_limit,
        )

    def unpack(self, delivery: Delivery) -> Fate | None:
        """Unpacks the file; None where it is gone, so another delivery did it.

        Raises:
            Unavailable, or a defect of the code: the file stays, its message comes again.
        """
        arrival = delivery.arrival
        try:
            key = InboxKey.parse(arrival.key)
        except InvalidRequest:
            self._detention.detain_misplaced(arrival, now=_now())
            return None
        try:
            fate = self._fate(key, delivery)
        except NotFound:
            return None
        self._uploads.put_fates([(key.project, key.upload, fate)])
        self._inbox.delete([str(key)])
        return fate

    def _fate(self, key: InboxKey, delivery: Delivery) -> Fate:
        """What becomes of the file, its members put or the file itself detained.

        Raises:
            NotFound: the file is gone.
            Unavailable, or a defect of the code: to be tried again.
        """
        arrival = delivery.arrival
        self._inbox.metadata(str(key))
        item = f"{key.upload}-{key.number}"
        try:
            pseudonyms = Pseudonyms(self._secrets.secret(key.project))
            item = pseudonyms.content_id(arrival.etag.encode())
            digest = self._digest(key, size_bytes=arrival.size_bytes)
            item = pseudonyms.content_id(digest)
            into = self._target(key, size_bytes=arrival.size_bytes, digest=digest)
            return self._unpacked(key, item=item, size_bytes=arrival.size_bytes, into=into)
        except NotFound:
            raise
        except Exception as error:  # the edge: judged by the table of fates
            disposition, reason = judged(error, attempt=delivery.attempt)
            if disposition is Disposition.RETRY:
                raise
            return self._detain(key, error=reason, item=item, size_bytes=arrival.size_bytes)

    def _digest(self, key: InboxKey, *, size_bytes: int) -> bytes:
        """The SHA-256 of the file.

        Raises:
            Oversized: it is not read.
        """
        if size_bytes > self._size_limit_bytes:
            raise Oversized(
                f"The file is larger than {self._size_limit_bytes} bytes: split it.",
                limit_bytes=self._size_limit_bytes,
            )
        digest = hashlib.sha256()
        with opened(self._inbox, str(key), size_bytes=size_bytes) as packed:
            while chunk := packed.read(MIB):
                digest.update(chunk)
        return digest.digest()

    def _target(self, key: InboxKey, *, size_bytes: int, digest: bytes) -> Target | None:
        """The resource that the file was declared for; None for one of images.

        Raises:
            DeclarationMismatch: it was not declared like this.
        """
        declaration = self._uploads.declaration(key.project, key.upload, key.number)
        declared = declaration and (declaration.size_bytes, declaration.sha256)
        if declaration is None or declared != (size_bytes, digest.hex()):
            raise DeclarationMismatch(
                "The file was not declared, or with another size or SHA-256: send it again as a "
                "new upload."
            )
        return declaration.target

    def _unpacked(self, key: InboxKey, *, item: str, size_bytes: int, into: Target | None) -> Fate:
        """Puts the members; a file with members that were refused is kept in quarantine too."""
        count = refused = 0
        with opened(self._inbox, str(key), size_bytes=size_bytes) as packed:
            found = members(
                packed, size_bytes=size_bytes, limits=self._limits, takes_packed=into is not None
            )
            wanted = found if into is None else map(with_path, found)
            for chunk in _chunks(wanted):
                self._put(key, chunk, into=into)
                count += len(chunk)
                refused += sum(1 for one in chunk if one.refusal and one.holds_data)
        actions = {"members": count}
        if refused:
            reason = BadArchiveFile(
                f"{refused} of the {count} members were not unpacked, each with a reason of its "
                "own; the others are on their way. Send those members by themselves.",
                refused=refused,
            )
            fate = self._detain(key, error=reason, item=item, size_bytes=size_bytes)
            return replace(fate, actions=actions)
        return Fate(
            number=key.number, kind=FateKind.UNPACKED, size_bytes=size_bytes, actions=actions
        )

    def _detain(self, key: InboxKey, *, error: ArchiveError, item: str, size_bytes: int) -> Fate:
        return self._detention.detain(
            key, error=error, item=item, size_bytes=size_bytes, now=_now()
        )

    def _put(self, key: InboxKey, chunk: list[Member], *, into: Target | None) -> None:
        """Puts members into the inbox and writes the fates of those that are refused.

        Before they are put it is noted up to which place, for the gate knows members by that; those
        that become files of a resource are declared one by one.
        """
        refused = [
            (
                key.project,
                key.upload,
                Fate(
                    number=key.member(member.place).number,
                    kind=FateKind.IGNORED,
                    code=member.refusal.code,
                    reason=member.refusal.message,
                ),
            )
            for member in chunk
            if member.refusal
        ]
        self._uploads.put_fates(refused)
        wanted = [member for member in chunk if not member.refusal]
        prefix = InboxPrefix.DICOM
        if into is None:
            below = chunk[-1].place + 1
            self._unpacked_index.note(key.project, key.upload, key.number, below=below)
        else:
            prefix = InboxPrefix.FILES
            declared = [declaration_of(key, member, into=into) for member in wanted]
            self._uploads.declare_members(key.project, key.upload, declared)

        def put(member: Member) -> None:
            self._inbox.put(str(key.member(member.place, prefix=prefix)), member.body)

        for result in overlapped(wanted, put, threads=THREADS):
            if isinstance(result, Exception):
                raise result


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _chunks(found: Iterator[Member]) -> Iterator[list[Member]]:
    chunk: list[Member] = []
    size_bytes = 0
    for member in found:
        chunk.append(member)
        size_bytes += len(member.body)
        if size_bytes >= CHUNK_BYTES or len(chunk) >= 16 * THREADS:
            yield chunk
            chunk, size_bytes = [], 0
    if chunk:
        yield chunk
